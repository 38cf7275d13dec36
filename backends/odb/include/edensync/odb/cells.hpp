#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/odb/session.hpp"
#include "edensync/sqlite/row.hpp"

/// How values become what members hold, and the other way round.
namespace edensync::odb::detail {

using gateway::cell;
using sqlite::detail::targets;

/// What a column of this kind is given for a value; texts that are made for it live in `texts`. Precondition: it fits.
inline cell to_cell(const value& v, cell::kind column, std::list<std::string>& texts) {
  struct visitor {
    const value& v;
    cell::kind column;
    std::list<std::string>& texts;
    cell made(std::string s) const { return session::text(texts.emplace_back(std::move(s))); }
    cell operator()(std::monostate) const { return {}; }
    cell operator()(null_value) const { return {}; }
    cell operator()(bool b) const { return session::integer(b ? 1 : 0); }
    cell operator()(std::int64_t i) const { return session::integer(i); }
    cell operator()(double d) const { return {cell::kind::real, 0, d, nullptr, 0}; }
    cell operator()(const std::string& s) const { return {column, 0, 0, s.data(), s.size()}; }
    cell operator()(timestamp t) const {
      return column == cell::kind::integer ? session::integer(t.seconds)
                                           : made(std::string(sqlite::stamp_text(t).view()));
    }
    cell operator()(date d) const { return made(to_text(d)); }
    cell operator()(time_of_day t) const { return made(to_text(t)); }
    cell operator()(const reference& r) const {
      return r.handle == record_handle::none ? cell{} : session::integer(static_cast<std::int64_t>(r.handle));
    }
    cell operator()(const std::vector<std::string>&) const { return made(sqlite::detail::list_text(v)); }
    cell operator()(const std::vector<std::int64_t>&) const { return made(sqlite::detail::list_text(v)); }
    cell operator()(const std::vector<reference>&) const { return made(sqlite::detail::list_text(v)); }
  };
  return std::visit(visitor{v, column, texts}, v);
}

/// Reads what a member holds into a value, and keeps the value's memory where it can.
inline void read_cell(session& s, const cell& c, field_type type, bool empty_is_null, resource_id target, value& into,
                      targets how = targets::whole) {
  const std::string_view text(c.data == nullptr ? "" : c.data, c.size);
  const auto set = [&into](const auto& parsed) {
    if (parsed)
      into = *parsed;
    else
      into = null_value{};
  };
  if (c.what == cell::kind::null || (empty_is_null && c.what == cell::kind::text && text.empty())) {
    into = null_value{};
    return;
  }
  switch (type) {
    case field_type::boolean: into = c.integer != 0; return;
    case field_type::integer:
    case field_type::bigint: into = c.integer; return;
    case field_type::floating: into = c.real; return;
    case field_type::datetime:
      c.what == cell::kind::integer ? set(std::optional(timestamp{c.integer})) : set(sqlite::read_stamp(text));
      return;
    case field_type::date: set(parse_date(text.substr(0, 10))); return;
    case field_type::time: set(parse_time(text.substr(0, 8))); return;
    case field_type::list_string:
    case field_type::list_integer:
    case field_type::list_reference: into = sqlite::detail::read_list(s, text, type, target, how); return;
    case field_type::reference: {
      static const uid nobody;
      const bool with_uid = how == targets::whole && target != no_resource;
      const uid& known = with_uid ? s.uid_of(target, c.integer) : nobody;
      if (target == no_resource || (with_uid && known.empty())) {
        into = null_value{};
        return;
      }
      auto* r = std::get_if<reference>(&into);
      if (r == nullptr) r = &into.emplace<reference>();
      r->resource = target;
      r->target.assign(known.text());
      r->handle = static_cast<record_handle>(c.integer);
      return;
    }
    default: {
      auto* held = std::get_if<std::string>(&into);
      if (held == nullptr) held = &into.emplace<std::string>();
      held->assign(text);
    }
  }
}

/// The resource that a reference leads to: the only one that it can, or the one named beside it.
inline resource_id target_in(session& s, const std::vector<cell>& row, const resource_schema& r, std::uint32_t f) {
  if (r.targets(f).size() < 2) return r.target(f);
  const cell& name = row[s.layout(r.id()).named[f]];
  const resource_id named = s.resources().find(std::string_view(name.data == nullptr ? "" : name.data, name.size));
  return r.may_point_to(f, named) ? named : no_resource;
}

/// Reads the fields of a record from its object; they are null if the application has erased it. An empty text in a member
/// that cannot be null is content only where there must be some.
inline void read_fields(session& s, resource_id resource, std::int64_t id, bool deleted, std::vector<value>& into,
                        targets how = targets::whole) {
  const resource_schema& r = s.resources()[resource];
  const class_layout& l = s.layout(resource);
  std::vector<cell>& row = s.row;
  const bool there = s.ask([&] { return s.objects(resource).read(id, row); });
  if (!there) into.clear();
  into.resize(r.fields().size(), null_value{});
  for (std::uint32_t f = 0; there && f < into.size(); ++f)
    read_cell(s, row[l.column[f]], r.field(f).type, l.never_null[f] && (deleted || !r.field(f).mandatory),
              r.targets(f).empty() ? no_resource : target_in(s, row, r, f), into[f], how);
}

inline std::optional<timestamp> moment(const ::odb::nullable<std::int64_t>& n) {
  return n.null() ? std::nullopt : std::optional(timestamp{*n});
}
inline version_stamp version_of(const ::odb::nullable<std::int64_t>& modified_on,
                                const ::odb::nullable<std::int64_t>& mci, bool deleted) {
  return {moment(modified_on), mci.null() ? std::nullopt : std::optional(static_cast<master_index>(*mci)), deleted};
}

inline found_record to_found(const object_stamp& o) {
  return {static_cast<record_handle>(o.key.object), version_of(o.modified_on, o.mci, o.deleted),
          static_cast<sequence_number>(o.sequence), o.origin};
}
inline found_record to_found(const found_object& o) {
  found_record found;
  found.handle = static_cast<record_handle>(o.object);
  found.version = version_of(o.modified_on, o.mci, o.deleted);
  found.sequence = static_cast<sequence_number>(o.sequence);
  found.origin = o.origin;
  return found;
}

/// Reads a record from its stamp and its object.
inline void read_record(session& s, resource_id resource, const object_stamp& from, stored_record& into) {
  into.resource = resource;
  into.handle = static_cast<record_handle>(from.key.object);
  into.uuid.assign(from.uuid);
  s.remember(resource, from.key.object, into.uuid);
  into.version = version_of(from.modified_on, from.mci, from.deleted);
  into.created_on = moment(from.created_on);
  into.replaced_by.assign(from.replaced_by);
  into.authors.created_by.assign(from.created_by);
  into.authors.modified_by.assign(from.modified_by);
  into.authors.owned_by_user.assign(from.owned_by_user);
  into.authors.owned_by_group.assign(from.owned_by_group);
  into.sequence = static_cast<sequence_number>(from.sequence);
  into.origin = from.origin;
  into.written = from.written.null() ? into.sequence : static_cast<sequence_number>(*from.written);
  read_fields(s, resource, from.key.object, from.deleted, into.fields);
}

}  // namespace edensync::odb::detail
