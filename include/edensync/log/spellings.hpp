#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/letter_case.hpp"

namespace edensync {

/// A secret as others may write it who repeat it: as it is, escaped for HTML, for a URL and for JSON, and in hexadecimal.
///
/// For `redact`. Each form stands there once. Of a secret of less than four bytes there is none in hexadecimal: so few digits
/// stand in any text. Pure.
inline std::vector<std::string> spellings(std::string_view secret) {
  std::vector<std::string> all;
  if (secret.empty()) return all;
  const auto add = [&](std::string form) {
    if (std::find(all.begin(), all.end(), form) == all.end()) all.push_back(std::move(form));
  };
  constexpr std::string_view small = "0123456789abcdef", large = "0123456789ABCDEF";
  const auto letter_or_digit = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const auto escaped = [&](auto one) {
    std::string out;
    for (const char c : secret) one(out, c);
    add(std::move(out));
  };
  add(std::string(secret));
  // HTML and XML: with and without quotes, which have two names.
  for (const std::string_view apostrophe : {"'", "&#39;", "&#x27;", "&apos;"})
    for (const std::string_view quote : {"\"", "&quot;", "&#34;"})
      escaped([&](std::string& out, char c) {
        out += c == '&'    ? std::string_view("&amp;")
               : c == '<'  ? std::string_view("&lt;")
               : c == '>'  ? std::string_view("&gt;")
               : c == '\'' ? apostrophe
               : c == '"'  ? quote
                           : std::string_view(&c, 1);
      });
  // URLs: which characters stay differs, and a blank may be a plus.
  for (const std::string_view digits : {small, large})
    for (const std::string_view stays : {"-._~", "-._~!$&'()*+,;=:@/?", "-._"})
      for (const bool form : {false, true})
        escaped([&](std::string& out, char c) {
          const auto u = static_cast<unsigned char>(c);
          if (letter_or_digit(u) || stays.find(c) != std::string_view::npos) {
            out += c;
          } else if (form && c == ' ') {
            out += '+';
          } else {
            out += '%';
            out += digits[u >> 4];
            out += digits[u & 15];
          }
        });
  // JSON: a slash may be escaped, and so may be what is not ASCII.
  for (const bool slashes : {false, true})
    escaped([&](std::string& out, char c) {
      if (c == '"' || c == '\\' || (slashes && c == '/')) out += '\\';
      out += c;
    });
  for (const std::string_view digits : {small, large}) {
    escaped([&](std::string& out, char c) {
      const auto u = static_cast<unsigned char>(c);
      if (letter_or_digit(u) || c == ' ' || u >= 0x80) {
        out += c;
      } else {
        out += "\\u00";
        out += digits[u >> 4];
        out += digits[u & 15];
      }
    });
    std::string points;
    for (std::string_view rest = secret; !rest.empty();) {
      const char32_t point = detail::take_code_point(rest);
      const auto put = [&](char32_t unit) {
        points += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4) points += digits[unit >> shift & 15];
      };
      if (point >= 0x10000) {
        put(0xd800 + ((point - 0x10000) >> 10));
        put(0xdc00 + ((point - 0x10000) & 0x3ff));
      } else if (point >= 0x80) {
        put(point);
      } else {
        if (point == '"' || point == '\\') points += '\\';
        points += static_cast<char>(point);
      }
    }
    add(std::move(points));
  }
  if (secret.size() < 4) return all;
  for (const std::string_view digits : {small, large})
    escaped([&](std::string& out, char c) {
      const auto u = static_cast<unsigned char>(c);
      out += digits[u >> 4];
      out += digits[u & 15];
    });
  return all;
}

}  // namespace edensync
