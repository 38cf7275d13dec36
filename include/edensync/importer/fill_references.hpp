#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "edensync/concepts/record_store.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/importer/touch_masters.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Fills in the references that wait for a record which is here now, in transactions of bounded size.
///
/// The records that hold them keep their version, because nobody edited them, but come to the end of the change order, so
/// that others see the completed record. A reference that was filled in another way in the meantime is left alone.
/// Precondition: `arrived` has resource, uid and handle.
template <record_store Store>
void fill_references(Store& store, const schema& s, const write_context& context, const reference& arrived) {
  constexpr std::size_t at_once = 1024;
  for (;;) {
    auto t = store.begin(context);
    const auto waiting = t.open_references(arrived, at_once);
    if (waiting.empty()) return;
    for (const auto& o : waiting) {
      stored_record holder;
      t.load(o.resource, o.record, holder);
      const bool empty = !has_content(holder.fields[o.field]);
      if (empty && t.patch(o.resource, o.record, o.field, arrived).has_value() && !s[o.resource].masters().empty()) {
        t.load(o.resource, o.record, holder);
        touch_masters(t, s, holder);
      }
      t.erase_open_reference(o.id);
    }
    t.commit();
    if (waiting.size() < at_once) return;
  }
}

/// The same for every record that is waited for and is here: repairs what an interrupted run, or a record that came
/// another way, has left open.
template <record_store Store>
void fill_all_references(Store& store, const schema& s, const write_context& context,
                         const std::function<bool()>& cancelled) {
  reference after;
  after.resource = 0;
  for (;;) {
    std::vector<reference> page;
    {
      auto now = store.snapshot();
      page = now.open_targets(after, 256);
      for (auto& target : page) {
        after = target;
        if (const auto found = now.find(target.resource, target.target)) target.handle = found->handle;
      }
    }
    if (page.empty()) return;
    for (const auto& target : page) {
      if (cancelled && cancelled()) throw_failure(error::cancelled);
      if (target.handle != record_handle::none) fill_references(store, s, context, target);
    }
  }
}

}  // namespace edensync
