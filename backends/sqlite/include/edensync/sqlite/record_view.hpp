#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/schema/matches.hpp"
#include "edensync/sqlite/cursor.hpp"
#include "edensync/sqlite/state_view.hpp"

namespace edensync::sqlite {

/// Reads records over one connection in one transaction; models `record_reader`. Snapshots and transactions derive from it.
class record_view : public virtual state_view {
 public:
  std::optional<found_record> find(resource_id resource, const uid& id) {
    execution e(s().prepared(resource, kind::find));
    e.text(id.text());
    return e.step() ? std::optional(detail::read_found(e)) : std::nullopt;
  }

  std::optional<found_record> find_version(resource_id resource, const uid& id, timestamp moment, stored_record& into) {
    execution e(s().prepared(resource, kind::find_version));
    e.text(id.text());
    if (!e.step()) return std::nullopt;
    const auto found = detail::read_found(e);
    if (found.version.modified_on == moment) detail::read_version(s(), e, resource, found, into);
    return found;
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) {
    std::vector<found_record> all;
    const table_layout& t = s().table(resource);
    const resource_schema& r = s().resources()[resource];
    const field_type type = r.field(field).type;
    if (!has_content(v) || !fits(v, type)) return all;
    value looked_for = v;
    resource_id target = no_resource;
    if (auto* to = std::get_if<reference>(&looked_for)) {
      target = target_of(r, field, *to);
      if (target == no_resource) return all;
      if (to->handle == record_handle::none) to->handle = s().handle_of(target, to->target);
    }
    // The words are those of the partial indexes.
    for (const char* part : {" AND deleted=0 LIMIT ?", " AND deleted<>0 LIMIT ?"}) {
      statement& sql = s().shaped(resource, "k" + std::to_string(field) + part,
                                  [&] { return t.find + t.fields[field] + "=?" + and_named(t, field) + part; });
      execution e(sql);
      detail::bind_value(e, looked_for, type);
      if (!t.named[field].empty()) e.text(s().resources()[target].name());
      e.integer(2 - static_cast<std::int64_t>(all.size()));
      while (e.step()) all.push_back(detail::read_found(e));
    }
    return all;
  }

  /// Texts that may differ in case are compared here, because SQLite knows the case of few letters.
  std::optional<found_record> find_match(const match_query& q) {
    const table_layout& t = s().table(q.resource);
    const resource_schema& r = s().resources()[q.resource];
    std::string key = q.ignore_deleted ? "w" : "W";
    std::string columns, conditions;
    std::vector<const field_match*> folded, exact;
    for (const auto& each : q.fields) {
      const field_type type = r.field(each.field).type;
      if (!has_content(each.content) || !fits(each.content, type)) return std::nullopt;
      const bool fold = q.ignore_case && has_case(type);
      (fold ? folded : exact).push_back(&each);
      (fold ? columns : conditions) +=
          fold ? ',' + t.fields[each.field] : " AND " + t.fields[each.field] + "=?" + and_named(t, each.field);
      key += (fold ? 'f' : 'e') + std::to_string(each.field);
    }
    if (q.fields.empty()) return std::nullopt;
    execution e(s().shaped(q.resource, key, [&] {
      return "SELECT id,modified_on,mci,deleted,sync_sequence,sync_origin" + columns + " FROM " + t.table +
             (q.ignore_deleted ? " WHERE deleted=0" : " WHERE 1") + conditions + " ORDER BY deleted<>0, id";
    }));
    for (const auto* each : exact) {
      detail::bind_value(e, each->content, r.field(each->field).type);
      if (t.named[each->field].empty()) continue;
      const auto target = target_of(r, each->field, std::get<reference>(each->content));
      if (target == no_resource) return std::nullopt;
      e.text(s().resources()[target].name());
    }
    while (e.step()) {
      bool same = true;
      for (int i = 0; same && i < static_cast<int>(folded.size()); ++i)
        same =
            !e.is_null(6 + i) &&
            same_without_case(e.get_text(6 + i), std::get<std::string>(folded[static_cast<std::size_t>(i)]->content));
      if (same) return detail::read_found(e);
    }
    return std::nullopt;
  }

  void load(resource_id resource, record_handle h, stored_record& into) {
    execution e(s().prepared(resource, kind::load));
    if (!e.integer(static_cast<std::int64_t>(h)).step()) throw_failure(error::no_such_record);
    detail::read_record(s(), e, resource, into);
  }

  /// In two parts, both in commit order: what is modified in the future although it arrived before `since`, then what
  /// arrived since. Arrivals never go back, so `since` is a place in the order.
  cursor changes(const change_query& q) {
    const table_layout& t = s().table(q.resource);
    cursor c(s(), q.resource);
    std::int64_t after = number(q.after);
    const std::int64_t last = number(state_.sequence);
    const auto open = [&](auto& part, kind k) -> execution& {
      return c.open(part, static_cast<std::uint32_t>(k), [&] { return detail::session::sql_of(t, k); });
    };
    if (q.since) {
      const std::int64_t before = first_arrived(*q.since) - 1;
      if (before > after) {
        open(c.first_, q.include_deleted ? kind::ahead : kind::live_ahead)
            .integer(after)
            .integer(std::min(before, last))
            .text_copy(stamp_text(*q.since).view());
        after = before;
      }
    }
    if (after < last)
      open(c.second_, q.include_deleted ? kind::changes : kind::live_changes).integer(after).integer(last);
    return c;
  }

  /// The number of the first change that arrived not before a moment, or one behind the last.
  sequence_number arrived(timestamp since) { return static_cast<sequence_number>(first_arrived(since)); }

  /// The number of records that `changes` gives, counted by the indexes where deleted ones are asked for, too.
  std::uint64_t count(const change_query& q) {
    std::uint64_t n = 0;
    if (!q.include_deleted) {
      auto each = changes(q);
      for (stored_record r; each.next(r);) ++n;
      return n;
    }
    std::int64_t after = number(q.after);
    const std::int64_t last = number(state_.sequence);
    if (q.since) {
      const std::int64_t before = first_arrived(*q.since) - 1;
      if (before > after) {
        execution e(s().prepared(q.resource, kind::count_ahead));
        e.integer(after).integer(std::min(before, last)).text_copy(stamp_text(*q.since).view()).step();
        n += static_cast<std::uint64_t>(e.get_integer(0));
        after = before;
      }
    }
    if (after < last) {
      execution e(s().prepared(q.resource, kind::count_changes));
      e.integer(after).integer(last).step();
      n += static_cast<std::uint64_t>(e.get_integer(0));
    }
    return n;
  }

  cursor components(resource_id resource, std::uint32_t field, resource_id of, std::span<const record_handle> masters,
                    sequence_number after) {
    const table_layout& t = s().table(resource);
    cursor c(s(), resource);
    if (!s().resources()[resource].may_point_to(field, of)) return c;
    // One text for one master and one for each power of two, so that few are prepared; what is left over stays NULL.
    const std::size_t places = std::bit_ceil(std::max<std::size_t>(masters.size(), 1));
    const auto shape = static_cast<std::uint32_t>(places << 16 | field);
    execution& e = c.open(c.first_, shape, [&] {
      // The plus keeps SQLite from reading everything that changed since instead of the few of these masters.
      const std::string which = and_named(t, field) + " AND +sync_sequence>? AND +sync_sequence<=?";
      if (places == 1) return t.select + t.fields.at(field) + "=?" + which;
      // A view is a union, and would be made a table to be joined.
      if (t.adopted) {
        std::string any = " IN(?";
        for (std::size_t i = 1; i < places; ++i) any += ",?";
        return t.select + t.fields.at(field) + any + ")" + which;
      }
      // Values that are joined: for IN(?,…) SQLite would make a table each time.
      std::string given = "WITH sync_of(sync_master) AS (VALUES(?)";
      for (std::size_t i = 1; i < places; ++i) given += ",(?)";
      return given + ") SELECT " + t.columns + " FROM sync_of CROSS JOIN " + t.table + " WHERE " + t.fields.at(field) +
             "=sync_master" + which;
    });
    for (const record_handle h : masters) e.integer(static_cast<std::int64_t>(h));
    for (std::size_t i = masters.size(); i < places; ++i) e.null();
    if (!t.named[field].empty()) e.text(s().resources()[of].name());
    e.integer(number(after)).integer(number(state_.sequence));
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
        const bool list = from.field(f).type == field_type::list_reference;
        const table_layout& t = s().table(from.id());
        statement& sql = s().shaped(from.id(), "r" + std::to_string(f), [&] {
          return "SELECT id FROM " + t.table + " WHERE " +
                 (list ? "EXISTS(SELECT 1 FROM json_each(" + t.fields[f] + ") WHERE value=?)"
                       : t.fields[f] + "=?" + and_named(t, f));
        });
        execution e(sql);
        if (list)
          e.text(id.text());
        else
          e.integer(static_cast<std::int64_t>(h));
        if (!t.named[f].empty()) e.text(s().resources()[resource].name());
        while (e.step()) all.push_back({from.id(), static_cast<record_handle>(e.get_integer(0)), f});
      }
    return all;
  }

 protected:
  using kind = detail::session::kind;

  // A handle tells a record only together with its table. One more parameter, if the reference may lead to several.
  static std::string and_named(const table_layout& t, std::uint32_t field) {
    return t.named[field].empty() ? std::string() : " AND " + t.named[field] + "=?";
  }
};

}  // namespace edensync::sqlite
