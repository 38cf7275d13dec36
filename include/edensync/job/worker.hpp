#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "edensync/job/job_run.hpp"
#include "edensync/job/schedule.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/log_unlogged.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// Which runs a worker begins.
struct worker_scope {
  /// 0: with any repository.
  repository_id only = 0;
  /// Whether those of jobs, too, or only those that somebody asked for.
  bool jobs = true;
};

/// Finds the runs of a site that are to be begun, those that somebody asked for first, and begins them.
///
/// Any number of workers, in any number of processes, may work for a site: a run is begun in a transaction that takes the
/// repository's lease, so that no two run one repository at once. What a worker left behind that died is begun again: once
/// its lease has expired, or at once where `guard` tells that it is dead.
/// It does not wait and does no I/O but the store's: whoever has it asks it now and then, and leads what it begins.
/// Lifetime: the site outlives it and its runs. Thread safety: one thread at a time.
template <class Parts>
class worker {
 public:
  /// Takes for a repository what only one process at a time can have, and who dies loses, such as a lock on a file; null if
  /// somebody has it. Without one only the lease tells.
  using guard_source = std::function<std::shared_ptr<void>(repository_id)>;

  explicit worker(site<Parts>& s, worker_scope scope = {}, guard_source guard = {})
      : site_(s), scope_(scope), guard_(std::move(guard)) {}

  /// When there will be something to begin, seen from now; that may be past already. None if nothing is planned. What
  /// others ask for in the meantime comes earlier.
  result<std::optional<timestamp>> next_due() {
    return detail::guarded([&] {
      auto s = site_.store().snapshot();
      std::optional<timestamp> first;
      for (const auto& c : candidates(s, site_.now()))
        if (!first || c.at < *first) first = c.at;
      return first;
    });
  }

  /// Begins the run that has waited longest; null if there is none. Errors: those of the store.
  result<std::unique_ptr<job_run<Parts>>> begin() {
    return detail::guarded([&]() -> std::unique_ptr<job_run<Parts>> {
      const auto now = site_.now();
      std::vector<candidate> all;
      bool lapsed = false;
      {
        auto s = site_.store().snapshot();
        all = candidates(s, now);
        for (const auto& j : s.jobs(0)) lapsed = lapsed || schedule::has_lapsed(j, now);
      }
      if (lapsed) note_lapsed();
      std::stable_sort(all.begin(), all.end(), [](const candidate& a, const candidate& b) {
        return std::tuple(!a.by_hand, a.at) < std::tuple(!b.by_hand, b.at);
      });
      for (const auto& c : all) {
        if (c.at > now && !c.under_way) continue;
        std::shared_ptr<void> guard;
        if (guard_) guard = guard_(c.peer.id);
        // Somebody is at it; unless he has been silent for so long that his lease is over: he is fenced off from now on.
        if (guard_ && !guard && !c.silent) continue;
        if (c.at > now && !guard) continue;
        if (auto run = claim(c.peer, std::move(guard))) return run;
      }
      return nullptr;
    });
  }

 private:
  struct candidate {
    repository peer;
    timestamp at{};
    bool by_hand = false;
    /// Somebody holds the lease, until `at` if he is dead.
    bool under_way = false;
    /// A run was begun, and nobody holds a lease that is still good.
    bool silent = false;
  };

  template <class Reader>
  std::vector<candidate> candidates(Reader& s, timestamp now) {
    std::vector<candidate> all;
    const auto jobs = s.jobs(0);
    for (auto& r : s.repositories()) {
      if (scope_.only != 0 && r.id != scope_.only) continue;
      const auto state = s.get_run(r.id);
      const auto held = s.get_lease(r.id);
      std::optional<candidate> c;
      const auto at = [&](timestamp when) {
        if (!c) c.emplace().at = when;
        c->at = std::min(c->at, when);
      };
      if (state.requested) {
        at(*state.requested);
        c->by_hand = true;
      }
      if (scope_.jobs)
        for (const auto& j : jobs)
          if (const auto next = schedule::next_run(j, now); next && j.repository == r.id && !(j.end && *next > *j.end))
            at(*next);
      // One that nobody is at any more is to be gone on with.
      if (state.running() && (scope_.jobs || state.job == 0 || c)) at(*state.began);
      if (!c) continue;
      if (held && held->expires > now) {
        c->at = std::max(c->at, held->expires);
        c->under_way = true;
      }
      c->silent = state.running() && !c->under_way;
      c->peer = std::move(r);
      all.push_back(std::move(*c));
    }
    return all;
  }

  // All that was read may have changed since.
  std::unique_ptr<job_run<Parts>> claim(const repository& peer, std::shared_ptr<void> guard) {
    (void)site_.flush_log();
    auto begun = site_.ledger([&](auto& t) -> std::unique_ptr<job_run<Parts>> {
      const auto now = site_.now();
      const auto before = t.get_lease(peer.id);
      if (before && before->expires > now && !guard) return nullptr;
      auto state = t.get_run(peer.id);
      if (state.running()) {
        const bool cancelled = state.cancel;
        job_run<Parts>::note_end(t, std::move(state), cancelled ? run_end::cancelled : run_end::stopped, {},
                                 "its worker ended without a word", now);
        if (!log_unlogged(t, peer, now)) {
          auto line = log_lines::run_failed(make_failure(error::cancelled, "its worker ended without a word"));
          line.at = now;
          line.repository = peer.id;
          line.repository_name = peer.name;
          t.add_log(line);
        }
        state = t.get_run(peer.id);
      }
      std::optional<sync_job> job;
      if (!state.requested) {
        if (scope_.jobs) job = first_due(t, peer.id, now);
        if (!job) return nullptr;
        job = schedule::begun(std::move(*job), now);
        t.put_job(*job);
      }
      const lease taken{peer.id, site_.make_uid().text(), now + held_lease<Parts>::term,
                        (before ? before->fence : 0) + 1};
      t.set_lease(taken);
      if (!job) state.requested.reset();
      state.owner = taken.owner;
      state.job = job ? job->id : 0;
      state.began = state.alive = now;
      state.resource.clear();
      state.task = state.tasks = state.records = state.bytes = 0;
      state.cancel = false;
      t.set_run(state);
      return std::make_unique<job_run<Parts>>(site_, peer, taken, std::move(state), std::move(job), guard);
    });
    return std::move(begun).value();
  }

  template <class Transaction>
  static std::optional<sync_job> first_due(Transaction& t, repository_id peer, timestamp now) {
    std::optional<sync_job> first;
    for (auto& j : t.jobs(peer))
      if (schedule::is_due(j, now) && (!first || schedule::next_run(j, now) < schedule::next_run(*first, now)))
        first = std::move(j);
    return first;
  }

  void note_lapsed() {
    site_
        .ledger([&](auto& t) {
          const auto now = site_.now();
          for (auto& j : t.jobs(0))
            if (schedule::has_lapsed(j, now)) t.put_job(schedule::lapsed(std::move(j)));
        })
        .value();
  }

  site<Parts>& site_;
  worker_scope scope_;
  guard_source guard_;
};

}  // namespace edensync
