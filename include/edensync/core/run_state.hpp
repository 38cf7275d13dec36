#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/record.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// How a run with a repository ended.
enum class run_end : std::uint8_t {
  none,          ///< there was none yet
  completed,     ///< it did what it was to do, at least in part
  failed,        ///< it may go better later
  needs_person,  ///< somebody has to do something first
  timed_out,     ///< it took longer than its job allows
  cancelled,     ///< somebody cancelled it
  stopped,       ///< its worker was stopped; the next one goes on
};

constexpr std::string_view to_text(run_end e) {
  switch (e) {
    case run_end::none: return "none";
    case run_end::completed: return "completed";
    case run_end::failed: return "failed";
    case run_end::needs_person: return "needs_person";
    case run_end::timed_out: return "timed_out";
    case run_end::cancelled: return "cancelled";
    case run_end::stopped: return "stopped";
  }
  return "";
}

/// What is going on with a repository, for all processes to see: one run at a time, and the request for the next.
struct run_state {
  repository_id repository = 0;

  /// Somebody asked for a run by hand at this time; it has not begun yet. Whoever it was may be empty.
  std::optional<timestamp> requested{};
  std::string requested_by{};

  /// A run is under way: the owner of its lease, empty if there is none, and the job that it belongs to, 0 if somebody
  /// asked for it.
  std::string owner{};
  job_id job = 0;
  std::optional<timestamp> began{};
  /// The last sign of life.
  std::optional<timestamp> alive{};
  /// The transfer that it is at; an empty resource: none yet.
  std::string resource{};
  direction way = direction::pull;
  /// Task `task` of `tasks`, from 1.
  std::uint64_t task = 0;
  std::uint64_t tasks = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  /// Somebody wants it to end.
  bool cancel = false;

  /// The last run that has ended: how many there were, when and how it ended, how long it took in seconds, and what it did,
  /// a line for each transfer.
  std::uint64_t runs = 0;
  std::optional<timestamp> ended{};
  run_end how = run_end::none;
  std::int64_t took = 0;
  std::string words{};
  /// Why it was not completed, or not in full; empty if it was.
  std::string message{};

  bool running() const noexcept { return !owner.empty(); }

  friend bool operator==(const run_state&, const run_state&) = default;
};

}  // namespace edensync
