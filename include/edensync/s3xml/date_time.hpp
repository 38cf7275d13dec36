#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "edensync/core/timestamp.hpp"

namespace edensync::s3xml {

namespace detail {

/// What a date-time text says, before anything is made up for what it does not say.
struct parsed_date_time {
  std::optional<date> day;
  std::optional<time_of_day> time;
  /// Seconds east of UTC.
  std::int32_t offset = 0;
};

/// Reads from the front of a text.
class date_time_cursor {
 public:
  explicit date_time_cursor(std::string_view s) : s_(s) {}

  bool done() const { return s_.empty(); }
  bool take(char c) {
    if (s_.empty() || s_.front() != c) return false;
    s_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (take(' ')) continue;
  }
  /// How many digits come next.
  std::size_t digits() const {
    std::size_t n = 0;
    while (n < s_.size() && s_[n] >= '0' && s_[n] <= '9') ++n;
    return n;
  }
  /// Precondition: at least `n` digits come next, and n < 10.
  std::int32_t number(std::size_t n) {
    std::int32_t v = 0;
    for (std::size_t i = 0; i < n; ++i) v = v * 10 + (s_[i] - '0');
    s_.remove_prefix(n);
    return v;
  }
  char peek(std::size_t at = 0) const { return at < s_.size() ? s_[at] : '\0'; }

 private:
  std::string_view s_;
};

/// The number of a month by its English name, or the first letters of it, at least three; 0: none.
inline std::int32_t read_month(date_time_cursor& in) {
  static constexpr std::string_view names[] = {"january", "february", "march",     "april",   "may",      "june",
                                               "july",    "august",   "september", "october", "november", "december"};
  const auto letter = [&](std::size_t at) { return static_cast<char>(in.peek(at) | 0x20); };
  const auto is_letter = [&](std::size_t at) { return letter(at) >= 'a' && letter(at) <= 'z'; };
  std::size_t n = 0;
  while (is_letter(n)) ++n;
  for (std::int32_t m = 0; m < 12; ++m) {
    const auto name = names[m];
    const bool may_be = n == name.size() || n == 3 || (n == 4 && name == "september");
    std::size_t same = 0;
    while (may_be && same < n && letter(same) == name[same]) ++same;
    if (!may_be || same < n) continue;
    for (std::size_t i = 0; i < n; ++i) in.take(in.peek());
    in.take('.');
    return m + 1;
  }
  return 0;
}

/// `15 March 1980`, `15-Mar-1980`, `March 15, 1980`.
inline std::optional<date> read_named_date(date_time_cursor in, date_time_cursor& rest) {
  const auto between = [&] {
    in.skip_blanks();
    if (!in.take('-') && !in.take('/')) in.take(',');
    in.skip_blanks();
  };
  const auto take_day = [&](civil_date& c) {
    const auto n = in.digits();
    if (n < 1 || n > 2) return false;
    c.day = in.number(n);
    return true;
  };
  civil_date c;
  const bool day_first = in.digits() != 0;
  if (day_first && !take_day(c)) return std::nullopt;
  between();
  c.month = read_month(in);
  between();
  if (c.month == 0 || (!day_first && !take_day(c))) return std::nullopt;
  between();
  if (in.digits() != 4) return std::nullopt;
  c.year = in.number(4);
  if (!is_valid(c)) return std::nullopt;
  rest = in;
  return to_date(c);
}

/// `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD`, `MM/DD/YYYY`; the day first where the month cannot be one. The month may be a name.
inline std::optional<date> read_date(date_time_cursor& in) {
  if (const auto named = read_named_date(in, in)) return named;
  const auto n = in.digits();
  civil_date c;
  if (n == 4) {
    c.year = in.number(4);
    const char mark = in.peek();
    if ((mark != '-' && mark != '/') || !in.take(mark)) return std::nullopt;
    const auto month = in.digits();
    if (month < 1 || month > 2) return std::nullopt;
    c.month = in.number(month);
    if (!in.take(mark)) return std::nullopt;
    const auto day = in.digits();
    if (day < 1 || day > 2) return std::nullopt;
    c.day = in.number(day);
  } else if (n == 8 || n == 14) {
    c.year = in.number(4);
    c.month = in.number(2);
    c.day = in.number(2);
  } else if (n == 1 || n == 2) {
    c.month = in.number(n);
    const char mark = in.peek();
    if ((mark != '-' && mark != '/' && mark != '.') || !in.take(mark)) return std::nullopt;
    const auto day = in.digits();
    if (day < 1 || day > 2) return std::nullopt;
    c.day = in.number(day);
    if (!in.take(mark) || in.digits() != 4) return std::nullopt;
    c.year = in.number(4);
    if (c.month > 12) std::swap(c.month, c.day);
  } else {
    return std::nullopt;
  }
  if (!is_valid(c)) return std::nullopt;
  return to_date(c);
}

/// `HH:MM[:SS[.fraction]]` or `HHMM[SS]`; the fraction is cut.
inline std::optional<time_of_day> read_time(date_time_cursor& in) {
  std::int32_t h = 0, m = 0, s = 0;
  const auto n = in.digits();
  if (n == 4 || n == 6) {
    h = in.number(2);
    m = in.number(2);
    if (n == 6) s = in.number(2);
  } else if (n == 1 || n == 2) {
    h = in.number(n);
    if (!in.take(':') || in.digits() != 2) return std::nullopt;
    m = in.number(2);
    if (in.take(':')) {
      if (in.digits() != 2) return std::nullopt;
      s = in.number(2);
    }
  } else {
    return std::nullopt;
  }
  if (in.peek() == '.' || in.peek() == ',') {
    in.take(in.peek());
    if (in.digits() == 0) return std::nullopt;
    while (in.digits() > 0) in.number(1);
  }
  if (h > 23 || m > 59 || s > 59) return std::nullopt;
  return time_of_day{h * 3600 + m * 60 + s};
}

/// `Z`, `UTC`, `GMT`, `+HH`, `+HHMM`, `+HH:MM`, or nothing; seconds east of UTC.
inline std::optional<std::int32_t> read_offset(date_time_cursor& in) {
  in.skip_blanks();
  if (in.done() || in.take('Z') || in.take('z')) return 0;
  if (in.take('U')) return in.take('T') && in.take('C') ? std::optional(0) : std::nullopt;
  if (in.take('G')) return in.take('M') && in.take('T') ? std::optional(0) : std::nullopt;
  const bool west = in.take('-');
  if (!west && !in.take('+')) return std::nullopt;
  const auto n = in.digits();
  if (n != 2 && n != 4) return std::nullopt;
  const auto h = in.number(2);
  std::int32_t m = 0;
  if (n == 4) {
    m = in.number(2);
  } else if (in.take(':')) {
    if (in.digits() != 2) return std::nullopt;
    m = in.number(2);
  }
  if (h > 23 || m > 59) return std::nullopt;
  const std::int32_t east = h * 3600 + m * 60;
  return west ? -east : east;
}

inline std::optional<parsed_date_time> parse_date_time(std::string_view text) {
  date_time_cursor in(text);
  in.skip_blanks();
  parsed_date_time p;
  const bool only_time = (in.digits() == 1 || in.digits() == 2) && in.peek(in.digits()) == ':';
  if (!only_time) {
    const bool joined = in.digits() == 14;
    p.day = read_date(in);
    if (!p.day) return std::nullopt;
    if (in.done()) return p;
    const bool marked = in.take('T') || in.take('t');
    if (!marked) in.skip_blanks();
    if (in.done()) return marked ? std::nullopt : std::optional(p);
    if (!marked && !joined && in.digits() == 0) return std::nullopt;
  }
  p.time = read_time(in);
  if (!p.time) return std::nullopt;
  const auto offset = read_offset(in);
  in.skip_blanks();
  if (!offset || !in.done()) return std::nullopt;
  p.offset = *offset;
  return p;
}

/// What Eden takes for the time of a date that comes without one.
inline constexpr time_of_day missing_time{8 * 3600};

}  // namespace detail

/// Reads a date-time as a document may write it, as UTC.
///
/// Accepted besides `YYYY-MM-DDTHH:MM:SS`: zone offsets (converted), a missing zone (UTC), fractions (cut), a blank
/// for the `T`, missing seconds, the basic form without marks, `MM/DD/YYYY`, names of months. A date without a time means
/// 08:00:00 of that day. A time without a date is refused: Eden would take today's, which depends on when it is read.
/// Errors: none if it cannot be read. Source: spec/s3xml.md §6.
inline std::optional<timestamp> read_date_time(std::string_view text) {
  if (const auto exact = parse_timestamp(text)) return exact;
  const auto p = detail::parse_date_time(text);
  if (!p || !p->day) return std::nullopt;
  return at(*p->day, p->time.value_or(detail::missing_time)) - p->offset;
}

/// Reads the content of a date column: the UTC day of the moment.
inline std::optional<date> read_date(std::string_view text) {
  if (const auto exact = parse_date(text)) return exact;
  const auto t = read_date_time(text);
  return t ? std::optional(date_of(*t)) : std::nullopt;
}

/// Reads the content of a time column: the UTC time of the moment; here the date may be missing.
inline std::optional<time_of_day> read_time(std::string_view text) {
  if (const auto exact = parse_time(text)) return exact;
  const auto p = detail::parse_date_time(text);
  if (!p) return std::nullopt;
  return time_of(at(p->day.value_or(date{1}), p->time.value_or(detail::missing_time)) - p->offset);
}

}  // namespace edensync::s3xml
