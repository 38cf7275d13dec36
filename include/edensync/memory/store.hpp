#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "edensync/memory/transaction.hpp"

namespace edensync::memory {

/// The state of a store at one moment; models `record_reader` and `ledger_reader`. Made by `store`.
///
/// Lifetime: its own; it keeps what it shows alive. Thread safety: one thread at a time.
class snapshot : public detail::ledger_view {
 private:
  friend class store;
  snapshot(std::shared_ptr<detail::core> c, std::shared_ptr<const detail::state> now)
      : ledger_view(std::move(c), now.get()), keep_(std::move(now)) {}

  std::shared_ptr<const detail::state> keep_;
};

/// Keeps everything in memory; models `record_store`. It is meant to be read: what it does is what a store must do.
///
/// Errors: `failure_exception`; store_locked if another transaction is open for longer than `set_patience` allows.
/// Lifetime: a handle that can be moved; transactions and snapshots may outlive it.
/// Thread safety: may be shared.
class store {
 public:
  /// `epoch` tells this store from others; give another one to a store that takes the place of a lost one.
  explicit store(const edensync::schema& resources, std::string epoch = "memory")
      : store(std::make_shared<const edensync::schema>(resources), std::move(epoch)) {}
  explicit store(std::shared_ptr<const edensync::schema> resources, std::string epoch = "memory")
      : core_(std::make_shared<detail::core>(std::move(resources), std::move(epoch))) {}

  const edensync::schema& schema() const { return *core_->resources; }

  /// Goes on with other tables, as a store on a disk does that is opened by a later version of the program: they have what
  /// the present ones have, in the same places, and maybe more behind it, which is empty.
  ///
  /// Snapshots of before stay as they are. Precondition: no transaction is open.
  void reopen(std::shared_ptr<const edensync::schema> resources) {
    auto changed = std::make_unique<detail::state>(*core_->now);
    changed->tables.resize(resources->size());
    for (const auto& each : *resources) {
      auto& rows = changed->tables[each.id()].edit().rows;
      for (auto& old : rows) {
        auto other = std::make_shared<detail::row>(*old);
        other->content.fields.resize(each.fields().size(), null_value{});
        old = std::move(other);
      }
    }
    auto next = std::make_shared<detail::core>(std::move(resources), core_->epoch);
    next->patience = core_->patience.load();
    next->now = std::move(changed);
    core_ = std::move(next);
  }

  memory::snapshot snapshot() const {
    core_->count();
    const std::lock_guard guard(core_->lock);
    return {core_, core_->now};
  }

  /// Waits for nobody: a transaction that is open learns at its commit what was served.
  memory::snapshot serve() {
    core_->count();
    const std::lock_guard guard(core_->lock);
    if (core_->now->served < core_->now->youngest) {
      auto noted = std::make_shared<detail::state>(*core_->now);
      noted->served = noted->youngest;
      core_->now = std::move(noted);
    }
    return {core_, core_->now};
  }

  transaction begin(const write_context& w) {
    core_->count();
    std::unique_lock guard(core_->lock);
    const auto free = [this] { return !core_->writing; };
    if (!core_->written.wait_for(guard, core_->patience.load(), free)) throw_failure(error::store_locked);
    return begin_now(w);
  }

  /// The same without waiting: none while another transaction is open.
  std::optional<transaction> try_begin(const write_context& w) {
    core_->count();
    const std::lock_guard guard(core_->lock);
    if (core_->writing) return std::nullopt;
    return begin_now(w);
  }

  /// How long `begin` waits for another transaction to end; 5 s unless told.
  void set_patience(std::chrono::milliseconds longest) { core_->patience = longest; }

  /// How many operations the store, its snapshots and transactions were asked for; those in memory alone not counted.
  std::uint64_t operations() const { return core_->operations(); }

  /// Lets the operation of this number fail with store_failed, as if the program had crashed there; 0: none.
  ///
  /// `fail_at(operations() + 1)` is the next one. What is not committed by then leaves no trace.
  void fail_at(std::uint64_t number) { core_->fail_at(number); }

  /// Lets the operation of this number and all after it fail, as they look to a program that has died; 0: none.
  ///
  /// Unlike after `fail_at`, nothing can be tidied up: what the program held is still held when it is started again.
  void crash_at(std::uint64_t number) { core_->crash_at(number); }

 private:
  // Under the lock.
  transaction begin_now(const write_context& w) {
    auto next = std::make_unique<detail::state>(*core_->now);
    transaction t(core_, std::move(next), w);
    core_->writing = true;
    return t;
  }

  std::shared_ptr<detail::core> core_;
};

}  // namespace edensync::memory
