#pragma once

#include <algorithm>
#include <string>
#include <variant>

#include "edensync/core/letter_case.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/schema/fits.hpp"

namespace edensync {

/// Whether two texts in a field of this type may differ in upper and lower case.
inline bool has_case(field_type type) { return type == field_type::string || type == field_type::text; }

/// Whether a record as a store keeps it has all contents that are asked for.
inline bool matches(const resource_schema& r, const record& kept, const match_query& q) {
  if (q.fields.empty() || (q.ignore_deleted && kept.version.deleted)) return false;
  return std::all_of(q.fields.begin(), q.fields.end(), [&](const field_match& wanted) {
    const value& here = kept.fields.at(wanted.field);
    if (!has_content(wanted.content) || here.index() != wanted.content.index()) return false;
    if (const auto* to = std::get_if<reference>(&wanted.content)) {
      const auto& own = std::get<reference>(here);
      return own.handle == to->handle && own.resource == target_of(r, wanted.field, *to);
    }
    if (q.ignore_case && has_case(r.field(wanted.field).type))
      return same_without_case(std::get<std::string>(here), std::get<std::string>(wanted.content));
    return here == wanted.content;
  });
}

}  // namespace edensync
