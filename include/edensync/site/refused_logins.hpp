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

/// Says which refused logins are worth a line in the log: one for each user name in a minute.
///
/// Whoever guesses passwords is heard of, and cannot fill the log. Thread safety: may be shared.
class refused_logins {
 public:
  static constexpr std::int64_t interval = 60;
  /// More names than that within a minute share one line.
  static constexpr std::size_t most_names = 256;

  bool worth_a_line(std::string_view user, timestamp now) {
    const std::lock_guard guard(lock_);
    // What is ahead of the clock stems from before the clock was set back.
    std::erase_if(told_, [&](const auto& each) { return now - each.second >= interval || each.second > now; });
    std::string name(user.substr(0, 100));
    if (told_.size() >= most_names && !told_.contains(name)) name.clear();
    return told_.emplace(std::move(name), now).second;
  }

 private:
  std::mutex lock_;
  std::map<std::string, timestamp> told_;
};

}  // namespace edensync
