#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "edensync/core/run_state.hpp"
#include "edensync/job/retry.hpp"
#include "edensync/job/run_words.hpp"
#include "edensync/job/schedule.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// A run that a worker has begun: it holds the repository's lease, and all processes see that it is under way.
///
/// Whoever has it leads the run, `active_site::synchronize_with` or `synchronize_files` with `hooks()`, and says in the end
/// what became of it. If that never comes, the process having died, another worker begins it again.
/// Lifetime: the site outlives it; it outlives the operation that has its hooks.
/// Thread safety: `look`, `stop` and `is_to_end` from any thread, all else from the one that leads the run.
template <class Parts>
class job_run {
 public:
  /// For `worker`. `guard` is kept as long as the run.
  job_run(site<Parts>& s, repository peer, lease held, run_state state, std::optional<sync_job> job,
          std::shared_ptr<void> guard)
      : site_(s),
        peer_(std::move(peer)),
        lease_(std::move(held)),
        job_(std::move(job)),
        guard_(std::move(guard)),
        began_(*state.began),
        told_(state),
        now_(std::move(state)) {}
  job_run(const job_run&) = delete;
  job_run& operator=(const job_run&) = delete;

  const repository& peer() const noexcept { return peer_; }
  /// No two runs with the repository have the same.
  std::uint64_t number() const noexcept { return lease_.fence; }

  /// For the operation that is the run.
  run_hooks hooks() {
    run_hooks h;
    h.progress = [this](const run_progress& p) {
      {
        const std::lock_guard guard(telling_);
        now_.resource = p.resource;
        now_.way = p.way;
        now_.task = p.task;
        now_.tasks = p.tasks;
        now_.records = p.records;
        now_.bytes = p.bytes;
      }
      look();
    };
    h.cancelled = [this] {
      look();
      return is_to_end();
    };
    h.why_cancelled = [this] { return why_ended(why_); };
    h.lease = lease_;
    return h;
  }

  /// Once a second at most, by the site's clock: tells others how far the run is, and sees whether somebody has cancelled
  /// it or its time is over. It waits for no other writer; what cannot be written now is written the next time.
  ///
  /// The hooks call it; call it from another thread as well, so that a peer that says nothing holds nobody up.
  void look() {
    const auto now = site_.now();
    if (looked_.load() == now.seconds) return;
    const std::unique_lock alone(looking_, std::try_to_lock);
    if (!alone) return;
    looked_ = now.seconds;
    // Times are whole seconds: it is not ended before its time.
    if (job_ && job_->timeout != 0 && now - began_ > job_->timeout) end_by(run_end::timed_out);
    (void)detail::guarded([&] {
      auto s = site_.store().snapshot();
      const auto seen = s.get_run(peer_.id);
      if (seen.cancel && seen.owner == lease_.owner) end_by(run_end::cancelled);
    });
    tell(now);
  }

  /// Ends the run at the next record, to be gone on with by the next worker. Somebody stops this one.
  void stop() { end_by(run_end::stopped); }

  /// Whether it is to end. If it does not within some seconds, because the peer says nothing, break the connection.
  bool is_to_end() const noexcept { return why_ != run_end::none; }

  /// Notes in one transaction how the run ended, with its job and for all to see, and gives the lease back. Errors: `busy` if another worker has taken over; then nothing is noted.
  result<run_end> end(const run_report& report) {
    // Who had no more to do when it was told to end, has done it.
    const auto how = is_to_end() && !report.ok() ? why_.load() : judge(report);
    auto message = why_ended(how);
    // Who the peer is may be another matter by the time somebody asks (`admin::run_message`).
    if (message.empty()) message = why_not_all(report);
    auto words = run_words(report);
    auto noted = site_.ledger([&](auto& t) {
      const auto held = t.get_lease(peer_.id);
      auto s = t.get_run(peer_.id);
      if (!held || held->fence != lease_.fence || s.owner != lease_.owner)
        throw_failure(error::busy, "the lease was taken over");
      const auto now = site_.now();
      note_end(t, std::move(s), how, std::move(words), message, now);
    });
    if (!noted) return noted.error();
    return how;
  }

  /// What a run leaves behind in the ledger when it has ended, whoever says so. For `worker`, too.
  template <class Transaction>
  static void note_end(Transaction& t, run_state s, run_end how, std::string words, std::string message,
                       timestamp now) {
    for (const auto& j : t.jobs(s.repository))
      if (j.id == s.job) t.put_job(schedule::ended(j, how, message, now));
    // What was asked for by hand is still to be done.
    if (how == run_end::stopped && s.job == 0 && !s.requested) s.requested = s.began;
    if (auto held = t.get_lease(s.repository); held && held->owner == s.owner) {
      held->expires = {};
      t.set_lease(*held);
    }
    s.owner.clear();
    s.job = 0;
    s.cancel = false;
    ++s.runs;
    s.ended = now;
    s.how = how;
    s.took = s.began ? std::max<std::int64_t>(0, now - *s.began) : 0;
    s.words = std::move(words);
    s.message = std::move(message);
    t.set_run(s);
  }

 private:
  // Empty unless the run was told to end by nobody who watches it.
  std::string why_ended(run_end how) const {
    return how == run_end::timed_out ? "ended after " + std::to_string(job_->timeout) + " s, as its job says"
           : how == run_end::stopped ? "its worker was stopped"
                                     : "";
  }

  // The first reason counts.
  void end_by(run_end why) {
    auto none = run_end::none;
    why_.compare_exchange_strong(none, why);
  }

  void tell(timestamp now) {
    run_state told;
    {
      const std::lock_guard guard(telling_);
      now_.alive = told_.alive;
      if (now_ == told_ && now - *told_.alive < sign_of_life) return;
      told = now_;
    }
    told.alive = now;
    const auto done = site_.try_ledger([&](auto& t) {
      auto s = t.get_run(peer_.id);
      auto held = t.get_lease(peer_.id);
      if (s.owner != lease_.owner || !held || held->fence != lease_.fence) return;
      s.alive = now;
      s.resource = told.resource;
      s.way = told.way;
      s.task = told.task;
      s.tasks = told.tasks;
      s.records = told.records;
      s.bytes = told.bytes;
      t.set_run(s);
      if (held->expires - now < held_lease<Parts>::term * 2 / 3) {
        held->expires = now + held_lease<Parts>::term;
        t.set_lease(*held);
      }
    });
    if (!done || !*done) return;
    const std::lock_guard guard(telling_);
    told_ = std::move(told);
  }

  // How often it says that it is alive where there is nothing new to be told, in seconds.
  static constexpr std::int64_t sign_of_life = 10;

  site<Parts>& site_;
  const repository peer_;
  const lease lease_;
  const std::optional<sync_job> job_;
  const std::shared_ptr<void> guard_;
  const timestamp began_;
  std::atomic<run_end> why_{run_end::none};
  std::atomic<std::int64_t> looked_{0};
  std::mutex looking_;
  std::mutex telling_;  // guards the two below
  run_state told_;
  run_state now_;
};

}  // namespace edensync
