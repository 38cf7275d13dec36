#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// How an operation went, in Eden's words: success; warning (worked, with issues); error (failed, may work later);
/// fatal (will fail until somebody changes something).
enum class log_result : std::uint8_t { success, warning, error, fatal };

constexpr std::string_view to_text(log_result r) {
  switch (r) {
    case log_result::success: return "success";
    case log_result::warning: return "warning";
    case log_result::error: return "error";
    case log_result::fatal: return "fatal";
  }
  return "";
}

/// What an import did, counted in distinct records.
struct record_counts {
  std::uint64_t received = 0;
  std::uint64_t created = 0;
  std::uint64_t updated = 0;  ///< undeleted ones included
  std::uint64_t deleted = 0;  ///< merged ones included
  std::uint64_t unchanged = 0;
  std::uint64_t kept = 0;       ///< the local version was kept by a policy
  std::uint64_t conflicts = 0;  ///< both sides had changed it, whoever won
  std::uint64_t refused = 0;    ///< the strategy forbids the method
  std::uint64_t quarantined = 0;

  record_counts& operator+=(const record_counts& more) {
    received += more.received;
    created += more.created;
    updated += more.updated;
    deleted += more.deleted;
    unchanged += more.unchanged;
    kept += more.kept;
    conflicts += more.conflicts;
    refused += more.refused;
    quarantined += more.quarantined;
    return *this;
  }

  friend bool operator==(const record_counts&, const record_counts&) = default;
};

/// One line of the synchronisation log (manual, "Synchronization Log"; spec/model.md §10).
struct log_entry {
  std::int64_t id = 0;
  timestamp at{};
  repository_id repository = 0;
  /// Kept with the entry, so that it can be read after the repository is gone.
  std::string repository_name;
  std::string resource;
  /// `METHOD/DIRECTION`: pull, push, login, register, none / incoming, outgoing, none.
  std::string mode = "none/none";
  std::string action = "none";
  log_result result = log_result::success;
  /// Whether the error was at the other site.
  bool remote = false;
  std::string message;
  record_counts counts;
  /// The decisions that were taken by the way: those of this repository with an id above the first number, up to the second.
  std::int64_t decisions_after = 0;
  std::int64_t decisions_until = 0;
};

}  // namespace edensync
