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
/// A try counts as a failure from its beginning, so that many at once get no further than one after the other: whoever looks
/// at a password calls `begin`, and then `accepted` or `refused`.
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

  /// Begins a try, or tells how many seconds the user has to wait before one is looked at; 0: it has begun.
  std::int64_t begin(std::string_view user, timestamp now) {
    const std::lock_guard guard(lock_);
    auto& mine = of(user, now);
    // A clock that was set back must not lock anybody out for long.
    const auto wait = mine.last > now ? 0 : mine.last + delay(mine.failures + mine.pending) - now;
    if (wait > 0) return wait;
    ++mine.pending;
    mine.last = now;
    return 0;
  }

  void refused(std::string_view user, timestamp now) {
    const std::lock_guard guard(lock_);
    auto& mine = of(user, now);
    mine.pending -= std::min(mine.pending, 1U);
    mine.failures = std::min<std::uint32_t>(mine.failures + 1, free_failures + 16);
    mine.last = now;
  }

  void accepted(std::string_view user) {
    const std::lock_guard guard(lock_);
    const auto it = tries_.find(key(user));
    if (it == tries_.end()) return;
    auto& mine = it->second;
    mine.failures = 0;
    mine.pending -= std::min(mine.pending, 1U);
    if (mine.pending == 0) tries_.erase(it);
  }

  /// Nobody could tell whether it was right: the try counts neither way.
  void undecided(std::string_view user) {
    const std::lock_guard guard(lock_);
    const auto it = tries_.find(key(user));
    if (it == tries_.end()) return;
    auto& mine = it->second;
    mine.pending -= std::min(mine.pending, 1U);
    if (mine.pending == 0 && mine.failures == 0) tries_.erase(it);
  }

 private:
  struct tries_of_one {
    std::uint32_t failures = 0;
    std::uint32_t pending = 0;  // begun, and not yet known how they end
    timestamp last{};
  };

  tries_of_one& of(std::string_view user, timestamp now) {
    std::erase_if(tries_, [&](const auto& each) { return now - each.second.last >= memory; });
    const auto name = key(user);
    if (tries_.size() >= most_names && !tries_.contains(name))
      tries_.erase(std::min_element(tries_.begin(), tries_.end(),
                                    [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    return tries_[name];
  }

  static std::string key(std::string_view user) { return std::string(user.substr(0, 200)); }

  static std::int64_t delay(std::uint32_t failures) {
    return failures < free_failures
               ? 0
               : std::min(longest, std::int64_t{1} << std::min(failures - free_failures, std::uint32_t{16}));
  }

  std::mutex lock_;
  std::map<std::string, tries_of_one> tries_;
};

}  // namespace edensync
