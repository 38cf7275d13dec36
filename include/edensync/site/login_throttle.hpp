#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Makes those wait who give wrong passwords: each failure beyond the first few doubles the time in which no other try for
/// that user name is looked at.
///
/// A name that nobody has counts as well, so that the time tells nothing about names. It is for one process, and forgets
/// at its end. Thread safety: may be shared.
class login_throttle {
 public:
  /// Failures that cost nothing.
  static constexpr std::uint32_t free_failures = 5;
  /// The longest wait, in seconds.
  static constexpr std::int64_t longest = 60;
  /// A name is forgotten after so many seconds without a failure.
  static constexpr std::int64_t memory = 900;
  /// Of more names, those whose failure is the longest ago are forgotten.
  static constexpr std::size_t most_names = 4096;

  /// How many seconds a user has to wait before the next try; 0: none.
  std::int64_t wait(std::string_view user, timestamp now) {
    const std::lock_guard guard(lock_);
    const auto it = failed_.find(key(user));
    // A clock that was set back must not lock anybody out for long.
    if (it == failed_.end() || it->second.last > now) return 0;
    return std::max<std::int64_t>(0, it->second.last + delay(it->second.failures) - now);
  }

  void refused(std::string_view user, timestamp now) {
    const std::lock_guard guard(lock_);
    std::erase_if(failed_, [&](const auto& each) { return now - each.second.last >= memory; });
    if (failed_.size() >= most_names && !failed_.contains(key(user)))
      failed_.erase(std::min_element(failed_.begin(), failed_.end(),
                                     [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    auto& mine = failed_[key(user)];
    mine.failures = std::min<std::uint32_t>(mine.failures + 1, free_failures + 16);
    mine.last = now;
  }

  void accepted(std::string_view user) {
    const std::lock_guard guard(lock_);
    if (const auto it = failed_.find(key(user)); it != failed_.end()) failed_.erase(it);
  }

 private:
  struct failures_of_one {
    std::uint32_t failures = 0;
    timestamp last{};
  };

  static std::string key(std::string_view user) { return std::string(user.substr(0, 200)); }

  static std::int64_t delay(std::uint32_t failures) {
    return failures < free_failures ? 0 : std::min(longest, std::int64_t{1} << (failures - free_failures));
  }

  std::mutex lock_;
  std::map<std::string, failures_of_one> failed_;
};

}  // namespace edensync
