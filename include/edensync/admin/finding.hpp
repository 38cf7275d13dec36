#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edensync::admin {

/// Whether something is as it should be.
enum class answer : std::uint8_t { yes, no, unknown };

constexpr std::string_view to_text(answer a) { return a == answer::yes ? "yes" : a == answer::no ? "no" : "unknown"; }

/// One line of a check: what was looked at, how it is, and what to do about it.
struct finding {
  std::string subject;
  answer holds = answer::unknown;
  std::string words;
  /// Empty if there is nothing to do.
  std::string advice;
};

/// Whether nothing was found that is not as it should be.
inline bool all_hold(const std::vector<finding>& all) {
  return std::none_of(all.begin(), all.end(), [](const finding& f) { return f.holds == answer::no; });
}

}  // namespace edensync::admin
