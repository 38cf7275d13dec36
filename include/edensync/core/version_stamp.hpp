#pragma once

#include <optional>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// The master copy index: how many sites away from its birthplace a copy of a record is (Eden's mci).
///
/// 0: created here. 1: came straight from the site that created it. 2: came over one more site. It is written to the
/// wire plus one, stored as received, and never changed by updates (spec/import.md §8.5).
using master_index = int;

/// Which version of a record this is: all that a decision needs to know of it besides its content.
struct version_stamp {
  /// When the version was made; none if the document or table does not tell.
  std::optional<timestamp> modified_on;
  /// The master copy index; none if the column is empty or the document does not tell.
  std::optional<master_index> mci;
  bool deleted = false;

  friend constexpr bool operator==(const version_stamp&, const version_stamp&) = default;
};

}  // namespace edensync
