#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// The number of a job in the ledger.
using job_id = std::int64_t;

/// Where a job stands between its runs.
enum class job_status : std::uint8_t {
  waiting,       ///< it runs when its next run is due
  running,       ///< it is being run
  completed,     ///< it has run as often as it was to
  expired,       ///< its end has come
  needs_person,  ///< its last run failed in a way that somebody has to do something about; it is tried again seldom
};

constexpr std::string_view to_text(job_status s) {
  switch (s) {
    case job_status::waiting: return "waiting";
    case job_status::running: return "running";
    case job_status::completed: return "completed";
    case job_status::expired: return "expired";
    case job_status::needs_person: return "needs_person";
  }
  return "";
}

/// When a repository is synchronised by itself (manual, "Synchronization Schedule"; spec/model.md §7). All times are UTC.
///
/// Every job runs all tasks of its repository; a repository may have several.
struct sync_job {
  job_id id = 0;
  repository_id repository = 0;
  bool enabled = true;
  /// The first run; none: at once.
  std::optional<timestamp> start{};
  /// No run begins later.
  std::optional<timestamp> end{};
  /// How many runs are to be completed; 0: no limit.
  std::uint32_t repeats = 0;
  /// Seconds from the beginning of a run to the beginning of the next.
  std::int64_t period = 600;
  /// Seconds after which a run is ended; 0: never.
  std::int64_t timeout = 600;

  // What has become of it.
  job_status status = job_status::waiting;
  /// None: there will be no further run.
  std::optional<timestamp> next_run{};
  /// When the last one began.
  std::optional<timestamp> last_run{};
  /// Completed runs.
  std::uint32_t times_run = 0;
  /// Failed runs since the last one that was completed.
  std::uint32_t failures = 0;
  /// How the last run ended, in words.
  std::string message{};

  friend bool operator==(const sync_job&, const sync_job&) = default;
};

}  // namespace edensync
