#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/importer/open_references.hpp"
#include "edensync/importer/replace_in_list.hpp"
#include "edensync/importer/single_component.hpp"
#include "edensync/importer/touch_masters.hpp"
#include "edensync/schema/describe.hpp"
#include "edensync/schema/emptied_texts.hpp"

namespace edensync {

/// The application's own writes, in one transaction: records are stamped as they are written.
///
/// modified_on is the time of the transaction, but at least one second after the version that is replaced: every edit is
/// younger than what it was made from, even within one second. mci is 0 for what is created here and stays as it is
/// otherwise. Got from `site::write`, which commits; lifetime: that call.
/// Errors: throws `failure_exception`; `record_refused` names the field.
template <class Transaction, class UidSource>
class site_writer {
 public:
  site_writer(Transaction& t, const schema& s, UidSource& uids, timestamp now)
      : t_(t), schema_(s), uids_(uids), now_(now) {}

  /// Creates or updates a record; gives a record without a uid a new one. A deleted record is undeleted.
  template <described_struct T>
  void put(T& each) {
    if (each.uuid.empty()) each.uuid = uids_.make();
    put(to_record(schema_, each));
  }
  template <described_struct T>
  uid put(T&& each) {
    T copy = std::move(each);
    put<T>(copy);
    return copy.uuid;
  }

  /// The same for a record of any resource. References are given by uid; their targets must be here. One that
  /// does not say of which resource may point to any that its field allows.
  void put(record r) {
    const auto found = t_.find(r.resource, r.uuid);
    check_length(r);
    bind(r);
    refuse_second(r, found ? found->handle : record_handle::none);
    r.version.deleted = false;
    r.version.modified_on = stamp(found);
    if (!found) {
      r.created_on = now_;
      r.version.mci = 0;
      check(r, t_.insert(r));
    } else {
      r.version.mci.reset();
      // A deletion that came without the record it deleted knows nothing of its creation.
      if (found->version.deleted && !load(r.resource, found->handle).created_on) r.created_on = now_;
      // Who reads a field that waits for its record finds it empty. Written back, that says nothing.
      for (const auto& open : t_.open_references_of(r.resource, found->handle))
        if (open.field < r.fields.size() && is_null(r.fields[open.field])) r.fields[open.field] = value{};
      forget_open_references(t_, r, found->handle);
      emptied_texts::note(t_, schema_, r, found->handle);
      check(r, t_.update(found->handle, r));
    }
    // The record may have been given without the field that points to its master.
    if (!schema_[r.resource].masters().empty()) touch_masters(t_, schema_, found ? load(r.resource, found->handle) : r);
  }

  /// Deletes a record and its components. Errors: `no_such_record` if it is not here or deleted already.
  template <described_struct T>
  void erase(const uid& id) {
    erase(schema_.find(resource<T>::name), id);
  }
  void erase(resource_id resource, const uid& id) {
    const auto found = require(resource, id);
    erase_tree(resource, found.handle, stamp(found), {});
  }

  /// Deletes `duplicate` in favour of `survivor`; every reference to it, and its components, go to the survivor.
  template <described_struct T>
  void merge(const uid& survivor, const uid& duplicate) {
    merge(schema_.find(resource<T>::name), survivor, duplicate);
  }
  void merge(resource_id resource, const uid& survivor, const uid& duplicate) {
    if (survivor == duplicate) throw_failure(error::record_refused, "a record cannot be merged into itself");
    const auto to = require(resource, survivor), from = require(resource, duplicate);
    for (const auto& r : t_.referrers(resource, from.handle)) {
      move_reference(r, resource, survivor, to.handle, from.handle);
      // The same rule as at every other site that hears of the merge.
      if (single_link(schema_, resource, r.resource, r.field) != nullptr)
        if (const auto stays = single_component(t_, r.resource, r.field, resource, to.handle))
          if (const auto other = single_component(t_, r.resource, r.field, resource, to.handle, stays->handle))
            merge(r.resource, stays->uuid, other->uuid);
    }
    record gone;
    gone.resource = resource;
    gone.version.deleted = true;
    gone.version.modified_on = stamp(from);
    gone.replaced_by = survivor;
    check(gone, t_.update(from.handle, gone));
    touch_masters(t_, schema_, load(resource, from.handle));
  }

  /// The store's own transaction, for what the application writes beside its records.
  Transaction& transaction() noexcept { return t_; }

 private:
  timestamp stamp(const std::optional<found_record>& f) const {
    return f && f->version.modified_on ? std::max(now_, *f->version.modified_on + 1) : now_;
  }

  stored_record load(resource_id resource, record_handle h) {
    stored_record r;
    t_.load(resource, h, r);
    return r;
  }

  found_record require(resource_id resource, const uid& id) {
    const auto found = resource == no_resource ? std::nullopt : t_.find(resource, id);
    if (!found || found->version.deleted) throw_failure(error::no_such_record, id.text());
    return *found;
  }

  // Could never be sent to anybody.
  void check_length(const record& r) const {
    const auto fields = schema_[r.resource].fields();
    for (std::uint32_t i = 0; i < std::min(r.fields.size(), fields.size()); ++i) {
      const auto type = fields[i].type;
      if (type == field_type::password || type == field_type::upload || type == field_type::blob) continue;  // never is
      const auto* text = std::get_if<std::string>(&r.fields[i]);
      if (text != nullptr && text->size() > xml_limits{}.text)
        check(r, refusal{refusal_reason::invalid_field, std::string(fields[i].name) + ": " +
                                                            std::to_string(text->size()) + " bytes are too many, " +
                                                            std::to_string(xml_limits{}.text) + " can be sent"});
    }
  }

  void bind(record& r) {
    const auto resolve = [&](std::uint32_t field, reference& to) {
      auto found = to.resource == no_resource ? std::nullopt : t_.find(to.resource, to.target);
      // Of several resources to which it may point it is the one that has such a record.
      if (to.resource == no_resource && field < schema_[r.resource].fields().size())
        for (const auto each : schema_[r.resource].targets(field)) {
          const auto there = t_.find(each, to.target);
          if (!there) continue;
          if (found) throw_failure(error::record_refused, "referred to in several resources: " + to.target.text());
          found = there;
          to.resource = each;
        }
      if (!found) throw_failure(error::no_such_record, "referred to: " + to.target.text());
      to.handle = found->handle;
    };
    for (std::uint32_t i = 0; i < r.fields.size(); ++i) {
      auto& v = r.fields[i];
      if (auto* one = std::get_if<reference>(&v)) resolve(i, *one);
      if (auto* many = std::get_if<std::vector<reference>>(&v))
        for (auto& each : *many) resolve(i, each);
    }
  }

  // A component of a kind of which its master may have only one.
  void refuse_second(const record& r, record_handle h) {
    for (const auto& master : schema_[r.resource].masters()) {
      const auto* key = master.multiple || master.key_field >= r.fields.size()
                            ? nullptr
                            : std::get_if<reference>(&r.fields[master.key_field]);
      if (key == nullptr || key->resource != master.resource) continue;
      if (const auto other = single_component(t_, r.resource, master.key_field, key->resource, key->handle, h))
        throw_failure(error::record_refused, std::string(schema_[r.resource].name()) + " " + r.uuid.text() + ": " +
                                                 key->target.text() + " has one already: " + other->uuid.text());
    }
  }

  void erase_tree(resource_id resource, record_handle h, timestamp at, const uid& replaced_by) {
    record gone;
    gone.resource = resource;
    gone.version.deleted = true;
    gone.version.modified_on = at;
    gone.replaced_by = replaced_by;
    stored_record before;
    t_.load(resource, h, before);
    check(gone, t_.update(h, gone));
    touch_masters(t_, schema_, before);
    for (const auto& part : schema_[resource].components()) {
      if (!part.goes_along) continue;
      std::vector<std::pair<record_handle, timestamp>> live;
      {
        auto all = t_.components(part.resource, part.key_field, resource, std::array{h}, 0);
        stored_record c;
        while (all.next(c))
          if (!c.version.deleted)
            live.emplace_back(c.handle, c.version.modified_on ? std::max(at, *c.version.modified_on + 1) : at);
      }
      for (const auto& [c, when] : live) erase_tree(part.resource, c, when, {});
    }
  }

  void move_reference(const referrer& r, resource_id resource, const uid& survivor, record_handle to,
                      record_handle from) {
    stored_record holder;
    t_.load(r.resource, r.record, holder);
    if (holder.version.deleted) return;
    record edit;
    edit.resource = r.resource;
    edit.fields.resize(r.field + 1);
    if (auto* many = std::get_if<std::vector<reference>>(&holder.fields[r.field])) {
      replace_in_list(*many, {resource, survivor, to}, from);
      edit.fields[r.field] = *many;
    } else if (r.record == to && r.resource == resource) {
      edit.fields[r.field] = null_value{};
    } else {
      edit.fields[r.field] = reference{resource, survivor, to};
    }
    edit.version.modified_on = stamp(found_record{holder.handle, holder.version, holder.sequence, holder.origin});
    check(holder, t_.update(r.record, edit));
    touch_masters(t_, schema_, holder);
    if (!edit.fields.empty()) {
      for (const auto& master : schema_[r.resource].masters())
        if (master.key_field == r.field && master.resource == resource) t_.touch(resource, to);
    }
  }

  void check(const record& r, const write_result& done) const {
    if (!done)
      throw_failure(error::record_refused, std::string(schema_[r.resource].name()) + " " + r.uuid.text() + ": " +
                                               std::string(to_text(done.error().reason)) + ": " + done.error().message);
  }

  Transaction& t_;
  const schema& schema_;
  UidSource& uids_;
  timestamp now_;
};

}  // namespace edensync
