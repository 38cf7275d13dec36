#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/sqlite/session.hpp"

/// How values become columns and columns become values.
namespace edensync::sqlite::detail {

/// A list as the JSON text that it is stored as.
inline std::string list_text(const value& v) {
  boost::json::array a;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&v))
    for (const auto& each : *texts) a.emplace_back(each);
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&v))
    for (const auto each : *numbers) a.emplace_back(each);
  if (const auto* references = std::get_if<std::vector<reference>>(&v))
    for (const auto& each : *references) a.emplace_back(each.target.text());
  return boost::json::serialize(a);
}

/// Binds a value to the next parameter; absent is NULL, as is a reference without a handle. Precondition: it fits.
inline void bind_value(execution& e, const value& v, field_type type) {
  struct visitor {
    execution& e;
    const value& v;
    field_type type;
    void operator()(std::monostate) const { e.null(); }
    void operator()(null_value) const { e.null(); }
    void operator()(bool b) const { e.integer(b ? 1 : 0); }
    void operator()(std::int64_t i) const { e.integer(i); }
    void operator()(double d) const { e.floating(d); }
    void operator()(const std::string& s) const { type == field_type::blob ? e.blob(s) : e.text(s); }
    void operator()(timestamp t) const { e.text_copy(stamp_text(t).view()); }
    void operator()(date d) const { e.text_copy(to_text(d)); }
    void operator()(time_of_day t) const { e.text_copy(to_text(t)); }
    void operator()(const std::vector<std::string>&) const { e.text_copy(list_text(v)); }
    void operator()(const std::vector<std::int64_t>&) const { e.text_copy(list_text(v)); }
    void operator()(const reference& r) const {
      r.handle == record_handle::none ? e.null() : e.integer(static_cast<std::int64_t>(r.handle));
    }
    void operator()(const std::vector<reference>&) const { e.text_copy(list_text(v)); }
  };
  std::visit(visitor{e, v, type}, v);
}

/// How much is read of what a reference points to.
enum class targets : std::uint8_t {
  /// Its uid and its handle.
  whole,
  /// What the row itself holds: the handle, in lists the uids.
  as_stored,
};

/// Reads a list; what is not one, because another program wrote it, is null.
inline value read_list(session& s, std::string_view text, field_type type, resource_id target, targets how) {
  boost::system::error_code bad;
  const boost::json::value parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), bad);
  if (bad || !parsed.is_array()) return null_value{};
  std::vector<std::string> texts;
  std::vector<std::int64_t> numbers;
  std::vector<reference> references;
  for (const auto& each : parsed.get_array()) {
    if (type == field_type::list_integer) {
      if (const auto* i = each.if_int64()) numbers.push_back(*i);
    } else if (const auto* t = each.if_string()) {
      const std::string_view content(t->data(), t->size());
      if (type == field_type::list_string) {
        texts.emplace_back(content);
      } else {
        references.push_back({target, uid(content), record_handle::none});
        if (target != no_resource && how == targets::whole)
          references.back().handle = s.handle_of(target, references.back().target);
      }
    }
  }
  if (type == field_type::list_integer) return numbers;
  if (type == field_type::list_string) return texts;
  return references;
}

/// Reads a column into a value and keeps the value's memory where it can.
inline void read_value(session& s, execution& e, int column, field_type type, resource_id target, value& into,
                       targets how = targets::whole) {
  if (e.is_null(column)) {
    into = null_value{};
    return;
  }
  const auto set = [&into](const auto& parsed) {
    if (parsed)
      into = *parsed;
    else
      into = null_value{};
  };
  switch (type) {
    case field_type::boolean: into = e.get_integer(column) != 0; return;
    case field_type::integer:
    case field_type::bigint: into = e.get_integer(column); return;
    case field_type::floating: into = e.get_floating(column); return;
    case field_type::datetime: set(read_stamp(e.get_text(column))); return;
    case field_type::date: set(parse_date(e.get_text(column))); return;
    case field_type::time: set(parse_time(e.get_text(column))); return;
    case field_type::list_string:
    case field_type::list_integer:
    case field_type::list_reference: into = read_list(s, e.get_text(column), type, target, how); return;
    case field_type::reference: {
      const std::int64_t id = e.get_integer(column);
      static const uid nobody;
      const bool with_uid = how == targets::whole && target != no_resource;
      const uid& known = with_uid ? s.uid_of(target, id) : nobody;
      if (target == no_resource || (with_uid && known.empty())) {
        into = null_value{};
        return;
      }
      auto* r = std::get_if<reference>(&into);
      if (r == nullptr) r = &into.emplace<reference>();
      r->resource = target;
      r->target.assign(known.text());
      r->handle = static_cast<record_handle>(id);
      return;
    }
    default: {
      auto* text = std::get_if<std::string>(&into);
      if (text == nullptr) text = &into.emplace<std::string>();
      text->assign(e.get_text(column));
    }
  }
}

/// The resource that a reference of a row leads to: the only one that it can, or the one named beside it. `first`: the
/// column of the first field.
inline resource_id target_in(session& s, const execution& e, const resource_schema& r, std::uint32_t f, int first) {
  if (r.targets(f).size() < 2) return r.target(f);
  const int place = s.table(r.id()).named_place[f];
  const resource_id named = s.resources().find(e.get_text(first + static_cast<int>(r.fields().size()) + place));
  return r.may_point_to(f, named) ? named : no_resource;
}

inline std::optional<master_index> read_mci(const execution& e, int column) {
  return e.is_null(column) ? std::nullopt : std::optional(static_cast<master_index>(e.get_integer(column)));
}

/// Reads a row of `table_layout::select`.
inline void read_record(session& s, execution& e, resource_id resource, stored_record& into) {
  const resource_schema& r = s.resources()[resource];
  into.resource = resource;
  into.handle = static_cast<record_handle>(e.get_integer(0));
  into.uuid.assign(e.get_text(1));
  s.remember(resource, e.get_integer(0), into.uuid);
  into.version.mci = read_mci(e, 2);
  into.created_on = read_stamp(e.get_text(3));
  into.version.modified_on = read_stamp(e.get_text(4));
  into.version.deleted = e.get_integer(5) != 0;
  into.replaced_by.assign(e.get_text(6));
  into.authors.created_by.assign(e.get_text(7));
  into.authors.modified_by.assign(e.get_text(8));
  into.authors.owned_by_user.assign(e.get_text(9));
  into.authors.owned_by_group.assign(e.get_text(10));
  into.sequence = static_cast<sequence_number>(e.get_integer(11));
  into.origin = e.get_integer(12);
  into.written = e.is_null(13) ? into.sequence : static_cast<sequence_number>(e.get_integer(13));
  const auto fields = r.fields();
  into.fields.resize(fields.size());
  constexpr int first = static_cast<int>(record_columns.size());
  for (std::uint32_t f = 0; f < fields.size(); ++f)
    read_value(s, e, first + static_cast<int>(f), fields[f].type, target_in(s, e, r, f, first), into.fields[f]);
}

/// Reads the first columns of a row of `table_layout::find` or `find_version`.
inline found_record read_found(const execution& e) {
  found_record found;
  found.handle = static_cast<record_handle>(e.get_integer(0));
  found.version = {read_stamp(e.get_text(1)), read_mci(e, 2), e.get_integer(3) != 0};
  found.sequence = static_cast<sequence_number>(e.get_integer(4));
  found.origin = e.get_integer(5);
  return found;
}

/// Reads the rest of a row of `table_layout::find_version`.
inline void read_version(session& s, execution& e, resource_id resource, const found_record& found,
                         stored_record& into) {
  const resource_schema& r = s.resources()[resource];
  into.resource = resource;
  into.handle = found.handle;
  into.version = found.version;
  into.sequence = found.sequence;
  into.origin = found.origin;
  into.created_on = read_stamp(e.get_text(6));
  into.replaced_by.assign(e.get_text(7));
  const auto fields = r.fields();
  into.fields.resize(fields.size());
  constexpr int first = 8;
  for (std::uint32_t f = 0; f < fields.size(); ++f)
    read_value(s, e, first + static_cast<int>(f), fields[f].type, target_in(s, e, r, f, first), into.fields[f],
               targets::as_stored);
}

}  // namespace edensync::sqlite::detail
