#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::detail {

/// What a selector names in a record: a field, or one of the values that every record has.
struct filter_column {
  enum class part { field, target, uuid, modified_on, created_on, mci, deleted } what = part::field;
  std::uint32_t index = 0;
  field_type type = field_type::string;

  /// The value in a record; `scratch` holds it if the record has it in another form.
  const value& of(const record& r, value& scratch) const {
    static const value absent;
    const auto moment = [](std::optional<timestamp> t) { return t ? value(*t) : value(null_value{}); };
    switch (what) {
      case part::field: return index < r.fields.size() ? r.fields[index] : absent;
      case part::target: {
        const auto* to = index < r.fields.size() ? std::get_if<reference>(&r.fields[index]) : nullptr;
        return scratch = to ? value(to->target.text()) : value(null_value{});
      }
      case part::uuid: return scratch = r.uuid.text();
      case part::modified_on: return scratch = moment(r.version.modified_on);
      case part::created_on: return scratch = moment(r.created_on);
      case part::mci: return scratch = r.version.mci ? value(std::int64_t{*r.version.mci}) : value(null_value{});
      case part::deleted: return scratch = r.version.deleted;
    }
    return absent;
  }
};

inline failure bad_filter(const filter_term& t, std::string_view what) {
  return make_failure(error::bad_filter, "[" + t.table + "]" + t.key + "=" + t.value + ": " + std::string(what));
}

/// Finds what a selector names. Only the record's own values and the uuid of what it refers to can be looked at.
inline result<filter_column> column_of(const filter_term& t, std::string_view selector, const resource_schema& r) {
  using enum filter_column::part;
  if (selector.starts_with('(')) return bad_filter(t, "contexts are not supported");
  const auto dot = selector.find('.');
  if (dot == std::string_view::npos) return bad_filter(t, "a field is written ~.FIELD");
  const auto owner = selector.substr(0, dot);
  if (owner != "~" && owner != r.name() && owner != r.name().substr(r.name().find('_') + 1))
    return bad_filter(t, "fields of other tables are not supported");
  auto name = selector.substr(dot + 1);
  const auto dollar = name.find('$');
  const auto behind = dollar == std::string_view::npos ? std::string_view{} : name.substr(dollar + 1);
  name = name.substr(0, dollar);
  if (const auto i = r.find_field(name)) {
    const auto type = r.field(*i).type;
    if (behind == "uid" || behind == "uuid")
      if (type == field_type::reference) return filter_column{target, *i, field_type::string};
    if (!behind.empty()) return bad_filter(t, "fields of other tables are not supported");
    if (type == field_type::password || type == field_type::blob)
      return bad_filter(t, "the field cannot be looked at: " + std::string(name));
    return filter_column{field, *i, type};
  }
  if (behind.empty()) {
    if (name == "uid" || name == "uuid") return filter_column{uuid, 0, field_type::string};
    if (name == "modified_on") return filter_column{modified_on, 0, field_type::datetime};
    if (name == "created_on") return filter_column{created_on, 0, field_type::datetime};
    if (name == "mci") return filter_column{mci, 0, field_type::integer};
    if (name == "deleted") return filter_column{deleted, 0, field_type::boolean};
  }
  return bad_filter(t, "no such field: " + std::string(name));
}

}  // namespace edensync::detail
