#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/exchange.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/left_undone.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/unlogged_import.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

/// What pull and push have in common: one exchange with a repository for one task, in a run that can be stopped.
///
/// Lifetime: site, lease and hooks outlive it. Thread safety: one thread at a time.
template <class Parts>
class transfer : public exchange {
 public:
  const transfer_report& report() const noexcept { return report_; }

  /// Called with records and bytes so far.
  std::function<void(std::uint64_t, std::uint64_t)> progress_ = [](std::uint64_t, std::uint64_t) {};

 protected:
  transfer(site<Parts>& s, repository r, sync_task t, direction way, const run_hooks& hooks, held_lease<Parts>* lease)
      : site_(s), repository_(std::move(r)), task_(std::move(t)), hooks_(hooks), lease_(lease) {
    report_.resource = task_.resource;
    report_.way = way;
    decisions_after_ = last_decision(site_);
  }

  /// THIS and OTHER always exchange everything (manual; spec/protocol.md §5).
  bool everything() const {
    return task_.update == policy_name::keep_local || task_.update == policy_name::take_remote;
  }

  /// Whether the run is to end; keeps the lease. Errors: lease_lost.
  bool stop() {
    if (lease_ != nullptr)
      if (auto kept = lease_->keep(); !kept) throw failure_exception(kept.error());
    return hooks_.is_to_end();
  }

  void show_progress(std::uint64_t records, std::uint64_t bytes) {
    if (hooks_.progress) progress_(records, bytes);
  }

  log_entry stamped(log_entry e) const {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
    e.counts = report_.way == direction::pull ? report_.imported.total : sent();
    e.decisions_after = decisions_after_;
    e.decisions_until = last_decision(site_);
    return e;
  }

  /// Writes what a transfer that went well leaves behind, in one transaction; notes by the way what the peer is.
  template <class F>
  result<void> settle(F&& write) {
    return site_.ledger([&](auto& t) {
      if (lease_ != nullptr) lease_->check(t);
      if (answered() && repository_.native != peer_is_native())
        update_repository(t, repository_.id, [&](repository& r) { r.native = peer_is_native(); });
      write(t);
      forget_unlogged(t, repository_.id);
    });
  }

  /// What waits in quarantine now, in a transaction in which all of this time is.
  template <class Transaction>
  left_undone what_waits(Transaction& t, refused_by side) {
    report_.waiting = count_waiting(t, repository_.id, task_.id, side);
    return {.waiting = report_.waiting};
  }

  /// What a failure is: whatever goes wrong once the run is to end goes wrong because of that.
  failure judged(const failure& why) const {
    return hooks_.is_to_end() && !(why.code == error::busy) ? hooks_.end() : why;
  }

  /// Logs a failure; the watermark stays.
  void settle_failure(const failure& why, log_entry line) {
    report_.error = why;
    site_.note(stamped(std::move(line)));
  }

  site<Parts>& site_;
  repository repository_;
  sync_task task_;
  const run_hooks& hooks_;
  held_lease<Parts>* lease_;
  watermark mark_;
  transfer_report report_;

 private:
  // What became of the records there, as far as the peer tells.
  record_counts sent() const {
    if (report_.peer_counts) return *report_.peer_counts;
    record_counts c;
    c.received = report_.exported.records();
    c.created = report_.peer_created;
    c.updated = report_.peer_updated;
    c.deleted = report_.peer_deleted;
    c.refused = report_.peer_refused;
    return c;
  }

  std::int64_t decisions_after_ = 0;
};

}  // namespace edensync
