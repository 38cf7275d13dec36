#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Says which of many like refusals are worth a line in a log: one in a minute for each key, a user's name for instance.
///
/// Whoever is refused all the time is heard of, and cannot fill the log. Thread safety: may be shared.
class line_limit {
 public:
  static constexpr std::int64_t interval = 60;
  /// More keys than that within a minute share one line.
  static constexpr std::size_t most_keys = 256;

  bool worth_a_line(std::string_view key, timestamp now) {
    const std::lock_guard guard(lock_);
    // What is ahead of the clock stems from before the clock was set back.
    std::erase_if(told_, [&](const auto& each) { return now - each.second >= interval || each.second > now; });
    std::string name(key.substr(0, 200));
    if (told_.size() >= most_keys && !told_.contains(name)) name.clear();
    const bool worth = told_.emplace(std::move(name), now).second;
    if (!worth) ++left_out_;
    return worth;
  }

  /// How many were not worth a line since this was asked last.
  std::uint64_t take_left_out() {
    const std::lock_guard guard(lock_);
    return std::exchange(left_out_, 0);
  }

 private:
  std::mutex lock_;
  std::map<std::string, timestamp> told_;
  std::uint64_t left_out_ = 0;
};

}  // namespace edensync
