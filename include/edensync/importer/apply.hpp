#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/record_store.hpp"
#include "edensync/importer/batch.hpp"
#include "edensync/importer/identify.hpp"
#include "edensync/importer/links_of_deleted.hpp"
#include "edensync/importer/new_record.hpp"
#include "edensync/importer/open_references.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/importer/report.hpp"
#include "edensync/schema/emptied_texts.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The stage that writes: carries out the decision of one item in the transaction of its batch.
///
/// What a record leaves behind beside itself (open references, moved references of a merge, deletions of components) is
/// written in the same transaction. A refused record leaves nothing.
template <class Transaction>
class apply {
 public:
  using target = typename identify<Transaction>::target;

  apply(Transaction& t, identify<Transaction>& find, handle_cache& cache, const schema& s, const import_options& o,
        std::uint64_t& waiting, timestamp now)
      : t_(t),
        find_(find),
        cache_(cache),
        schema_(s),
        options_(o),
        waiting_(waiting),
        now_(now),
        links_(t, s, {now, o.origin}),
        new_(s) {}

  /// Puts handles into the references of an item. What is not here stays without.
  void bind(import_item& item, const import_item* master) {
    auto& in = *item.incoming;
    open_.clear();
    merged_.clear();
    if (master != nullptr) {
      if (in.content.fields.size() <= in.key_field) in.content.fields.resize(in.key_field + 1);
      const auto& of = master->incoming->content;
      const bool deleted = !master->written && master->local && master->local->version.deleted;
      const target to = find_.pointed_to(of.resource, master->handle, deleted);
      in.content.fields[in.key_field] = reference{of.resource, of.uuid, to.handle};
      if (to.handle != master->handle) open_.push_back(in.key_field);
      if (to.deleted) merged_.push_back(in.key_field);
    }
    for (std::uint32_t i = 0; i < in.content.fields.size(); ++i) {
      if (auto* one = std::get_if<reference>(&in.content.fields[i])) {
        if (master != nullptr && i == in.key_field) continue;
        const target to = find_.find_target(one->resource, one->target);
        one->handle = to.handle;
        if (to.handle == record_handle::none) open_.push_back(i);
        if (to.deleted) merged_.push_back(i);
      } else if (auto* many = std::get_if<std::vector<reference>>(&in.content.fields[i])) {
        bool deleted = false;
        for (auto& each : *many) {
          const target to = find_.find_target(each.resource, each.target);
          each.handle = to.handle;
          deleted = deleted || to.deleted;
        }
        if (deleted) merged_.push_back(i);
      }
    }
  }

  /// The first mandatory reference of the item that `bind` could not resolve, or null.
  const field_descriptor* missing_reference(const import_item& item) const {
    const auto& r = schema_[item.incoming->content.resource];
    for (const auto i : open_)
      if (r.field(i).mandatory) return &r.field(i);
    return nullptr;
  }

  /// Creates, updates or undeletes. Precondition: `bind` was the last thing done to the item.
  write_result write(import_item& item) {
    auto& content = item.incoming->content;
    record& r = content;
    const auto version = content.version;
    content.version = stamped(item);
    write_result done = item.handle;
    if (item.outcome.write == columns::none) {
      record bare;
      bare.resource = r.resource;
      bare.version = content.version;
      bare.version.mci.reset();
      done = t_.update(item.handle, bare);
    } else if (item.outcome.what == action::create) {
      if (!content.version.mci) content.version.mci = 2;
      // An edensync site tells it where it knows it: a time made up here would set the two apart.
      new_.fill_in(r, now_, options_.account, !options_.native);
      done = t_.insert(r);
      // A refused record is kept as it came.
      if (!done) new_.take_out(r);
    } else {
      content.version.mci.reset();
      const bool nameless = r.authors.modified_by.empty();
      if (nameless) r.authors.modified_by = options_.account;
      if (waiting_ != 0) forget_open_references(t_, r, item.handle);
      // Only such a peer tells what is null.
      if (options_.native) emptied_texts::note(t_, schema_, r, item.handle);
      done = t_.update(item.handle, r);
      if (!done && nameless) r.authors.modified_by.clear();
    }
    content.version = version;
    if (!done) return done;
    item.handle = *done;
    item.written = true;
    cache_.remember(r.resource, r.uuid, item.handle);
    if (item.outcome.write == columns::none) return done;  // none of its references was written either
    for (const auto i : open_) {
      const auto& link = std::get<reference>(r.fields[i]);
      if (link.resource == no_resource || link.target.empty()) continue;
      ++waiting_;
      t_.add_open_reference({0, r.resource, item.handle, i, link.resource, link.target});
    }
    for (const auto i : merged_) links_.settle(r.resource, item.handle, i);
    if (options_.native)
      for (const auto& master : schema_[r.resource].masters()) {
        const auto* key = master.multiple || master.key_field >= r.fields.size()
                              ? nullptr
                              : std::get_if<reference>(&r.fields[master.key_field]);
        if (key != nullptr && key->handle != record_handle::none && key->resource == master.resource)
          links_.keep_single(r.resource, master.key_field, master.resource, key->handle);
      }
    forget_deleted();
    return done;
  }

  /// Gives a twin that was found by its content the uid by which the peer knows it, unless another record has that one.
  void take_over_uid(import_item& item) {
    const auto& content = item.incoming->content;
    if (t_.find(content.resource, content.uuid) || !t_.rename(content.resource, item.handle, content.uuid)) return;
    item.other_uid = false;
    cache_.clear();
    cache_.remember(content.resource, content.uuid, item.handle);
  }

  /// Deletes a record and, with it, those of its components that are not younger than the deletion.
  write_result erase(import_item& item) {
    record r;
    r.resource = item.incoming->content.resource;
    r.version = stamped(item);
    r.version.mci.reset();  // only its creation tells how far a record has come
    r.replaced_by = item.incoming->content.replaced_by;
    auto done = t_.update(item.handle, r);
    if (!done) return done;
    item.written = true;
    cache_.forget(r.resource, item.incoming->content.uuid);
    links_.cascade(r.resource, item.handle, *r.version.modified_on);
    forget_deleted();
    return done;
  }

  /// Deletes a record in favour of another one, to which all that pointed to it points from now on.
  write_result merge(import_item& item, record_handle survivor) {
    auto done = erase_only(item);
    if (!done) return done;
    links_.move_references(item.incoming->content.resource, item.handle, survivor, stamped(item));
    forget_deleted();
    return done;
  }

  /// Notes the deletion of a record that was never here.
  write_result bury(import_item& item) {
    record r;
    r.resource = item.incoming->content.resource;
    r.uuid = item.incoming->content.uuid;
    r.version = stamped(item);
    r.version.mci = item.incoming->content.version.mci;
    r.replaced_by = item.incoming->content.replaced_by;
    auto done = t_.insert(r);
    if (done) item.handle = *done;
    item.written = done.has_value();
    // Lists may hold it already, as they hold what is not here.
    if (done && !r.replaced_by.empty())
      if (const auto survivor = find_.find_target(r.resource, r.replaced_by); survivor.handle != record_handle::none)
        links_.move_references(r.resource, item.handle, survivor.handle, r.version);
    forget_deleted();
    return done;
  }

 private:
  version_stamp stamped(const import_item& item) const {
    version_stamp v;
    v.deleted = item.incoming->content.version.deleted;
    v.mci = item.incoming->content.version.mci;
    switch (item.outcome.modified_on) {
      case stamp_source::incoming: v.modified_on = item.input.incoming.modified_on; break;
      case stamp_source::now: v.modified_on = now_; break;
      case stamp_source::local:
        if (item.local) v.modified_on = item.local->version.modified_on;
        break;
    }
    return v;
  }

  void forget_deleted() {
    if (links_.has_deleted()) cache_.clear();
  }

  write_result erase_only(import_item& item) {
    record r;
    r.resource = item.incoming->content.resource;
    r.version = stamped(item);
    r.version.mci.reset();  // only its creation tells how far a record has come
    r.replaced_by = item.incoming->content.replaced_by;
    auto done = t_.update(item.handle, r);
    item.written = done.has_value();
    cache_.forget(r.resource, item.incoming->content.uuid);
    return done;
  }

  Transaction& t_;
  identify<Transaction>& find_;
  handle_cache& cache_;
  const schema& schema_;
  const import_options& options_;
  std::uint64_t& waiting_;  // how many references wait, so that nothing is looked for while none does
  timestamp now_;
  links_of_deleted<Transaction> links_;
  new_record new_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> merged_;
};

}  // namespace edensync
