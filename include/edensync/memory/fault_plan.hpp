#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "edensync/core/result.hpp"

namespace edensync::memory {

/// Counts the operations of a store and lets those fail that a test has chosen.
///
/// Thread safety: may be shared.
class fault_plan {
 public:
  /// Counts an operation, or fails instead of it if it was chosen to fail.
  void count() {
    const auto number = ++operations_;
    if (number == fail_at_) fail("the store was told to fail here");
    if (crash_at_ != 0 && number >= crash_at_) fail("the store was told to be gone from here");
  }

  std::uint64_t operations() const { return operations_; }

  /// Lets the operation of this number fail, as if the program had crashed there; 0: none.
  void fail_at(std::uint64_t number) { fail_at_ = number; }

  /// Lets the operation of this number and all after it fail, as they look to a program that has died; 0: none.
  void crash_at(std::uint64_t number) { crash_at_ = number; }

  /// What they fail with; store_failed unless told.
  void fail_with(error code) { code_ = code; }

 protected:
  [[noreturn]] void fail(std::string words) const { throw_failure(code_, std::move(words)); }

 private:
  std::atomic<std::uint64_t> operations_{0};
  std::atomic<std::uint64_t> fail_at_{0};
  std::atomic<std::uint64_t> crash_at_{0};
  std::atomic<error> code_{error::store_failed};
};

}  // namespace edensync::memory
