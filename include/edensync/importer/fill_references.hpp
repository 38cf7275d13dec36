#pragma once

#include <cstddef>
#include <cstdint>

#include "edensync/concepts/record_store.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/importer/identify.hpp"
#include "edensync/importer/links_of_deleted.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/importer/touch_masters.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Fills in the references that wait for records which are here now, in transactions of bounded size.
///
/// It goes through them in the order in which they were left open, which is that of the records that hold them: so
/// neighbours are written together, however scattered their targets are. The holders keep their version, because nobody
/// edited them, but come to the end of the change order, so that others see the completed record. It also repairs what an
/// interrupted run, or a record that came another way, has left open.
template <record_store Store>
void fill_references(Store& store, const schema& s, handle_cache& cache, const write_context& context,
                     const import_options& o) {
  std::int64_t after = 0;
  sequence_number seen = 0;
  for (;;) {
    if (o.cancelled && o.cancelled()) throw_failure(error::cancelled);
    auto t = store.begin(context);
    if (t.sequence() != seen) cache.clear();
    identify find(t, s, cache);
    const auto page = t.open_references(after, o.batch_elements);
    if (page.empty()) return;
    bool filled = false;
    for (const auto& open : page) {
      after = open.id;
      if (open.resource == no_resource) continue;
      const auto target = find.find_target(open.target_resource, open.target);
      if (target.handle == record_handle::none) continue;
      filled = true;
      const reference link{open.target_resource, open.target, target.handle};
      if (t.patch(open.resource, open.record, open.field, link).has_value()) {
        touch_masters(t, s, open.resource, open.record);
        links_of_deleted links(t, s, context);
        if (target.deleted)
          links.settle(open.resource, open.record, open.field);
        else if (o.native && single_link(s, open.target_resource, open.resource, open.field) != nullptr)
          links.keep_single(open.resource, open.field, open.target_resource, target.handle);
        if (links.has_deleted()) cache.clear();
      }
      t.erase_open_reference(open.id);
    }
    seen = t.sequence();
    if (filled) t.commit();
  }
}

}  // namespace edensync
