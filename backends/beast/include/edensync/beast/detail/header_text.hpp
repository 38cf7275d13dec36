#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "edensync/core/message.hpp"
#include "edensync/beast/url.hpp"

namespace edensync::beast::detail {

/// Whether the text is a token of HTTP: what methods and the names of fields are made of.
inline bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// Whether the text can be the value of a field: no line break can smuggle in another field.
inline bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
  });
}

inline bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
           return lower(x) == lower(y);
         });
}

inline void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Appends fields except those that the transport itself writes. False if one of them cannot be written.
inline bool append_fields(std::string& out, const header_fields& fields, std::initializer_list<std::string_view> own) {
  for (const auto& f : fields) {
    if (std::any_of(own.begin(), own.end(), [&](std::string_view name) { return same_name(name, f.name); })) continue;
    if (!is_token(f.name) || !is_field_value(f.value)) return false;
    append_field(out, f.name, f.value);
  }
  return true;
}

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Calls `f` for the parts of a list separated by commas.
template <class F>
void for_each_part(std::string_view list, char separator, F f) {
  while (!list.empty()) {
    const auto end = list.find(separator);
    f(trimmed(list.substr(0, end)));
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

/// Whether an Accept-Encoding allows gzip: named, or `*`, and not with q=0.
inline bool accepts_gzip(std::string_view accept_encoding) {
  bool named = false;
  bool accepts = false;
  bool any = false;
  for_each_part(accept_encoding, ',', [&](std::string_view part) {
    const auto semicolon = part.find(';');
    const std::string_view coding = trimmed(part.substr(0, semicolon));
    std::string_view q = semicolon == std::string_view::npos ? "q=1" : trimmed(part.substr(semicolon + 1));
    const bool zero = starts_without_case(q, "q=0") && q.find_first_of("123456789", 2) == std::string_view::npos;
    if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) {
      named = true;
      accepts = accepts || !zero;
    } else if (coding == "*") {
      any = !zero;
    }
  });
  return named ? accepts : any;
}

/// Whether a Transfer-Encoding says nothing but chunked, the one that everybody speaks.
inline bool is_plain_chunked(std::string_view transfer_encoding) {
  return same_name(trimmed(transfer_encoding), "chunked");
}

}  // namespace edensync::beast::detail
