#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/core/letter_case.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/schema/fits.hpp"
#include "edensync/schema/matches.hpp"
#include "edensync/odb/cursor.hpp"
#include "edensync/sqlite/state_view.hpp"

namespace edensync::odb {

/// Reads records over one connection in one transaction; models `record_reader`. Snapshots and transactions derive from it.
class record_view : public virtual sqlite::state_view {
 public:
  std::optional<found_record> find(resource_id resource, const uid& id) {
    const object_stamp* stamp = s().stamp_of(resource, id);
    return stamp == nullptr ? std::nullopt : std::optional(detail::to_found(*stamp));
  }

  std::optional<found_record> find_version(resource_id resource, const uid& id, timestamp when, stored_record& into) {
    const auto found = find(resource, id);
    if (!found || found->version.modified_on != when) return found;
    const object_stamp& stamp = stamp_of(resource, found->handle);
    into.resource = resource;
    into.handle = found->handle;
    into.version = found->version;
    into.sequence = found->sequence;
    into.origin = found->origin;
    into.created_on = detail::moment(stamp.created_on);
    into.replaced_by.assign(stamp.replaced_by);
    detail::read_fields(s(), resource, stamp.key.object, stamp.deleted, into.fields, detail::targets::as_stored);
    return found;
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) {
    std::vector<found_record> all;
    question q(s().layout(resource).join);
    if (!add_equal(q, resource, field, v)) return all;
    for (const char* part : {" AND r.deleted=0 LIMIT ?", " AND r.deleted<>0 LIMIT ?"}) {
      auto with = q.with;
      with.push_back(integer(2 - static_cast<std::int64_t>(all.size())));
      for (const auto& each : s().find(q.text + part, with)) all.push_back(detail::to_found(each));
    }
    return all;
  }

  /// Texts that may differ in case are compared here, because SQLite knows the case of few letters.
  std::optional<found_record> find_match(const match_query& m) {
    if (m.fields.empty()) return std::nullopt;
    const class_layout& l = s().layout(m.resource);
    const resource_schema& r = s().resources()[m.resource];
    std::vector<const field_match*> folded;
    question q(l.join);
    for (const auto& each : m.fields) {
      const field_type type = r.field(each.field).type;
      if (!has_content(each.content) || !fits(each.content, type)) return std::nullopt;
      if (&each != &m.fields.front()) q.text += " AND ";
      if (!m.ignore_case || !has_case(type)) {
        if (!add_equal(q, m.resource, each.field, each.content)) return std::nullopt;
        continue;
      }
      folded.push_back(&each);
      const auto& looked_for = std::get<std::string>(each.content);
      const std::string column = l.quoted(l.column[each.field]);
      // Of texts with none but ASCII letters SQLite knows the case.
      if (std::all_of(looked_for.begin(), looked_for.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
        q.text += '(' + column + "=? COLLATE NOCASE OR " + column + " GLOB '*[^ -~]*')";
        q.with.push_back(text(looked_for));
      } else {
        q.text += column + " IS NOT NULL";
      }
    }
    if (m.ignore_deleted) q.text += " AND r.deleted=0";
    q.text += " ORDER BY r.deleted<>0, r.object";
    const auto candidates = s().find(q.text, q.with);
    std::vector<value> fields;
    for (const auto& each : candidates) {
      if (!folded.empty())
        detail::read_fields(s(), m.resource, each.object, each.deleted, fields, detail::targets::as_stored);
      const bool same = std::all_of(folded.begin(), folded.end(), [&](const field_match* f) {
        const auto* held = std::get_if<std::string>(&fields[f->field]);
        return held != nullptr && same_without_case(*held, std::get<std::string>(f->content));
      });
      if (same) return detail::to_found(each);
    }
    return std::nullopt;
  }

  void load(resource_id resource, record_handle h, stored_record& into) {
    detail::read_record(s(), resource, stamp_of(resource, h), into);
  }

  /// Whether the record has an object that others can point to: the application may have erased it.
  bool can_be_pointed_to(resource_id resource, record_handle h) {
    s().layout(resource);
    return s().has_object(resource, static_cast<std::int64_t>(h));
  }

  /// In two parts, both in commit order: what is modified in the future although it arrived before `since`, then what
  /// arrived since. Arrivals never go back, so `since` is a place in the order.
  cursor changes(const change_query& q) {
    s().layout(q.resource);
    cursor c(s(), q.resource);
    c.live_only_ = !q.include_deleted;
    std::int64_t after = number(q.after);
    const std::int64_t last = number(state_.sequence);
    if (q.since) {
      const std::int64_t before = first_arrived(*q.since) - 1;
      if (before > after) {
        c.ranges_.push_back({after, std::min(before, last), q.since->seconds});
        after = before;
      }
    }
    if (after < last) c.ranges_.push_back({after, last, std::nullopt});
    return c;
  }

  /// The number of the first change that arrived not before a moment, or one behind the last.
  sequence_number arrived(timestamp since) { return static_cast<sequence_number>(first_arrived(since)); }

  cursor components(resource_id resource, std::uint32_t field, resource_id of, std::span<const record_handle> masters,
                    sequence_number after) {
    cursor c(s(), resource);
    if (masters.empty() || !s().resources()[resource].may_point_to(field, of)) return c;
    const class_layout& l = s().layout(resource);
    // One text for each power of two, so that few are prepared; no object has the number that fills it up.
    std::vector<gateway::cell> with;
    std::string condition = "object IN (SELECT o." + sqlite::quoted_name(l.of->id_column()) + " FROM " + l.table() +
                            " AS o WHERE " + l.quoted(l.column[field]) + " IN (?";
    for (const record_handle h : masters) with.push_back(integer(static_cast<std::int64_t>(h)));
    with.resize(std::bit_ceil(masters.size()), integer(-1));
    for (std::size_t i = 1; i < with.size(); ++i) condition += ",?";
    condition += ')';
    if (l.named[field] != class_layout::nowhere) {
      condition += " AND " + l.quoted(l.named[field]) + "=?";
      with.push_back(text(s().resources()[of].name()));
    }
    with.push_back(integer(number(after)));
    with.push_back(integer(number(state_.sequence)));
    // The plus keeps SQLite from reading everything that changed since instead of the few of these masters.
    c.read(condition + ") AND +sequence>? AND +sequence<=?", with);
    return c;
  }

  /// Reads each table with a reference to the resource, where the column has no index.
  std::vector<referrer> referrers(resource_id resource, record_handle h) {
    const uid id = s().uid_of(resource, static_cast<std::int64_t>(h));
    if (id.empty()) throw_failure(error::no_such_record);
    std::vector<referrer> all;
    for (const auto& from : s().resources())
      for (std::uint32_t f = 0; f < from.fields().size(); ++f) {
        if (!from.may_point_to(f, resource)) continue;
        question q(s().layout(from.id()).join);
        if (from.field(f).type == field_type::list_reference)
          add_member(q, from.id(), f, id);
        else
          add_equal(q, from.id(), f, reference{resource, id, h});
        for (const auto& each : s().find(q.text, q.with))
          all.push_back({from.id(), static_cast<record_handle>(each.object), f});
      }
    return all;
  }

 protected:
  /// A question that grows: its words, what they are asked with, and texts that were made for it.
  struct question {
    explicit question(std::string begins) : text(std::move(begins)) {}
    std::string text;
    std::vector<gateway::cell> with;
    std::list<std::string> texts;
  };

  detail::session& s() { return static_cast<detail::session&>(*session_); }

  static gateway::cell text(std::string_view t) { return detail::session::text(t); }
  static gateway::cell integer(std::int64_t n) { return detail::session::integer(n); }

  // That a field has this content; false if it cannot.
  bool add_equal(question& q, resource_id resource, std::uint32_t field, const value& v) {
    const class_layout& l = s().layout(resource);
    const resource_schema& r = s().resources()[resource];
    if (!has_content(v) || !fits(v, r.field(field).type)) return false;
    value looked_for = v;
    resource_id target = no_resource;
    if (auto* to = std::get_if<reference>(&looked_for)) {
      target = target_of(r, field, *to);
      if (target == no_resource) return false;
      if (to->handle == record_handle::none) to->handle = s().handle_of(target, to->target);
      if (to->handle == record_handle::none) return false;
    }
    const std::size_t column = l.column[field];
    q.text += l.quoted(column) + "=?";
    q.with.push_back(detail::to_cell(looked_for, l.of->columns()[column].type, q.texts));
    // A text that is not the value's own but the copy's must be kept.
    if (const auto* held = std::get_if<std::string>(&looked_for)) {
      q.texts.push_back(*held);
      q.with.back().data = q.texts.back().data();
    }
    if (l.named[field] == class_layout::nowhere) return true;
    q.text += " AND " + l.quoted(l.named[field]) + "=?";
    q.with.push_back(text(s().resources()[target].name()));
    return true;
  }

  // That a list of references has this member.
  void add_member(question& q, resource_id resource, std::uint32_t field, const uid& id) {
    const class_layout& l = s().layout(resource);
    const std::string column = l.quoted(l.column[field]);
    q.text += "json_valid(" + column + ") AND EXISTS(SELECT 1 FROM json_each(" + column + ") WHERE value=?)";
    q.with.push_back(text(id.text()));
  }

  // Errors: no_such_record.
  const object_stamp& stamp_of(resource_id resource, record_handle h) {
    const object_stamp* stamp = s().stamp_of(resource, h);
    if (stamp == nullptr) throw_failure(error::no_such_record);
    return *stamp;
  }
};

}  // namespace edensync::odb
