#pragma once

#include <cstdint>
#include <variant>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/value.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Whether a value may stand in a field of this type: absent, null, or the alternative of the table at `value`.
inline bool fits(const value& v, field_type type) {
  if (!has_content(v)) return true;
  switch (type) {
    case field_type::boolean: return std::holds_alternative<bool>(v);
    case field_type::integer:
    case field_type::bigint: return std::holds_alternative<std::int64_t>(v);
    case field_type::floating: return std::holds_alternative<double>(v);
    case field_type::datetime: return std::holds_alternative<timestamp>(v);
    case field_type::date: return std::holds_alternative<date>(v);
    case field_type::time: return std::holds_alternative<time_of_day>(v);
    case field_type::list_string: return std::holds_alternative<std::vector<std::string>>(v);
    case field_type::list_integer: return std::holds_alternative<std::vector<std::int64_t>>(v);
    case field_type::reference: return std::holds_alternative<reference>(v);
    case field_type::list_reference: return std::holds_alternative<std::vector<reference>>(v);
    case field_type::string:
    case field_type::text:
    case field_type::decimal:
    case field_type::json:
    case field_type::password:
    case field_type::upload:
    case field_type::blob: return std::holds_alternative<std::string>(v);
  }
  return false;
}

/// The resource that a reference in this field leads to: the one it names, or the only one possible if it names none.
/// `no_resource` if it cannot stand in the field.
inline resource_id target_of(const resource_schema& r, std::uint32_t field, const reference& to) {
  if (to.resource == no_resource) return r.target(field);
  return r.may_point_to(field, to.resource) ? to.resource : no_resource;
}

/// Whether a reference names a resource that its field cannot point to, or must name one and does not. What points out of
/// the schema is kept as null and may say what it likes.
inline bool misdirected(const resource_schema& r, std::uint32_t field, const reference& to) {
  if (r.targets(field).empty() || target_of(r, field, to) != no_resource) return false;
  return to.resource != no_resource || to.handle != record_handle::none;
}

}  // namespace edensync
