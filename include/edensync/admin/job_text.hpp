#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "edensync/core/result.hpp"
#include "edensync/core/timestamp.hpp"

/// How administrators write when jobs run. Pure.
namespace edensync::admin {

/// Reads a length of time in seconds: a number with a unit, as in `90s`, `5m`, `1h`, `2d` or `1w`, or seconds without one.
///
/// Errors: bad_setting.
inline result<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t n = 0, unit = 1;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest == "m") unit = 60;
  if (rest == "h") unit = 3600;
  if (rest == "d") unit = 86400;
  if (rest == "w") unit = 7 * 86400;
  const bool known = rest.empty() || rest == "s" || unit != 1;
  // What is longer than a century is a slip of the finger.
  if (wrong != std::errc() || n < 0 || !known || n > std::int64_t{36525} * 86400 / unit)
    return make_failure(error::bad_setting, "not a length of time such as 90s, 5m, 1h, 2d or 1w: " + std::string(text));
  return n * unit;
}

/// The opposite, with the largest unit that divides it.
inline std::string duration_text(std::int64_t seconds) {
  for (const auto& [unit, name] :
       {std::pair{std::int64_t{86400}, 'd'}, {std::int64_t{3600}, 'h'}, {std::int64_t{60}, 'm'}})
    if (seconds != 0 && seconds % unit == 0) return std::to_string(seconds / unit) + name;
  return std::to_string(seconds) + 's';
}

/// Reads a moment in UTC: `2026-11-23T08:30`, with seconds if need be; a blank may stand for the T, and a Z behind it.
///
/// Errors: bad_setting.
inline result<timestamp> parse_moment(std::string_view text) {
  std::string whole(text.ends_with('Z') ? text.substr(0, text.size() - 1) : text);
  if (whole.size() > 10 && whole[10] == ' ') whole[10] = 'T';
  if (whole.size() == 16) whole += ":00";
  const auto t = parse_timestamp(whole);
  if (!t) return make_failure(error::bad_setting, "not a time in UTC such as 2026-11-23T08:30: " + std::string(text));
  return *t;
}

}  // namespace edensync::admin
