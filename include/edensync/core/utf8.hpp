#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edensync {

/// How many bytes the character has with which a text begins; 0 if they are not one in UTF-8.
///
/// Pure. Source: RFC 3629 §4.
constexpr std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto first = byte(0);
  if (text.empty() || first < 0x80) return text.empty() ? 0 : 1;
  const std::size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  // Neither longer than needed, nor half of a pair, nor beyond the last.
  const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (first < 0xc2 || first > 0xf4 || byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < n; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  return n;
}

/// Whether a text is UTF-8.
constexpr bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

/// The longest beginning of a text that has at most so many bytes and cuts no character; what is not UTF-8 is cut anywhere.
constexpr std::string_view utf8_beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  // A character that goes on behind the cut began at most three bytes before it.
  for (std::size_t back = 1; back <= 3 && back <= most; ++back)
    if (utf8_length(text.substr(most - back)) > back) return text.substr(0, most - back);
  return text.substr(0, most);
}

/// A text with U+FFFD in the place of each byte that is not UTF-8.
inline std::string well_formed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto n = utf8_length(text);
    out += n == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

}  // namespace edensync
