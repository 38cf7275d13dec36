#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/schema/fits.hpp"
#include "edensync/journal/core.hpp"
#include "edensync/journal/ledger_view.hpp"

namespace edensync::journal {

/// The part of a transaction that writes records, and what both parts write with: a state of its own, and what is changed
/// in it.
class record_writer : public ledger_view {
 public:
  write_result insert(const record& r) {
    if (r.uuid.empty()) return refuse(refusal_reason::refused_by_store, "uuid: a record needs one");
    if (now().record_of(r.resource, r.uuid) != nullptr) return refuse(refusal_reason::duplicate_key, "uuid");
    stored_record next;
    next.resource = r.resource;
    next.uuid = r.uuid;
    next.handle = record_handle{last<stored_record>() + 1};
    next.fields.assign(schema()[r.resource].fields().size(), null_value{});
    return write(std::move(next), r);
  }

  write_result update(record_handle h, const record& r) { return write(kept(r.resource, h), r); }

  write_result patch(resource_id resource, record_handle h, std::uint32_t field, const value& v) {
    stored_record next = kept(resource, h);
    if (auto refused = take(next, field, v)) return *refused;
    if (auto refused = check(next)) return *refused;
    store(std::move(next), true);
    return h;
  }

  write_result rename(resource_id resource, record_handle h, const uid& id) {
    const uid old = kept(resource, h).uuid;
    if (id.empty()) return refuse(refusal_reason::refused_by_store, "uuid: a record needs one");
    if (const auto* there = now().record_of(resource, id); there != nullptr && there->handle != h)
      return refuse(refusal_reason::duplicate_key, "uuid");
    for (const referrer& from : referrers(resource, h)) {
      stored_record holder = kept(from.resource, from.record);
      if (auto* list = std::get_if<std::vector<reference>>(&holder.fields[from.field])) {
        for (reference& to : *list)
          if (to.target == old) to.target = id;
        put<stored_record>(from.record, holder);
      }
    }
    now().having(resource, state::survivor, old.text(), [&](record_handle merged) {
      stored_record r = kept(resource, merged);
      r.replaced_by = id;
      put<stored_record>(merged, r);
    });
    stored_record next = kept(resource, h);
    next.uuid = id;
    store(std::move(next), true);
    return h;
  }

  void write_as(repository_id origin) { context_.origin = origin; }

  void touch(resource_id resource, record_handle h) { store(kept(resource, h), false); }

 protected:
  record_writer(std::shared_ptr<state> own, const write_context& w)
      : ledger_view(own), own_(std::move(own)), context_(w), begun_(now().count().sequence) {}

  template <class V>
  void put(const key_of<V>& k, const V& v) {
    std::get<detail::keys<V>>(changed_).insert(k);
    own_->put<V>(k, v);
  }
  template <class V>
  void erase(key_of<V> k) {
    std::get<detail::keys<V>>(changed_).insert(k);
    own_->erase<V>(k);
  }

  // Numbers of a table's entries: the last one that was given out, and that it is at least this.
  template <class V>
  std::int64_t last() const {
    const auto& all = now().count().last;
    return table_number<V> < all.size() ? all[table_number<V>] : 0;
  }
  template <class V>
  void given(std::int64_t n) {
    if (n <= last<V>()) return;
    counters c = now().count();
    c.last.resize(std::max(c.last.size(), table_number<V> + 1));
    c.last[table_number<V>] = n;
    put<counters>(0, c);
  }

  const changed_keys& changed() const { return changed_; }
  const write_context& context() const { return context_; }

 private:
  template <class V, std::size_t I = 0>
  static constexpr std::size_t number_of() {
    if constexpr (std::is_same_v<std::tuple_element_t<I, tables::trees>, tree<key_of<V>, V>>)
      return I;
    else
      return number_of<V, I + 1>();
  }
  template <class V>
  static constexpr std::size_t table_number = number_of<V>();

  static refusal refuse(refusal_reason why, std::string words) { return {why, std::move(words)}; }
  static refusal refuse(refusal_reason why, const field_descriptor& f, const char* words) {
    return {why, std::string(f.name) + ": " + words};
  }

  write_result write(stored_record next, const record& r) {
    next.version.deleted = r.version.deleted;
    next.replaced_by = r.replaced_by;
    if (r.version.modified_on) next.version.modified_on = r.version.modified_on;
    if (r.version.mci) next.version.mci = r.version.mci;
    if (r.created_on) next.created_on = r.created_on;
    for (const auto author :
         {&authorship::created_by, &authorship::modified_by, &authorship::owned_by_user, &authorship::owned_by_group})
      if (!(r.authors.*author).empty()) next.authors.*author = r.authors.*author;
    for (std::uint32_t f = 0; f < r.fields.size(); ++f)
      if (!is_absent(r.fields[f]))
        if (auto refused = take(next, f, r.fields[f])) return *refused;
    if (auto refused = check(next)) return *refused;
    next.origin = context_.origin;
    const record_handle h = next.handle;
    store(std::move(next), true);
    return h;
  }

  // Puts a value into a field in the form in which it is kept.
  std::optional<refusal> take(stored_record& next, std::uint32_t field, const value& v) const {
    const resource_schema& r = schema()[next.resource];
    const field_descriptor& f = r.field(field);
    value& into = next.fields[field] = v;
    if (is_absent(v)) into = null_value{};
    if (!fits(v, f.type)) return refuse(refusal_reason::invalid_field, f, "the value is of another type");
    if (auto* to = std::get_if<reference>(&into)) {
      if (misdirected(r, field, *to)) return refuse(refusal_reason::invalid_field, f, "it cannot point there");
      to->resource = target_of(r, field, *to);
      if (r.targets(field).empty() || to->handle == record_handle::none) {
        into = null_value{};
        if (f.mandatory && !next.version.deleted) return refuse(refusal_reason::missing_reference, std::string(f.name));
      } else if (now().record_of(to->resource, to->handle) == nullptr) {
        return refuse(refusal_reason::missing_reference, std::string(f.name));
      } else {
        to->target.clear();
      }
    } else if (auto* list = std::get_if<std::vector<reference>>(&into)) {
      for (reference& each : *list) each = {r.target(field), each.target, record_handle::none};
    }
    return std::nullopt;
  }

  // What a live record must have, and must not have in common with another one.
  std::optional<refusal> check(const stored_record& next) const {
    if (next.version.deleted) return std::nullopt;
    const resource_schema& r = schema()[next.resource];
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      const field_descriptor& f = r.field(i);
      const value& v = next.fields[i];
      if (f.mandatory && !has_content(v)) return refuse(refusal_reason::missing_field, std::string(f.name));
      if (!f.unique || !has_content(v)) continue;
      bool taken = false;
      now().having(next.resource, i, now().content_of(next.resource, i, v), [&](record_handle h) {
        taken = taken || (h != next.handle && !kept(next.resource, h).version.deleted);
      });
      if (taken) return refuse(refusal_reason::duplicate_key, std::string(f.name));
    }
    return std::nullopt;
  }

  // Gives the record its place at the end of the change order.
  void store(stored_record next, bool written) {
    counters c = now().count();
    next.sequence = ++c.sequence;
    if (written) next.written = next.sequence;
    if (next.version.modified_on) c.youngest = std::max(c.youngest, next.version.modified_on);
    put<counters>(0, c);
    if (c.sequence == begun_ + 1) core::arrive(*own_, changed_, context_.now, begun_);
    given<stored_record>(static_cast<std::int64_t>(next.handle));
    put<stored_record>(next.handle, next);
  }

  std::shared_ptr<state> own_;
  write_context context_;
  sequence_number begun_;
  changed_keys changed_;
};

}  // namespace edensync::journal
