#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/memory/ledger_writing.hpp"
#include "edensync/schema/fits.hpp"

namespace edensync::memory {

/// Writes to a store in memory; models `record_transaction`. Made by `store::begin`.
///
/// It prepares a copy of the last state, which shares all that it does not change, and `commit` puts it in its place.
/// Thread safety: one thread at a time.
class transaction : public detail::ledger_writing {
 public:
  transaction(transaction&&) noexcept = default;
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  transaction& operator=(transaction&&) = delete;
  ~transaction() { end(); }

  write_result insert(const record& r) {
    const detail::table& t = read(r.resource);
    if (r.uuid.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    if (t.by_uid.contains(r.uuid)) return refusal{refusal_reason::duplicate_key, "uuid"};
    stored_record fresh;
    fresh.resource = r.resource;
    fresh.uuid = r.uuid;
    fresh.handle = static_cast<record_handle>(t.rows.size() + 1);
    fresh.fields.assign(schema()[r.resource].fields().size(), null_value{});
    fresh.authors = r.authors;
    if (auto refused = prepare(fresh, r)) return *refused;
    fresh.origin = origin_;
    return put(std::move(fresh));
  }

  write_result update(record_handle h, const record& r) {
    stored_record changed = existing(r.resource, h);
    if (auto refused = prepare(changed, r)) return *refused;
    const auto replace = [](std::string& old, const std::string& given) {
      if (!given.empty()) old = given;
    };
    replace(changed.authors.created_by, r.authors.created_by);
    replace(changed.authors.modified_by, r.authors.modified_by);
    replace(changed.authors.owned_by_user, r.authors.owned_by_user);
    replace(changed.authors.owned_by_group, r.authors.owned_by_group);
    changed.origin = origin_;
    return put(std::move(changed));
  }

  write_result patch(resource_id resource, record_handle h, std::uint32_t field, const value& v) {
    stored_record changed = existing(resource, h);
    record one;
    one.resource = resource;
    one.version.deleted = changed.version.deleted;
    one.replaced_by = changed.replaced_by;
    one.fields.resize(std::size_t{field} + 1);
    one.fields[field] = v;
    if (auto refused = prepare(changed, one)) return *refused;
    return put(std::move(changed));
  }

  write_result rename(resource_id resource, record_handle h, const uid& id) {
    stored_record changed = existing(resource, h);
    if (id.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    const auto taken = read(resource).by_uid.find(id);
    if (taken != read(resource).by_uid.end() && taken->second != h)
      return refusal{refusal_reason::duplicate_key, "uuid"};
    const uid before = std::exchange(changed.uuid, id);
    for (const referrer& from : referrers(resource, h)) {
      stored_record holder =
          from.resource == resource && from.record == h ? changed : existing(from.resource, from.record);
      value& v = holder.fields[from.field];
      if (auto* one = std::get_if<reference>(&v)) one->target = id;
      if (auto* many = std::get_if<std::vector<reference>>(&v))
        for (reference& each : *many)
          if (each.target == before) each.target = id;
      if (from.resource == resource && from.record == h)
        changed = std::move(holder);
      else
        replace(std::move(holder));
    }
    for (const auto& r : std::vector(read(resource).rows))
      if (r->content.replaced_by == before && r->content.handle != h) {
        stored_record merged = r->content;
        merged.replaced_by = id;
        replace(std::move(merged));
      }
    detail::table& t = next_->tables[resource].edit();
    t.by_uid.erase(before);
    t.by_uid.emplace(id, h);
    return put(std::move(changed));
  }

  void write_as(repository_id origin) { origin_ = origin; }

  void touch(resource_id resource, record_handle h) {
    const sequence_number written = existing(resource, h).written;
    put(existing(resource, h), written);
  }

  /// Counts as two operations, one before it takes effect and one after, so that a test can let either fail.
  void commit() {
    core_->count();
    {
      const std::lock_guard guard(core_->lock);
      // Somebody may have been served since `begin`; what is committed now arrives after that as well.
      next_->served = core_->now->served;
      if (next_->served && arrival_ != nullptr) *arrival_ = std::max(*arrival_, *next_->served + 1);
      if (wrote_) next_->arrival = *arrival_;
      core_->now = std::shared_ptr<const detail::state>(std::move(next_));
    }
    now_ = core_->now.get();
    end();
    core_->count();
  }

 private:
  friend class store;

  transaction(std::shared_ptr<detail::core> c, std::unique_ptr<detail::state> next, const write_context& w)
      : ledger_writing(std::move(c), std::move(next)), origin_(w.origin), arrival_(std::make_shared<timestamp>(w.now)) {
    if (next_->arrival) *arrival_ = std::max(*arrival_, *next_->arrival);
    if (next_->served) *arrival_ = std::max(*arrival_, *next_->served + 1);
  }

  const edensync::schema& schema() const { return *core_->resources; }

  const stored_record& existing(resource_id resource, record_handle h) const {
    const detail::row* r = read(resource).find(h);
    if (r == nullptr) throw_failure(error::no_such_record);
    return r->content;
  }

  // Writes what `given` says into `into`, a copy that nobody sees yet, and says what stands against it.
  std::optional<refusal> prepare(stored_record& into, const record& given) const {
    const resource_schema& resource = schema()[into.resource];
    if (given.fields.size() > resource.fields().size()) throw_failure(error::unknown_field);
    into.version.deleted = given.version.deleted;
    into.replaced_by = given.replaced_by;
    if (given.version.modified_on) into.version.modified_on = given.version.modified_on;
    if (given.version.mci) into.version.mci = given.version.mci;
    if (given.created_on) into.created_on = given.created_on;
    for (std::uint32_t f = 0; f < given.fields.size(); ++f) {
      if (is_absent(given.fields[f])) continue;
      if (!fits(given.fields[f], resource.field(f).type)) return refuse(refusal_reason::invalid_field, resource, f);
      into.fields[f] = given.fields[f];
      if (const auto why = link(into.fields[f], resource, f)) return refuse(*why, resource, f);
    }
    if (into.version.deleted) return std::nullopt;
    for (std::uint32_t f = 0; f < into.fields.size(); ++f) {
      const field_descriptor& d = resource.field(f);
      if (d.mandatory && !has_content(into.fields[f])) {
        const bool waits = f < given.fields.size() && has_content(given.fields[f]);
        return refuse(waits ? refusal_reason::missing_reference : refusal_reason::missing_field, resource, f);
      }
      if (d.unique && has_content(into.fields[f]) && taken(into, f))
        return refuse(refusal_reason::duplicate_key, resource, f);
    }
    return std::nullopt;
  }

  // Makes references as they are kept: a single one needs its record here, or is empty; lists keep the uids. Says what
  // stands against it.
  std::optional<refusal_reason> link(value& v, const resource_schema& resource, std::uint32_t field) const {
    if (auto* to = std::get_if<reference>(&v)) {
      if (misdirected(resource, field, *to)) return refusal_reason::invalid_field;
      const resource_id target = target_of(resource, field, *to);
      if (to->handle == record_handle::none || target == no_resource) {
        v = null_value{};
        return std::nullopt;
      }
      const detail::row* there = next_->tables[target]->find(to->handle);
      if (there == nullptr) return refusal_reason::missing_reference;
      *to = {target, there->content.uuid, to->handle};
    } else if (auto* list = std::get_if<std::vector<reference>>(&v)) {
      for (reference& each : *list) each = {resource.target(field), each.target, record_handle::none};
    }
    return std::nullopt;
  }

  bool taken(const stored_record& r, std::uint32_t field) const {
    const auto& rows = next_->tables[r.resource]->rows;
    const auto* to = std::get_if<reference>(&r.fields[field]);
    const resource_id target = to == nullptr ? no_resource : to->resource;
    return std::any_of(rows.begin(), rows.end(), [&](const auto& other) {
      return other->content.handle != r.handle && !other->content.version.deleted &&
             detail::same_content(other->content.fields[field], r.fields[field], target);
    });
  }

  static refusal refuse(refusal_reason why, const resource_schema& resource, std::uint32_t field) {
    return {why, std::string(resource.field(field).name)};
  }

  // Changes what is kept of a record, but not its place in the change order.
  void replace(stored_record r) {
    detail::table& t = next_->tables[r.resource].edit();
    auto& place = t.rows[static_cast<std::size_t>(r.handle) - 1];
    place = std::make_shared<detail::row>(detail::row{std::move(r), place->arrival});
  }

  // `written`: its place when it was last written, 0 if that is now.
  record_handle put(stored_record r, sequence_number written = 0) {
    detail::table& t = next_->tables[r.resource].edit();
    if (r.sequence != 0) t.by_sequence.erase(r.sequence);
    r.sequence = ++next_->sequence;
    r.written = written == 0 ? r.sequence : written;
    t.by_sequence.emplace(r.sequence, r.handle);
    if (r.version.modified_on && (!next_->youngest || *next_->youngest < *r.version.modified_on))
      next_->youngest = r.version.modified_on;
    const record_handle h = r.handle;
    const auto place = static_cast<std::size_t>(h) - 1;
    if (place == t.rows.size()) {
      t.by_uid.emplace(r.uuid, h);
      t.rows.emplace_back();
    }
    t.rows[place] = std::make_shared<detail::row>(detail::row{std::move(r), arrival_});
    wrote_ = true;
    return h;
  }

  void end() noexcept {
    if (core_ == nullptr || ended_) return;
    {
      const std::lock_guard guard(core_->lock);
      core_->writing = false;
    }
    core_->written.notify_one();
    ended_ = true;
  }

  repository_id origin_;
  std::shared_ptr<timestamp> arrival_;
  bool wrote_ = false;
  bool ended_ = false;
};

}  // namespace edensync::memory
