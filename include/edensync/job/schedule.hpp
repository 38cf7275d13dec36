#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "edensync/core/run_state.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/job/retry.hpp"

/// What becomes of a job as time goes by: pure functions from a job and a moment to what the job is then.
///
/// All in UTC, in seconds: neither the local clock nor the calendar counts. Source: manual, "Synchronization Schedule";
/// spec/model.md §7, M1, M12; docs/design/decisions.md.
namespace edensync::schedule {

namespace detail {

// Whether there is a next run at all.
inline sync_job settled(sync_job j) {
  const bool often_enough = j.repeats != 0 && j.times_run >= j.repeats;
  if (often_enough)
    j.status = job_status::completed;
  else if (j.end && j.next_run > j.end)
    j.status = job_status::expired;
  if (j.status == job_status::completed || j.status == job_status::expired) j.next_run.reset();
  return j;
}

// When the run after one that began at `begun` is to begin: with a start, all are a number of periods after that, so that
// a nightly job stays one although it was tried again in the morning, or its worker came late.
inline timestamp following(const sync_job& j, timestamp begun) {
  const auto late = j.start && *j.start <= begun ? (begun - *j.start) % std::max<std::int64_t>(1, j.period) : 0;
  return begun - late + j.period;
}

inline bool waits(const sync_job& j) { return j.status == job_status::waiting || j.status == job_status::needs_person; }

}  // namespace detail

/// A job that is new, or was changed: it waits for its start, or for its period to be over. One that is being run waits
/// for its end.
inline sync_job planned(sync_job j, timestamp now) {
  if (j.status == job_status::running) return j;
  j.status = job_status::waiting;
  j.failures = 0;
  const bool ran = j.last_run && *j.last_run <= now;
  j.next_run = std::max({now, j.start.value_or(now), ran ? detail::following(j, *j.last_run) : now});
  return detail::settled(std::move(j));
}

/// A job that is to run at once, whatever has become of it before; only its start is waited for, and neither its end nor
/// the number of its runs is passed by.
inline sync_job reset(sync_job j, timestamp now) {
  if (j.status == job_status::running) return j;
  j.status = job_status::waiting;
  j.failures = 0;
  j.message.clear();
  j.next_run = std::max(now, j.start.value_or(now));
  return detail::settled(std::move(j));
}

/// When the job is to run next, seen from `now`; none if it is not. A run in the future says that the clock was wrong then:
/// nothing is computed from it.
inline std::optional<timestamp> next_run(const sync_job& j, timestamp now) {
  if (!j.enabled || !detail::waits(j) || !j.next_run) return std::nullopt;
  const bool misled = j.last_run && *j.last_run > now;
  return misled ? std::max(now, j.start.value_or(now)) : *j.next_run;
}

/// Whether a run is to begin.
inline bool is_due(const sync_job& j, timestamp now) {
  const auto next = next_run(j, now);
  return next && *next <= now && (!j.end || now <= *j.end);
}

/// Whether its end came while it was waiting, and nobody has noted it yet.
inline bool has_lapsed(const sync_job& j, timestamp now) { return detail::waits(j) && j.end && now > *j.end; }

/// One that has.
inline sync_job lapsed(sync_job j) {
  j.status = job_status::expired;
  j.next_run.reset();
  return j;
}

/// A job whose run begins.
inline sync_job begun(sync_job j, timestamp now) {
  j.status = job_status::running;
  j.last_run = now;
  j.next_run.reset();
  return j;
}

/// A job whose run has ended.
///
/// The next one begins a period after this one began, with a start a period after it was to begin, but not before now: what was missed, because a run outlasted its
/// period or nobody was there to run it, is not caught up. Only a completed run counts. After a failure, a time-out
/// included, see `retry_wait`; a run that was cancelled is not repeated before its period is over once more; one whose
/// worker was stopped goes on as soon as there is another.
inline sync_job ended(sync_job j, run_end how, std::string message, timestamp now) {
  const auto begun = std::min(j.last_run.value_or(now), now);
  j.status = how == run_end::needs_person ? job_status::needs_person : job_status::waiting;
  j.message = std::move(message);
  switch (how) {
    case run_end::none:
    case run_end::completed:
      ++j.times_run;
      j.failures = 0;
      j.next_run = std::max(detail::following(j, begun), now);
      break;
    case run_end::failed:
    case run_end::timed_out:
    case run_end::needs_person:
      ++j.failures;
      j.next_run = now + retry_wait(how, j.id, j.failures);
      break;
    case run_end::cancelled: j.next_run = now + j.period; break;
    case run_end::stopped: j.next_run = now; break;
  }
  return detail::settled(std::move(j));
}

}  // namespace edensync::schedule
