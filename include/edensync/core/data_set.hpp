#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

/// The number of a data set in the ledger.
using dataset_id = std::int64_t;

/// A public data set: a number of tasks under a code, which others need only name to pull them (spec/model.md §6).
struct data_set {
  dataset_id id = 0;
  /// Where it is hosted; 0: here, for others.
  repository_id repository = 0;
  uid uuid{};
  /// Unique among those of one repository; an ASCII letter, then letters, digits, `_`, `-` and `.`.
  std::string code{};
  std::string name{};
  /// Where its archive is: a path below the host's base URL if it begins with `/`, else a complete URL; empty: none.
  std::string archive_url{};
  bool use_archive = false;
  std::string comments{};
  std::optional<timestamp> modified_on{};
  /// The time from which to ask the host for news of its tasks; none: from the beginning.
  std::optional<timestamp> last_refresh{};
};

}  // namespace edensync
