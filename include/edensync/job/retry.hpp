#pragma once

#include <algorithm>
#include <cstdint>

#include "edensync/core/error.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/site/run_report.hpp"

namespace edensync {

/// What a run that was let go to its end has become: completed, failed, cancelled, or needs_person. Pure.
///
/// What the peer refuses, and what is not set up, needs a person; all else may go better later: lines and disks, but also
/// answers that are no documents, because the next one may be. A table that needs a person does not keep the others of its
/// repository back: if anything could be done, the run was completed.
inline run_end judge(const run_report& r) {
  const auto needs_person = [](const failure& why) {
    return why.code == condition::needs_person || why.code == condition::peer_refused;
  };
  if (r.error) {
    if (r.error->code == error::cancelled) return run_end::cancelled;
    return needs_person(*r.error) ? run_end::needs_person : run_end::failed;
  }
  bool done = r.transfers.empty(), later = false;
  for (const auto& t : r.transfers) {
    if (t.given_up) continue;
    done = done || !t.error;
    later = later || (t.error && !needs_person(*t.error));
  }
  if (later) return run_end::failed;
  return done ? run_end::completed : run_end::needs_person;
}

/// How many seconds a job waits after a failure, which was the `failures`th in a row, from 1. Pure.
///
/// A minute, then twice as long each time, up to an hour. Where a person is needed it is a day from the fourth on: who
/// has to do something may sit at the peer, and cannot reset the job here. A quarter more or less, by job and failure, so
/// that not all come at once to a peer that is back.
inline std::int64_t retry_wait(run_end how, job_id job, std::uint32_t failures) {
  constexpr std::int64_t minute = 60, hour = 3600, day = 86400;
  const auto doublings = std::min<std::uint32_t>(failures == 0 ? 0 : failures - 1, 6);
  const bool seldom = how == run_end::needs_person && failures > 3;
  const std::int64_t wait = seldom ? day : std::min(hour, minute << doublings);
  // Well spread, and the same on every machine.
  auto n = static_cast<std::uint64_t>(job) * 0x9e3779b97f4a7c15U + failures;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9U;
  n = (n ^ (n >> 27)) * 0x94d049bb133111ebU;
  n ^= n >> 31;
  return wait - wait / 4 + static_cast<std::int64_t>(n % static_cast<std::uint64_t>(wait / 2 + 1));
}

}  // namespace edensync
