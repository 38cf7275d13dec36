#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>

#include "edensync/core/result.hpp"

namespace edensync::sqlite::detail {

/// Lets the writers of one program write one after the other: first come, first served, so that a long import that
/// commits and begins again lets the others in.
///
/// Thread safety: shared.
class writers {
 public:
  /// Waits for its turn. Errors: store_locked if that takes too long.
  void enter(std::chrono::milliseconds longest) {
    std::unique_lock guard(lock_);
    const auto mine = queue_.insert(queue_.end(), 0);
    const bool in = left_.wait_for(guard, longest, [&] { return !writing_ && mine == queue_.begin(); });
    queue_.erase(mine);
    if (!in) {
      left_.notify_all();
      throw_failure(error::store_locked, "another transaction of this program is open");
    }
    writing_ = true;
  }

  /// The same without waiting; whether it is its turn.
  bool try_enter() {
    const std::lock_guard guard(lock_);
    if (writing_ || !queue_.empty()) return false;
    return writing_ = true;
  }

  /// Whether somebody waits for the open transaction to end.
  bool contended() {
    const std::lock_guard guard(lock_);
    return !queue_.empty();
  }

  void leave() noexcept {
    {
      const std::lock_guard guard(lock_);
      writing_ = false;
    }
    left_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable left_;
  bool writing_ = false;
  std::list<int> queue_;  // those who wait to write, in the order in which they came
};

}  // namespace edensync::sqlite::detail
