#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/record_store.hpp"
#include "edensync/importer/batch.hpp"
#include "edensync/importer/identify.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/importer/replace_in_list.hpp"
#include "edensync/importer/report.hpp"
#include "edensync/importer/touch_masters.hpp"
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
      : t_(t), find_(find), cache_(cache), schema_(s), options_(o), waiting_(waiting), now_(now) {}

  /// Puts handles into the references of an item. What is not here stays without.
  void bind(import_item& item, const import_item* master) {
    auto& in = *item.incoming;
    open_.clear();
    merged_.clear();
    if (master != nullptr) {
      if (in.content.fields.size() <= in.key_field) in.content.fields.resize(in.key_field + 1);
      in.content.fields[in.key_field] =
          reference{master->incoming->content.resource, master->incoming->content.uuid, master->handle};
      if (!master->written && master->local && master->local->version.deleted) merged_.push_back(in.key_field);
    }
    for (std::uint32_t i = 0; i < in.content.fields.size(); ++i) {
      if (auto* one = std::get_if<reference>(&in.content.fields[i])) {
        if (master != nullptr && i == in.key_field) continue;
        const target to = find_.find_target(one->resource, one->target);
        one->handle = to.handle;
        if (to.handle == record_handle::none) open_.push_back(i);
        if (to.deleted) merged_.push_back(i);
      } else if (auto* many = std::get_if<std::vector<reference>>(&in.content.fields[i])) {
        for (auto& each : *many) each.handle = find_.find_target(each.resource, each.target).handle;
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
      done = t_.update(item.handle, bare);
    } else if (item.outcome.what == action::create) {
      if (!content.version.mci) content.version.mci = 2;
      done = t_.insert(r);
    } else {
      content.version.mci.reset();
      if (waiting_ != 0) t_.erase_open_references(r.resource, item.handle);
      done = t_.update(item.handle, r);
    }
    content.version = version;
    if (!done) return done;
    item.handle = *done;
    item.written = true;
    cache_.remember(r.resource, r.uuid, item.handle);
    for (const auto i : open_) {
      const auto& link = std::get<reference>(r.fields[i]);
      if (link.resource == no_resource || link.target.empty()) continue;
      ++waiting_;
      t_.add_open_reference({0, r.resource, item.handle, i, link.resource, link.target});
    }
    for (const auto i : merged_)
      if (!redirect(r.resource, item.handle, i)) go_with_master(r.resource, item.handle, i);
    return done;
  }

  /// Deletes a record and, with it, those of its components that are not younger than the deletion.
  write_result erase(import_item& item) {
    record r;
    r.resource = item.incoming->content.resource;
    r.version = stamped(item);
    r.replaced_by = item.incoming->content.replaced_by;
    auto done = t_.update(item.handle, r);
    if (!done) return done;
    item.written = true;
    cache_.forget(r.resource, item.incoming->content.uuid);
    cascade(r.resource, item.handle, *r.version.modified_on);
    return done;
  }

  /// Deletes a record in favour of another one, to which all that pointed to it points from now on.
  write_result merge(import_item& item, record_handle survivor) {
    auto done = erase_only(item);
    if (!done) return done;
    move_references(item.incoming->content.resource, item.handle, survivor, stamped(item));
    return done;
  }

  /// Puts the masters of a component that came by itself at the end of the change order, with the masters it has now.
  void touch_masters_of(resource_id resource, record_handle h) {
    if (schema_[resource].masters().empty()) return;
    stored_record now;
    t_.load(resource, h, now);
    touch_masters(t_, schema_, now);
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

  write_result erase_only(import_item& item) {
    record r;
    r.resource = item.incoming->content.resource;
    r.version = stamped(item);
    r.replaced_by = item.incoming->content.replaced_by;
    auto done = t_.update(item.handle, r);
    item.written = done.has_value();
    cache_.forget(r.resource, item.incoming->content.uuid);
    return done;
  }

  // Written as edits of this site: the peer may hold components of which it did not know when it deleted their master,
  // or get them from elsewhere later, and has to hear that they went with it.
  void cascade(resource_id resource, record_handle master, timestamp at) {
    t_.write_as(this_site);
    cascade_below(resource, master, at);
    t_.write_as(options_.origin);
  }

  void cascade_below(resource_id resource, record_handle master, timestamp at) {
    for (const auto& part : schema_[resource].components()) {
      std::vector<stored_record> older;
      {
        auto all = t_.components(part.resource, part.key_field, master, 0);
        stored_record c;
        while (all.next(c))
          if (!c.version.deleted && (!c.version.modified_on || *c.version.modified_on <= at)) older.push_back(c);
      }
      for (const auto& c : older) {
        record r;
        r.resource = part.resource;
        r.version.deleted = true;
        r.version.modified_on = at;
        if (!t_.update(c.handle, r)) continue;
        note_cascade(c, r.version);
        cascade_below(part.resource, c.handle, at);
      }
    }
  }

  // Nobody asked for this deletion by name, so that it is the ledger that has to tell of it.
  void note_cascade(const stored_record& component, const version_stamp& deletion) {
    decision_entry e;
    e.at = now_;
    e.repository = options_.origin;
    e.resource = schema_[component.resource].name();
    e.uuid = component.uuid;
    e.input.erase = true;
    e.input.incoming = deletion;
    e.input.local = component.version;
    e.outcome = {action::erase, columns::none, stamp_source::incoming, rule::master_deleted, conflict_state::none};
    t_.add_decision(e);
  }

  // A moved reference is an ordinary edit of this site: it gets a time of its own, the same at every site that makes the
  // same move, and travels like any other edit. So sites that hear of a merge in different order still end up equal.
  void move_references(resource_id resource, record_handle from, record_handle to, const version_stamp& merged) {
    stored_record survivor;
    t_.load(resource, to, survivor);
    t_.write_as(this_site);
    for (const auto& r : t_.referrers(resource, from)) {
      stored_record holder;
      t_.load(r.resource, r.record, holder);
      if (holder.version.deleted) continue;
      record edit;
      edit.resource = r.resource;
      edit.fields.resize(r.field + 1);
      if (auto* many = std::get_if<std::vector<reference>>(&holder.fields[r.field])) {
        replace_in_list(*many, {resource, survivor.uuid, to}, from);
        edit.fields[r.field] = *many;
      } else if (r.resource == resource && r.record == to) {
        edit.fields[r.field] = null_value{};  // the survivor would point to itself
      } else {
        edit.fields[r.field] = reference{resource, survivor.uuid, to};
      }
      edit.version.modified_on = after(holder.version.modified_on, merged.modified_on);
      if (t_.update(r.record, edit)) touch_masters_of(r.resource, r.record);
    }
    t_.write_as(options_.origin);
  }

  // The record points to a deleted one. If that was merged, the reference goes to the survivor; says whether it was.
  bool redirect(resource_id resource, record_handle h, std::uint32_t field) {
    stored_record holder, end;
    t_.load(resource, h, holder);
    const auto* link = std::get_if<reference>(&holder.fields[field]);
    if (link == nullptr || link->handle == record_handle::none) return false;
    t_.load(link->resource, link->handle, end);
    const auto first = end.version.modified_on;
    record_handle last = link->handle;
    for (int hops = 0; end.version.deleted && !end.replaced_by.empty() && hops < 16; ++hops) {
      const auto next = t_.find(link->resource, end.replaced_by);
      if (!next) break;
      last = next->handle;
      t_.load(link->resource, last, end);
    }
    // Not to one that is deleted as well: where records were merged in a circle, sites would chase each other round it.
    if (last == link->handle || end.version.deleted || (link->resource == resource && last == h)) return false;
    record edit;
    edit.resource = resource;
    edit.fields.resize(field + 1);
    edit.fields[field] = reference{link->resource, end.uuid, last};
    edit.version.modified_on = after(holder.version.modified_on, first);
    t_.write_as(this_site);
    if (t_.update(h, edit)) touch_masters_of(resource, h);
    t_.write_as(options_.origin);
    return true;
  }

  // The deletion of a master takes along the components that are not younger, also those that come after it.
  void go_with_master(resource_id resource, record_handle h, std::uint32_t field) {
    const auto masters = schema_[resource].masters();
    if (std::ranges::none_of(masters, [&](const component_link& l) { return l.key_field == field; })) return;
    stored_record part, master;
    t_.load(resource, h, part);
    const auto* key = std::get_if<reference>(&part.fields[field]);
    if (key == nullptr || key->handle == record_handle::none) return;
    t_.load(key->resource, key->handle, master);
    if (!master.version.deleted || !master.version.modified_on || part.version.modified_on > master.version.modified_on)
      return;
    record gone;
    gone.resource = resource;
    gone.version.deleted = true;
    gone.version.modified_on = master.version.modified_on;
    t_.write_as(this_site);
    if (t_.update(h, gone)) {
      note_cascade(part, gone.version);
      touch_masters(t_, schema_, part);
      cascade_below(resource, h, *gone.version.modified_on);
    }
    t_.write_as(options_.origin);
  }

  static std::optional<timestamp> after(std::optional<timestamp> own, std::optional<timestamp> cause) {
    if (!own) return cause;
    return std::max(*own + 1, cause.value_or(*own + 1));
  }

  Transaction& t_;
  identify<Transaction>& find_;
  handle_cache& cache_;
  const schema& schema_;
  const import_options& options_;
  std::uint64_t& waiting_;  // how many references wait, so that nothing is looked for while none does
  timestamp now_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> merged_;
};

}  // namespace edensync
