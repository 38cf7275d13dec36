#pragma once

#include <cstdint>

#include "edensync/core/uid.hpp"

namespace edensync {

/// The number of a resource in a schema. Stable for the life of the schema object, not across programs.
using resource_id = std::uint32_t;
inline constexpr resource_id no_resource = 0xffffffff;

/// What a store calls one of its records; opaque to everybody else. Zero is no record.
///
/// Lifetime: valid for the store that gave it, until the record is physically removed.
enum class record_handle : std::int64_t { none = 0 };

/// A pointer from one record to another: the target's resource and uid, and the store's handle if it is known.
///
/// Records that a store gives out carry all three. Incoming ones carry the uid, and the handle after `identify`.
struct reference {
  resource_id resource = no_resource;
  uid target;
  record_handle handle = record_handle::none;

  /// Two references are the same if they name the same record; handles are only a short cut to it.
  friend bool operator==(const reference& a, const reference& b) { return a.target == b.target; }
};

}  // namespace edensync
