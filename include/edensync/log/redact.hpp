#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edensync {

namespace detail {

inline constexpr std::string_view redacted = "***";

constexpr char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::size_t find_without_case(std::string_view text, std::string_view word, std::size_t from) {
  const auto it =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(), word.begin(),
                  word.end(), [](char a, char b) { return lower_ascii(a) == lower_ascii(b); });
  return it == text.end() ? std::string_view::npos : static_cast<std::size_t>(it - text.begin());
}

// `https://ann:secret@host/` becomes `https://***@host/`. A password may hold an `@` itself: the last one before the
// path counts.
inline void redact_urls(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = std::min(text.find_first_of("/?#\"'<> \t\r\n", begin), text.size());
    const std::size_t sign = std::string_view(text).substr(begin, end - begin).rfind('@');
    if (sign != std::string_view::npos) text.replace(begin, sign, redacted);
  }
}

// The value of a header field goes up to the end of its line; a quoted one, as in JSON, up to the quote.
inline void redact_authorisation(std::string& text) {
  constexpr std::string_view name = "authorization";
  for (std::size_t at = find_without_case(text, name, 0); at != std::string::npos;
       at = find_without_case(text, name, at + name.size())) {
    std::size_t i = at + name.size();
    while (i < text.size() && (text[i] == '"' || text[i] == '\'' || text[i] == ' ')) ++i;
    if (i == text.size() || (text[i] != ':' && text[i] != '=')) continue;
    ++i;
    while (i < text.size() && text[i] == ' ') ++i;
    const bool quoted = i < text.size() && (text[i] == '"' || text[i] == '\'');
    const std::size_t begin = quoted ? i + 1 : i;
    const std::size_t end =
        std::min(quoted ? text.find(text[i], begin) : text.find_first_of("\r\n", begin), text.size());
    text.replace(begin, end - begin, redacted);
  }
}

// `Basic dXNlcjpwYXNz` outside of a header field.
inline void redact_basic(std::string& text) {
  constexpr std::string_view word = "basic ";
  for (std::size_t at = find_without_case(text, word, 0); at != std::string::npos;
       at = find_without_case(text, word, at + word.size())) {
    const std::size_t begin = at + word.size();
    std::size_t end = begin;
    const auto base64 = [](char c) {
      return (lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
             c == '=';
    };
    while (end < text.size() && base64(text[end])) ++end;
    const auto value = std::string_view(text).substr(begin, end - begin);
    // Words of a sentence hold neither digits nor capitals nor padding behind their first letter.
    const bool word_of_language =
        value.substr(std::min<std::size_t>(1, value.size())).find_first_not_of("abcdefghijklmnopqrstuvwxyz") ==
        std::string_view::npos;
    if (value.size() >= 4 && !word_of_language) text.replace(begin, end - begin, redacted);
  }
}

}  // namespace detail

/// A text without what must not be seen: credentials in URLs, values of Authorization, and the secrets given.
///
/// For everything that goes into a log or to a terminal. Each secret is replaced wherever it occurs, a short one too, at
/// the price of a mangled text; empty ones are ignored. Longer secrets go first, so that none leaves a remainder.
/// Thread safety: a pure function.
inline std::string redact(std::string text, std::span<const std::string_view> secrets = {}) {
  std::vector<std::string_view> sorted(secrets.begin(), secrets.end());
  std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a.size() > b.size(); });
  detail::redact_urls(text);
  detail::redact_authorisation(text);
  detail::redact_basic(text);
  for (const auto secret : sorted) {
    if (secret.empty()) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + detail::redacted.size()))
      text.replace(at, secret.size(), detail::redacted);
  }
  return text;
}

}  // namespace edensync
