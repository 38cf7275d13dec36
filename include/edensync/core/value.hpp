#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "edensync/core/reference.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Says that a field is known to be empty, which is different from nothing being known about it.
struct null_value {
  friend constexpr bool operator==(null_value, null_value) = default;
};

/// The content of one field of one record.
///
/// `std::monostate` means absent: nothing was said about this field, so a writer leaves it as it is. `null_value` means
/// empty. Which alternative holds content follows from the field's type:
///
/// | field types                                       | alternative                 |
/// |---------------------------------------------------|-----------------------------|
/// | boolean                                           | bool                        |
/// | integer, bigint                                   | std::int64_t                |
/// | floating                                          | double                      |
/// | string, text, decimal, json, password, upload     | std::string (UTF-8)         |
/// | datetime                                          | timestamp                   |
/// | date                                              | date                        |
/// | time                                              | time_of_day                 |
/// | list_string                                       | std::vector<std::string>    |
/// | list_integer                                      | std::vector<std::int64_t>   |
/// | reference                                         | reference                   |
/// | list_reference                                    | std::vector<reference>      |
using value =
    std::variant<std::monostate, null_value, bool, std::int64_t, double, std::string, timestamp, date, time_of_day,
                 std::vector<std::string>, std::vector<std::int64_t>, reference, std::vector<reference>>;

inline bool is_absent(const value& v) { return v.index() == 0; }
inline bool is_null(const value& v) { return v.index() == 1; }

/// Whether there is content: neither absent nor null.
inline bool has_content(const value& v) { return v.index() > 1; }

}  // namespace edensync
