#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edensync/core/record.hpp"

namespace edensync {

/// The field of an incoming record that could not be read.
struct field_error {
  /// In the place of a field: one of the record's own attributes. `message` names it.
  static constexpr std::uint32_t modified_on = 0xffffffff;
  static constexpr std::uint32_t created_on = 0xfffffffe;
  static constexpr std::uint32_t mci = 0xfffffffd;

  std::uint32_t field = 0;
  /// What the document holds.
  std::string raw;
  /// What is wrong with it.
  std::string message;
};

/// One record as a document brings it. References carry uids; handles come with `identify`.
struct incoming_record {
  record content;
  /// Whether the document gave the uid; otherwise `content.uuid` was made here and the record is found by its unique
  /// keys only.
  bool uid_given = true;
  std::vector<field_error> errors;
  /// The position of the master in the same element, or -1 for the element's own record.
  std::int32_t parent = -1;
  /// The field that points to the master; only if there is one.
  std::uint32_t key_field = 0;
  /// Whether the master may have only one of these.
  bool single = false;
  /// Where the record stands in the peer's change order; 0 if the peer does not tell.
  sequence_number sequence = 0;
};

/// One top-level element: a record, and behind it its components, each after its master.
using incoming_element = std::vector<incoming_record>;

}  // namespace edensync
