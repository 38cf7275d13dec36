#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edensync {

/// A moment, in whole seconds since 1970-01-01T00:00:00 UTC.
///
/// Whole seconds because that is all S3XML carries (spec/s3xml.md §6).
struct timestamp {
  std::int64_t seconds = 0;

  friend constexpr auto operator<=>(timestamp, timestamp) = default;
  friend constexpr timestamp operator+(timestamp t, std::int64_t s) { return {t.seconds + s}; }
  friend constexpr timestamp operator-(timestamp t, std::int64_t s) { return {t.seconds - s}; }
  friend constexpr std::int64_t operator-(timestamp a, timestamp b) { return a.seconds - b.seconds; }
};

/// A calendar day, in days since 1970-01-01.
struct date {
  std::int32_t days = 0;
  friend constexpr auto operator<=>(date, date) = default;
};

/// A time of day, in seconds since midnight, UTC.
struct time_of_day {
  std::int32_t seconds = 0;
  friend constexpr auto operator<=>(time_of_day, time_of_day) = default;
};

/// Year, month (1–12) and day (1–31) of the proleptic Gregorian calendar.
struct civil_date {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;
};

/// The day of a civil date. Precondition: month and day are in their ranges.
constexpr date to_date(civil_date c) {
  const std::int32_t y = c.month <= 2 ? c.year - 1 : c.year;
  const std::int32_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int32_t yoe = y - era * 400;
  const std::int32_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
  const std::int32_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return {era * 146097 + doe - 719468};
}

/// The civil date of a day.
constexpr civil_date to_civil(date d) {
  const std::int32_t z = d.days + 719468;
  const std::int32_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int32_t doe = z - era * 146097;
  const std::int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int32_t mp = (5 * doy + 2) / 153;
  const std::int32_t month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

/// Whether a civil date exists.
constexpr bool is_valid(civil_date c) {
  if (c.month < 1 || c.month > 12 || c.day < 1) return false;
  const bool leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
  const std::int32_t days = c.month == 2 ? (leap ? 29 : 28) : 30 + (c.month + c.month / 8) % 2;
  return c.day <= days;
}

/// The day in which a moment falls, and the time of that day.
constexpr date date_of(timestamp t) {
  const std::int64_t d = t.seconds >= 0 ? t.seconds / 86400 : (t.seconds - 86399) / 86400;
  return {static_cast<std::int32_t>(d)};
}
constexpr time_of_day time_of(timestamp t) {
  return {static_cast<std::int32_t>(t.seconds - std::int64_t{date_of(t).days} * 86400)};
}
constexpr timestamp at(date d, time_of_day t = {}) { return {std::int64_t{d.days} * 86400 + t.seconds}; }

namespace detail {

inline char* put_digits(char* out, std::int32_t v, int width) {
  for (int i = width - 1; i >= 0; --i, v /= 10) out[i] = static_cast<char>('0' + v % 10);
  return out + width;
}

constexpr int digits(std::string_view s, std::size_t from, std::size_t count) {
  int v = 0;
  for (std::size_t i = from; i < from + count; ++i) {
    if (s[i] < '0' || s[i] > '9') return -1;
    v = v * 10 + (s[i] - '0');
  }
  return v;
}

}  // namespace detail

/// Writes `YYYY-MM-DD`, `HH:MM:SS` or `YYYY-MM-DDTHH:MM:SS`. Years outside 0000–9999 are clamped.
inline std::string to_text(date d) {
  civil_date c = to_civil(d);
  if (c.year < 0) c = {0, 1, 1};
  if (c.year > 9999) c = {9999, 12, 31};
  std::string s(10, '-');
  char* p = detail::put_digits(s.data(), c.year, 4) + 1;
  p = detail::put_digits(p, c.month, 2) + 1;
  detail::put_digits(p, c.day, 2);
  return s;
}
inline std::string to_text(time_of_day t) {
  std::string s(8, ':');
  char* p = detail::put_digits(s.data(), t.seconds / 3600, 2) + 1;
  p = detail::put_digits(p, t.seconds / 60 % 60, 2) + 1;
  detail::put_digits(p, t.seconds % 60, 2);
  return s;
}
inline std::string to_text(timestamp t) { return to_text(date_of(t)) + 'T' + to_text(time_of(t)); }

/// Reads exactly `YYYY-MM-DD`; anything else is none.
constexpr std::optional<date> parse_date(std::string_view s) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return std::nullopt;
  const civil_date c{detail::digits(s, 0, 4), detail::digits(s, 5, 2), detail::digits(s, 8, 2)};
  if (c.year < 0 || !is_valid(c)) return std::nullopt;
  return to_date(c);
}

/// Reads exactly `HH:MM:SS`; anything else is none.
constexpr std::optional<time_of_day> parse_time(std::string_view s) {
  if (s.size() != 8 || s[2] != ':' || s[5] != ':') return std::nullopt;
  const int h = detail::digits(s, 0, 2), m = detail::digits(s, 3, 2), sec = detail::digits(s, 6, 2);
  if (h < 0 || m < 0 || sec < 0 || h > 23 || m > 59 || sec > 59) return std::nullopt;
  return time_of_day{h * 3600 + m * 60 + sec};
}

/// Reads exactly `YYYY-MM-DDTHH:MM:SS`, the only form that Eden reads in a URL (spec/s3xml.md §6).
constexpr std::optional<timestamp> parse_timestamp(std::string_view s) {
  if (s.size() != 19 || s[10] != 'T') return std::nullopt;
  const auto d = parse_date(s.substr(0, 10));
  const auto t = parse_time(s.substr(11));
  if (!d || !t) return std::nullopt;
  return at(*d, *t);
}

}  // namespace edensync
