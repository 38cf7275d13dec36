#pragma once

#include <cstddef>
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

/// Whether two texts are the same but for upper and lower case; both are UTF-8.
constexpr bool same_without_case(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty())
    if (detail::lower_case(detail::take_code_point(a)) != detail::lower_case(detail::take_code_point(b))) return false;
  return a.empty() && b.empty();
}

}  // namespace edensync
