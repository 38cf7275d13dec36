#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// What stands in a file name in place of the names of a template.
struct file_name_words {
  /// The uid of the site that writes.
  std::string_view sender;
  /// The table.
  std::string_view resource;
  timestamp now{};
};

/// The template where a task names none: one file for each sender and table, replaced until it was confirmed.
inline constexpr std::string_view default_file_name = "$resource-$sender.xml";

/// Puts a file name together from a template with `$year $month $day $hour $minute $second $timestamp`, as in Eden, and
/// `$sender $resource`; `${name}` is the same, `$$` a dollar sign. Unknown names stay as they are.
///
/// What no file name may hold on any system, the signs `/ \ : * ? " < > |` and control characters, becomes `-`; a name
/// that would be hidden or empty gets a `_` in front. So the result is a name in the folder itself, never a path.
/// Pure. Source: spec/protocol.md §10.
inline std::string expand_file_name(std::string_view pattern, const file_name_words& words) {
  const std::string day = to_text(date_of(words.now)), time = to_text(time_of(words.now));
  const auto word = [&](std::string_view name, std::string& out) {
    if (name == "year") return out += day.substr(0, 4), true;
    if (name == "month") return out += day.substr(5, 2), true;
    if (name == "day") return out += day.substr(8, 2), true;
    if (name == "hour") return out += time.substr(0, 2), true;
    if (name == "minute") return out += time.substr(3, 2), true;
    if (name == "second") return out += time.substr(6, 2), true;
    if (name == "timestamp")
      return out += day.substr(0, 4) + day.substr(5, 2) + day.substr(8, 2) + time.substr(0, 2) + time.substr(3, 2) +
                    time.substr(6, 2),
             true;
    if (name == "sender") return out += words.sender, true;
    if (name == "resource") return out += words.resource, true;
    return false;
  };
  const auto in_name = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string out;
  while (!pattern.empty()) {
    if (pattern.starts_with("$$")) {
      out += '$';
      pattern.remove_prefix(2);
      continue;
    }
    if (pattern.front() == '$') {
      const bool braces = pattern.starts_with("${");
      const std::size_t first = braces ? 2 : 1;
      std::size_t last = first;
      while (last < pattern.size() && in_name(pattern[last])) ++last;
      const bool closed = !braces || (last < pattern.size() && pattern[last] == '}');
      if (closed && word(pattern.substr(first, last - first), out)) {
        pattern.remove_prefix(braces ? last + 1 : last);
        continue;
      }
    }
    out += pattern.front();
    pattern.remove_prefix(1);
  }
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || std::string_view("/\\:*?\"<>|").find(c) < 9) c = '-';
  if (out.empty() || out.front() == '.') out.insert(out.begin(), '_');
  return out;
}

/// Whether a file name matches a shell pattern: `*` any text, `?` one byte, `[a-z]` and `[!a-z]` one of a set.
///
/// Upper and lower case differ. A name with a dot in front is matched only by a pattern that has one, too; a `[` without
/// its end stands for itself. The time is at most proportional to the product of the lengths. Pure.
inline bool matches_file_pattern(std::string_view name, std::string_view pattern) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  // Whether the sign at the front of the pattern takes `c`; `length`: how long that sign is.
  const auto takes = [](std::string_view p, char c, std::size_t& length) {
    length = 1;
    if (p.front() == '?') return true;
    if (p.front() != '[') return p.front() == c;
    std::size_t i = 1;
    const bool inverted = i < p.size() && (p[i] == '!' || p[i] == '^');
    if (inverted) ++i;
    bool found = false;
    for (bool first = true; i < p.size() && (first || p[i] != ']'); first = false) {
      const bool range = i + 2 < p.size() && p[i + 1] == '-' && p[i + 2] != ']';
      const char low = p[i], high = range ? p[i + 2] : low;
      i += range ? 3U : 1U;
      found = found || (low <= c && c <= high);
    }
    if (i >= p.size()) return c == '[';
    length = i + 1;
    return found != inverted;
  };
  std::string_view retry_name, retry_pattern;
  bool can_retry = false;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      retry_name = name;
      retry_pattern = pattern;
      can_retry = true;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    std::size_t length = 1;
    if (!name.empty() && !pattern.empty() && takes(pattern, name.front(), length)) {
      name.remove_prefix(1);
      pattern.remove_prefix(length);
      continue;
    }
    if (!can_retry || retry_name.empty()) return false;
    retry_name.remove_prefix(1);
    name = retry_name;
    pattern = retry_pattern;
  }
}

}  // namespace edensync
