#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edensync {

namespace detail {

constexpr bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += c == '+' && plus_is_space ? ' ' : c;
  }
  return out;
}

}  // namespace detail

/// Writes every byte that is neither unreserved (RFC 3986) nor in `keep` as `%XX`.
///
/// The default keeps the slash, which is what Eden does with the values of its filters.
inline std::string percent_encode(std::string_view text, std::string_view keep = "/") {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (detail::is_unreserved(c) || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

/// Reads `%XX`; what is not followed by two hexadecimal digits stays as it is. Any bytes may come out.
inline std::string percent_decode(std::string_view text) { return detail::decode(text, false); }

/// Reads `%XX` and `+`, as in a query or a form.
inline std::string form_decode(std::string_view text) { return detail::decode(text, true); }

/// The names and values of a query or form, decoded, in their order; a name without `=` has an empty value.
inline std::vector<std::pair<std::string, std::string>> parse_form(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const auto amp = query.find('&');
    const auto pair = query.substr(0, amp);
    const auto equals = pair.find('=');
    if (!pair.empty())
      out.emplace_back(form_decode(pair.substr(0, equals)),
                       equals == std::string_view::npos ? std::string() : form_decode(pair.substr(equals + 1)));
    if (amp == std::string_view::npos) break;
    query.remove_prefix(amp + 1);
  }
  return out;
}

}  // namespace edensync
