#pragma once

#include <cstdint>
#include <vector>

#include "edensync/core/record.hpp"

namespace edensync {

/// What one field of a record must hold. A reference says it by its handle.
struct field_match {
  std::uint32_t field = 0;
  value content;
};

/// Which record of a resource a reader is asked for: the first that has all these contents (spec/import.md §4).
///
/// Live records come before deleted ones; of several, the one with the least handle counts. A query without contents, or
/// with one that is absent or null, finds nothing.
struct match_query {
  resource_id resource = no_resource;
  std::vector<field_match> fields{};
  /// Upper and lower case are the same in fields of the types string and text.
  bool ignore_case = true;
  bool ignore_deleted = false;
};

}  // namespace edensync
