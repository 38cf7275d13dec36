#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/importer/replace_in_list.hpp"
#include "edensync/importer/single_component.hpp"
#include "edensync/importer/touch_masters.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// What a deletion or merge means for the records that point to the deleted one.
///
/// The same comes out whether they were here before it or come after it. The context is that of the import; what is
/// written here is an edit of this site nevertheless.
/// Lifetime: transaction and schema outlive it.
template <class Transaction>
class links_of_deleted {
 public:
  links_of_deleted(Transaction& t, const schema& s, const write_context& c) : t_(t), schema_(s), context_(c) {}

  /// Whether records were deleted since this was asked last: whoever remembers handles must forget them.
  bool has_deleted() { return std::exchange(has_deleted_, false); }

  /// Deletes the components of a deleted master that are not younger, and theirs.
  ///
  /// Written as edits of this site: the peer may hold components of which it did not know when it deleted their master,
  /// or get them from elsewhere later, and has to hear that they went with it.
  void cascade(resource_id resource, record_handle master, timestamp at) {
    t_.write_as(this_site);
    cascade_below(resource, master, at);
    t_.write_as(context_.origin);
  }

  /// Lets everything that points to a merged record point to its survivor.
  ///
  /// A moved reference is an ordinary edit of this site: it gets a time of its own, the same at every site that makes the
  /// same move, and travels like any other edit. So sites that hear of a merge in different order still end up equal.
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
      if (t_.update(r.record, edit)) touch_masters(t_, schema_, r.resource, r.record);
      if (single_link(schema_, resource, r.resource, r.field) != nullptr)
        keep_single(r.resource, r.field, resource, to);
      t_.write_as(this_site);
    }
    t_.write_as(context_.origin);
  }

  /// Of the components of a master of which there may be only one, lets the one with the least uid stay; the others are
  /// merged into it, and what they held is kept with the decision. All sites come to the same end, whoever made which.
  void keep_single(resource_id resource, std::uint32_t key_field, resource_id of, record_handle master) {
    const auto stays = single_component(t_, resource, key_field, of, master);
    if (!stays) return;
    while (const auto other = single_component(t_, resource, key_field, of, master, stays->handle)) {
      record gone;
      gone.resource = resource;
      gone.version.deleted = true;
      gone.version.modified_on = after(other->version.modified_on, stays->version.modified_on);
      gone.replaced_by = stays->uuid;
      t_.write_as(this_site);
      if (!t_.update(other->handle, gone)) break;
      has_deleted_ = true;
      note(*other, gone.version, action::merge, rule::only_one, content_of(*other));
      touch_masters(t_, schema_, *other);
      move_references(resource, other->handle, stays->handle, gone.version);
    }
    t_.write_as(context_.origin);
  }

  /// A record points to a deleted one: to its survivor instead if that was merged; otherwise, if that was its master, the
  /// record goes with it unless it is younger. A record that is deleted itself stays as it is.
  void settle(resource_id resource, record_handle h, std::uint32_t field) {
    stored_record holder;
    t_.load(resource, h, holder);
    if (holder.version.deleted) return;
    if (!redirect(resource, h, field)) go_with_master(resource, h, field);
  }

 private:
  void cascade_below(resource_id resource, record_handle master, timestamp at) {
    for (const auto& part : schema_[resource].components()) {
      if (!part.goes_along) continue;
      std::vector<stored_record> older;
      {
        auto all = t_.components(part.resource, part.key_field, resource, std::array{master}, 0);
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
        has_deleted_ = true;
        note(c, r.version, action::erase, rule::master_deleted);
        cascade_below(part.resource, c.handle, at);
      }
    }
  }

  // Nobody asked for this deletion by name, so that it is the ledger that has to tell of it. `loser`: what the record held.
  void note(const stored_record& component, const version_stamp& deletion, action what, rule why,
            std::string loser = {}) {
    decision_entry e;
    e.at = context_.now;
    e.repository = context_.origin;
    e.resource = schema_[component.resource].name();
    e.uuid = component.uuid;
    e.input.erase = what == action::erase;
    e.input.merge = what == action::merge;
    e.input.incoming = deletion;
    e.input.local = component.version;
    e.outcome = {what, columns::none, stamp_source::incoming, why, conflict_state::none};
    e.loser = std::move(loser);
    t_.add_decision(e);
  }

  std::string content_of(const stored_record& r) const {
    std::string out;
    s3xml::writer w(schema_, {});
    w.begin(out, true);
    w.open(out, r);
    w.close(out);
    w.end(out);
    return out;
  }

  // The record points to deleted ones. For those that were merged it is given their survivors; says whether it was.
  bool redirect(resource_id resource, record_handle h, std::uint32_t field) {
    stored_record holder;
    t_.load(resource, h, holder);
    record edit;
    edit.resource = resource;
    edit.fields.resize(field + 1);
    std::optional<timestamp> merged;
    if (const auto* one = std::get_if<reference>(&holder.fields[field])) {
      const auto end = survivor_of(*one, merged);
      if (!end || (end->resource == resource && end->handle == h)) return false;
      edit.fields[field] = *end;
    } else if (const auto* many = std::get_if<std::vector<reference>>(&holder.fields[field])) {
      auto list = *many;
      for (const auto& each : *many)
        if (const auto end = survivor_of(each, merged)) replace_in_list(list, *end, each.handle);
      if (list == *many) return false;
      edit.fields[field] = std::move(list);
    } else {
      return false;
    }
    edit.version.modified_on = after(holder.version.modified_on, merged);
    t_.write_as(this_site);
    if (t_.update(h, edit)) touch_masters(t_, schema_, resource, h);
    if (const auto* one = std::get_if<reference>(&edit.fields[field]))
      if (single_link(schema_, one->resource, resource, field) != nullptr)
        keep_single(resource, field, one->resource, one->handle);
    t_.write_as(context_.origin);
    return true;
  }

  // What a merged record was merged into in the end; `merged`: the latest time at which one of them was.
  std::optional<reference> survivor_of(const reference& link, std::optional<timestamp>& merged) {
    if (link.handle == record_handle::none) return std::nullopt;
    stored_record end;
    t_.load(link.resource, link.handle, end);
    const auto first = end.version.modified_on;
    record_handle last = link.handle;
    for (int hops = 0; end.version.deleted && !end.replaced_by.empty() && hops < 16; ++hops) {
      const auto next = t_.find(link.resource, end.replaced_by);
      if (!next) break;
      last = next->handle;
      t_.load(link.resource, last, end);
    }
    // Not one that is deleted as well: where records were merged in a circle, sites would chase each other round it.
    if (last == link.handle || end.version.deleted) return std::nullopt;
    if (!merged || first > merged) merged = first;
    return reference{link.resource, end.uuid, last};
  }

  // The deletion of a master takes along the components that are not younger, also those that come after it.
  void go_with_master(resource_id resource, record_handle h, std::uint32_t field) {
    const auto masters = schema_[resource].masters();
    if (std::ranges::none_of(masters, [&](const component_link& l) { return l.key_field == field; })) return;
    stored_record part, master;
    t_.load(resource, h, part);
    const auto* key = std::get_if<reference>(&part.fields[field]);
    if (key == nullptr || key->handle == record_handle::none) return;
    // Of the resources to which the field may point not all need be masters.
    const auto is_link = [&](const component_link& l) {
      return l.key_field == field && l.resource == key->resource && l.goes_along;
    };
    if (std::ranges::none_of(masters, is_link)) return;
    t_.load(key->resource, key->handle, master);
    if (!master.version.deleted || !master.version.modified_on || part.version.modified_on > master.version.modified_on)
      return;
    record gone;
    gone.resource = resource;
    gone.version.deleted = true;
    gone.version.modified_on = master.version.modified_on;
    t_.write_as(this_site);
    if (t_.update(h, gone)) {
      has_deleted_ = true;
      note(part, gone.version, action::erase, rule::master_deleted);
      touch_masters(t_, schema_, part);
      cascade_below(resource, h, *gone.version.modified_on);
    }
    t_.write_as(context_.origin);
  }

  static std::optional<timestamp> after(std::optional<timestamp> own, std::optional<timestamp> cause) {
    if (!own) return cause;
    return std::max(*own + 1, cause.value_or(*own + 1));
  }

  Transaction& t_;
  const schema& schema_;
  write_context context_;
  bool has_deleted_ = false;
};

}  // namespace edensync
