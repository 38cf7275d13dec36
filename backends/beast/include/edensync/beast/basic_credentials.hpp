#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/beast/url.hpp"

namespace edensync::beast {

/// A user name and password as HTTP Basic carries them (RFC 7617).
struct basic_credentials {
  std::string user;
  std::string password;

  friend bool operator==(const basic_credentials&, const basic_credentials&) = default;
};

namespace detail {

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string to_base64(std::string_view text) {
  std::string out;
  out.reserve((text.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::size_t n = text.size() - i < 3 ? text.size() - i : 3;
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < n ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + k])) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= n ? base64_digits[(bits >> (18 - 6 * k)) & 63U] : '=';
  }
  return out;
}

/// White space is skipped: encoders of old Eden clients break lines.
inline std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const auto digit = base64_digits.find(c);
    if (digit == std::string_view::npos || padding != 0) return std::nullopt;
    ++digits;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((have += 6) >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xffU);
    }
  }
  if (digits % 4 == 1 || padding > 2 || (padding != 0 && (digits + padding) % 4 != 0)) return std::nullopt;
  return out;
}

}  // namespace detail

/// The value of an Authorization header, in one line however long it is.
inline std::string to_authorization(const basic_credentials& who) {
  return "Basic " + detail::to_base64(who.user + ":" + who.password);
}

/// Reads an Authorization header; the scheme's name in any case. Nothing if it is another scheme or malformed.
inline std::optional<basic_credentials> parse_authorization(std::string_view value) {
  if (!detail::starts_without_case(value, "basic ")) return std::nullopt;
  const auto text = detail::from_base64(value.substr(6));
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return basic_credentials{text->substr(0, colon), text->substr(colon + 1)};
}

}  // namespace edensync::beast
