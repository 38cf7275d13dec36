#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/memory/fault_plan.hpp"

namespace edensync::mock {

/// Counts the calls of a store by their names, and lets those fail that a test has chosen.
///
/// Thread safety: may be shared.
class store_faults : public memory::fault_plan {
 public:
  using fault_plan::fail_at;

  /// Lets the n-th call of one operation fail, counted from now: `fail_at("commit", 2)`; 0: none.
  void fail_at(std::string_view operation, std::uint64_t n) {
    const std::lock_guard guard(lock_);
    auto& of = calls_.try_emplace(std::string(operation)).first->second;
    of.fails = n == 0 ? 0 : of.came + n;
  }

  /// How often an operation was called. Cursors count as `next`, spools as `spool`; a commit counts twice, before it takes
  /// effect and after.
  std::uint64_t calls(std::string_view operation) const {
    const std::lock_guard guard(lock_);
    const auto found = calls_.find(operation);
    return found == calls_.end() ? 0 : found->second.came;
  }

  /// Counts a call, or fails instead of it.
  void note(std::string_view operation) {
    count();
    const std::lock_guard guard(lock_);
    auto found = calls_.find(operation);
    if (found == calls_.end()) found = calls_.try_emplace(std::string(operation)).first;
    if (++found->second.came == found->second.fails) fail("the store was told to fail at " + found->first);
  }

 private:
  struct call {
    std::uint64_t came = 0;
    std::uint64_t fails = 0;
  };

  mutable std::mutex lock_;
  std::map<std::string, call, std::less<>> calls_;
};

}  // namespace edensync::mock
