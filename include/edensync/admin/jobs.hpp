#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/job/schedule.hpp"
#include "edensync/site/site.hpp"

namespace edensync::admin {

/// Checks a job as an administrator describes it. Errors: bad_setting.
inline result<void> check(const sync_job& j) {
  if (j.period < 1) return make_failure(error::bad_setting, "a job runs every second at most");
  if (j.timeout < 0) return make_failure(error::bad_setting, "a time-out is a length of time, or 0 for none");
  if (j.start && j.end && *j.end < *j.start) return make_failure(error::bad_setting, "the job ends before it starts");
  return {};
}

/// The jobs of the repositories of a site: when each of them is synchronised by itself. A repository may have several.
///
/// Each change is a transaction of its own; a worker takes it up by itself. What is changed during a run counts when that
/// has ended.
/// Errors: no_such_entry, bad_setting, and those of the store. Lifetime: the site outlives it. Thread safety: as the site.
template <class Parts>
class jobs {
 public:
  explicit jobs(site<Parts>& s) : site_(s) {}

  /// In order of their numbers; 0: of all repositories.
  result<std::vector<sync_job>> of(repository_id r) {
    return edensync::detail::guarded([&] { return site_.store().snapshot().jobs(r); });
  }

  /// Gives it with its number and its first run.
  result<sync_job> add(sync_job j) {
    if (auto good = check(j); !good) return good.error();
    return site_.ledger([&](auto& t) {
      j = schedule::planned(std::move(j), site_.now());
      j.id = t.put_job(j);
      return std::move(j);
    });
  }

  /// Changes one as `how` does, and gives what it is now. Its next run is planned anew: a failure is forgotten, and one that
  /// was completed or expired waits again if it now may.
  result<sync_job> change(repository_id r, job_id id, const std::function<void(sync_job&)>& how) {
    return in_ledger(r, id, [&](sync_job j) {
      const auto before = j;
      how(j);
      j.id = before.id;
      j.repository = before.repository;
      if (auto good = check(j); !good) throw failure_exception(good.error());
      return schedule::planned(std::move(j), site_.now());
    });
  }

  /// Lets one run at once that waits because it failed, a time-out included (M1).
  result<sync_job> reset(repository_id r, job_id id) {
    return in_ledger(r, id, [&](sync_job j) { return schedule::reset(std::move(j), site_.now()); });
  }

  result<void> remove(repository_id r, job_id id) {
    return site_.ledger([&](auto& t) { t.erase_job(in(t, r, id).id); });
  }

 private:
  template <class Change>
  result<sync_job> in_ledger(repository_id r, job_id id, Change&& change) {
    return site_.ledger([&](auto& t) {
      auto j = change(in(t, r, id));
      t.put_job(j);
      return j;
    });
  }

  template <class Reader>
  static sync_job in(Reader& ledger, repository_id r, job_id id) {
    for (auto& j : ledger.jobs(r))
      if (j.id == id) return j;
    throw_failure(error::no_such_entry, "the repository has no job " + std::to_string(id));
  }

  site<Parts>& site_;
};

}  // namespace edensync::admin
