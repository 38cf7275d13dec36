#pragma once

#include <string_view>

#include "edensync/core/letter_case.hpp"

namespace edensync {

/// Whether a text matches a pattern: `*` stands for any text, `?` for one character; upper and lower case are the same.
///
/// `one`: the sign for one character, where it is not `?`; 0: there is none.
/// Both are UTF-8. The time is at most proportional to the product of the lengths; nothing is allocated.
/// Source: spec/protocol.md §8.4, "like".
constexpr bool matches_wildcard(std::string_view text, std::string_view pattern, char32_t one = U'?') {
  // Where to go on after a mismatch: behind the last `*`, with one more character of the text given to it.
  std::string_view retry_text, retry_pattern;
  bool can_retry = false;
  for (;;) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      retry_text = text;
      retry_pattern = pattern;
      can_retry = true;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty()) {
      std::string_view t = text, p = pattern;
      const char32_t wanted = detail::take_code_point(p);
      const char32_t found = detail::take_code_point(t);
      if ((one != 0 && wanted == one) || detail::lower_case(wanted) == detail::lower_case(found)) {
        text = t;
        pattern = p;
        continue;
      }
    }
    if (!can_retry || retry_text.empty()) return false;
    detail::take_code_point(retry_text);
    text = retry_text;
    pattern = retry_pattern;
  }
}

/// Whether a text holds another one; upper and lower case are the same.
constexpr bool contains_folded(std::string_view text, std::string_view part) {
  for (;;) {
    std::string_view t = text, p = part;
    bool same = true;
    while (same && !t.empty() && !p.empty())
      same = detail::lower_case(detail::take_code_point(t)) == detail::lower_case(detail::take_code_point(p));
    if (same && p.empty()) return true;
    if (text.empty()) return false;
    detail::take_code_point(text);
  }
}

}  // namespace edensync
