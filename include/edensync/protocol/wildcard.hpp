#pragma once

#include <cstdint>
#include <string_view>

namespace edensync {

namespace detail {

// Takes one code point from the front; a byte that begins none stands for itself.
constexpr char32_t take_code_point(std::string_view& s) {
  const auto first = static_cast<unsigned char>(s.front());
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length == 1 || s.size() < length) {
    s.remove_prefix(1);
    return first;
  }
  char32_t c = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) c = (c << 6U) | (static_cast<unsigned char>(s[i]) & 0x3Fu);
  s.remove_prefix(length);
  return c;
}

// The lower case of Latin, Greek and Cyrillic letters, as far as it is one code point away.
constexpr char32_t lower_case(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c < 0xC0) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 32;
  if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177)) return c | 1U;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3A9) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

}  // namespace detail

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
