#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "edensync/core/timestamp.hpp"

namespace edensync {

namespace detail {

// `+2D`, `-3M12h`, `-1M+2D`, `NOW`: the years and months of the calendar, days, hours, minutes and seconds after a
// moment. A sign holds until the next one.
inline std::optional<timestamp> relative_moment(std::string_view s, timestamp now) {
  while (s.starts_with(' ')) s.remove_prefix(1);
  while (s.ends_with(' ')) s.remove_suffix(1);
  if (s.size() == 3 && (s[0] | 0x20) == 'n' && (s[1] | 0x20) == 'o' && (s[2] | 0x20) == 'w') return now;
  if (s.size() < 2 || (s[0] != '+' && s[0] != '-')) return std::nullopt;
  std::int64_t sign = 1;
  civil_date c = to_civil(date_of(now));
  std::int64_t months = std::int64_t{c.year} * 12 + c.month - 1;
  std::int64_t seconds = 0;
  while (!s.empty()) {
    if (s[0] == '+' || s[0] == '-') {
      sign = s[0] == '-' ? -1 : 1;
      s.remove_prefix(1);
    }
    std::int32_t n = 0;
    const auto [end, wrong] = std::from_chars(s.data(), s.data() + s.size(), n);
    if (wrong != std::errc() || end == s.data() + s.size() || n < 0 || n > 1000000) return std::nullopt;
    switch (*end) {
      case 'Y': months += sign * 12 * n; break;
      case 'M': months += sign * n; break;
      case 'D': seconds += sign * std::int64_t{86400} * n; break;
      case 'h': seconds += sign * std::int64_t{3600} * n; break;
      case 'm': seconds += sign * std::int64_t{60} * n; break;
      case 's': seconds += sign * n; break;
      default: return std::nullopt;
    }
    s.remove_prefix(static_cast<std::size_t>(end - s.data()) + 1);
  }
  if (months < 0 || months > 9999 * 12) return std::nullopt;
  c.year = static_cast<std::int32_t>(months / 12);
  c.month = static_cast<std::int32_t>(months % 12) + 1;
  while (!is_valid(c)) --c.day;  // the last day of a shorter month
  return at(to_date(c), time_of(now)) + seconds;
}

}  // namespace detail

/// Reads the moment in a filter: `YYYY-MM-DD[(T| )HH:MM[:SS][.fraction][Z|±HH[:]MM]]`, or one relative to `now`.
///
/// Without a zone it is UTC, because a site has no other. Without `now` relative moments are not understood. A day
/// without a time begins at midnight. None for everything else. Source: spec/protocol.md §8.3.
inline std::optional<timestamp> parse_filter_moment(std::string_view s, std::optional<timestamp> now = {}) {
  if (now)
    if (const auto t = detail::relative_moment(s, *now)) return t;
  const auto day = parse_date(s.substr(0, 10));
  if (!day) return std::nullopt;
  if (s.size() == 10) return at(*day);
  if (s[10] != 'T' && s[10] != ' ') return std::nullopt;
  s.remove_prefix(11);
  std::int64_t shift = 0;
  if (s.ends_with('Z')) {
    s.remove_suffix(1);
  } else if (const auto sign = s.find_first_of("+-"); sign != std::string_view::npos) {
    const std::string_view zone = s.substr(sign + 1);
    if (zone.size() != 4 && !(zone.size() == 5 && zone[2] == ':')) return std::nullopt;
    const int hours = detail::digits(zone, 0, 2), minutes = detail::digits(zone, zone.size() - 2, 2);
    if (hours < 0 || minutes < 0 || hours > 14 || minutes > 59) return std::nullopt;
    shift = (s[sign] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    s = s.substr(0, sign);
  }
  if (const auto dot = s.find('.'); dot != std::string_view::npos) {
    const auto fraction = s.substr(dot + 1);
    if (!std::all_of(fraction.begin(), fraction.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return std::nullopt;
    s = s.substr(0, dot);
  }
  const auto time = parse_time(s.size() == 5 ? std::string(s) + ":00" : std::string(s));
  if (!time) return std::nullopt;
  return at(*day, *time) - shift;
}

}  // namespace edensync
