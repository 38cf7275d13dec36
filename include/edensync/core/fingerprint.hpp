#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edensync {

/// Reads a fingerprint, the SHA-256 of a certificate, as programs show it: hexadecimal in any case, with colons between
/// the bytes or without. Gives it as 64 small digits; none if it is not one.
///
/// Thread safety: a pure function.
inline std::optional<std::string> parse_fingerprint(std::string_view text) {
  const bool colons = text.find(':') != std::string_view::npos;
  if (text.size() != (colons ? 95U : 64U)) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool colon_here = colons && i % 3 == 2;
    if (colon_here != (c == ':')) return std::nullopt;
    if (colon_here) continue;
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
      digits += c;
    else if (c >= 'A' && c <= 'F')
      digits += static_cast<char>(c - 'A' + 'a');
    else
      return std::nullopt;
  }
  return digits;
}

}  // namespace edensync
