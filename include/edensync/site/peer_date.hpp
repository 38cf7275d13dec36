#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Reads the preferred form of an HTTP date, `Sun, 06 Nov 1994 08:49:37 GMT`; anything else is none (RFC 9110 §5.6.7).
inline std::optional<timestamp> parse_http_date(std::string_view s) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (s.size() != 29 || s.substr(25) != " GMT" || s[3] != ',') return std::nullopt;
  const auto month = months.find(s.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const civil_date c{detail::digits(s, 12, 4), static_cast<std::int32_t>(month / 3 + 1), detail::digits(s, 5, 2)};
  const auto t = parse_time(s.substr(17, 8));
  if (c.year < 0 || !is_valid(c) || !t) return std::nullopt;
  return at(to_date(c), *t);
}

/// Writes it.
inline std::string to_http_date(timestamp t) {
  constexpr std::array<std::string_view, 7> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const civil_date c = to_civil(date_of(t));
  const auto weekday = static_cast<std::size_t>(((date_of(t).days % 7) + 7) % 7);
  const std::string iso = to_text(date_of(t));
  return std::string(days[weekday]) + ", " + iso.substr(8, 2) + ' ' +
         std::string(months.substr(static_cast<std::size_t>(c.month - 1) * 3, 3)) + ' ' + iso.substr(0, 4) + ' ' +
         to_text(time_of(t)) + " GMT";
}

}  // namespace edensync
