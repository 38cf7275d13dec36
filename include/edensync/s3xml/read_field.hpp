#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/value.hpp"
#include "edensync/s3xml/date_time.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/s3xml/json_string.hpp"

namespace edensync::s3xml {

/// Where a field's content stands: in the `value` attribute, as JSON, or between the tags.
enum class text_source : std::uint8_t { value, text };

/// What is wrong with a field; empty: nothing. Lifetime: static.
using complaint = std::string_view;

namespace detail {

/// Said of every reference that cannot be taken, however it was written.
inline constexpr complaint not_a_reference = "does not refer to a record by its uuid";

/// The alternative T of a value, made if it holds another one; what it held of T before is still in it.
template <class T>
T& hold(value& v) {
  if (auto* p = std::get_if<T>(&v)) return *p;
  return v.emplace<T>();
}

inline std::string_view trim(std::string_view s) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto from = s.find_first_not_of(blanks);
  return from == std::string_view::npos ? std::string_view() : s.substr(from, s.find_last_not_of(blanks) + 1 - from);
}

template <class T>
std::optional<T> whole_number(std::string_view s) {
  if (s.size() > 1 && s[0] == '+' && s[1] != '-') s.remove_prefix(1);
  T v{};
  const auto [end, wrong] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (wrong != std::errc() || end != s.data() + s.size() || s.empty()) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(v)) return std::nullopt;
  }
  return v;
}

/// Digits with an optional sign, point and exponent.
inline bool is_decimal(std::string_view s) {
  std::size_t i = 0, digits = 0;
  const auto take_digits = [&] {
    std::size_t n = 0;
    for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i) ++n;
    return n;
  };
  if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
  digits = take_digits();
  if (i < s.size() && s[i] == '.') {
    ++i;
    digits += take_digits();
  }
  if (digits == 0) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
    if (take_digits() == 0) return false;
  }
  return i == s.size();
}

inline bool all_finite(const boost::json::value& v) {
  if (v.is_double()) return std::isfinite(v.get_double());
  if (v.is_array()) {
    for (const auto& e : v.get_array())
      if (!all_finite(e)) return false;
  } else if (v.is_object()) {
    for (const auto& e : v.get_object())
      if (!all_finite(e.value())) return false;
  }
  return true;
}

inline std::optional<boost::json::value> parse_json(std::string_view text) {
  boost::system::error_code wrong;
  auto v = boost::json::parse(text, wrong);
  if (wrong) return std::nullopt;
  return v;
}

/// A number that stands without quotes where a string should: Eden makes a number of it and a text of that.
inline void respell_number(std::string& s) {
  if (const auto i = whole_number<std::int64_t>(s); i && s[0] != '+') {
    // A leading zero is no JSON: the text stays.
    if (std::to_string(*i).size() == s.size()) s = std::to_string(*i);
    return;
  }
  const auto v = whole_number<double>(s);
  if (!v || !parse_json(s)) return;
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *v, std::chars_format::general).ptr;
  s.assign(buffer, end);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
}

inline complaint read_text(text_source from, std::string_view in, value& out) {
  if (from == text_source::value) {
    if (in == "null") {
      out = null_value{};
      return {};
    }
    auto& s = hold<std::string>(out);
    if (!in.empty() && in.front() == '"' && read_json_string(in, s)) return {};
    s.assign(in);
    if (in == "true") s = "True";
    if (in == "false") s = "False";
    if (!in.empty() && ((in[0] >= '0' && in[0] <= '9') || in[0] == '-')) respell_number(s);
    return {};
  }
  auto& s = hold<std::string>(out);
  s.assign(in);
  unescape_again(s);
  return {};
}

/// Our own writer spells `&` so in JSON, where a second un-escape could not do harm.
inline void restore_ampersands(std::string& s) {
  constexpr std::string_view spelled = "\\u0026";
  for (auto at = s.find(spelled); at != std::string::npos; at = s.find(spelled, at + 1)) {
    std::size_t before = 0;
    while (before < at && s[at - before - 1] == '\\') ++before;
    if (before % 2 == 0) s.replace(at, spelled.size(), "&");
  }
}

inline complaint read_json(text_source from, std::string_view in, value& out) {
  constexpr complaint wrong = "is not JSON";
  std::string text(in);
  // From a value attribute JSON is decoded once, so that a JSON string must hold JSON again.
  if (from == text_source::value && in.front() == '"' && !read_json_string(in, text)) return wrong;
  const auto v = parse_json(text);
  if (!v || !all_finite(*v)) return wrong;
  if (v->is_null()) {
    out = null_value{};
    return {};
  }
  restore_ampersands(text);
  out.emplace<std::string>(std::move(text));
  return {};
}

inline complaint read_strings(std::string_view in, value& out) {
  auto& list = out.emplace<std::vector<std::string>>();
  const auto v = parse_json(in);
  const auto as_text = [](const boost::json::value& e) {
    return e.is_string() ? std::string(e.get_string()) : boost::json::serialize(e);
  };
  if (!v)
    list.emplace_back(in);
  else if (!v->is_array())
    list.push_back(as_text(*v));
  else
    for (const auto& e : v->get_array()) list.push_back(as_text(e));
  return {};
}

inline complaint read_integers(std::string_view in, value& out) {
  constexpr complaint wrong = "is not a list of integers";
  auto& list = out.emplace<std::vector<std::int64_t>>();
  const auto v = parse_json(in);
  if (!v) return wrong;
  const auto add = [&](const boost::json::value& e) {
    const auto i = e.is_int64()    ? std::optional(e.get_int64())
                   : e.is_string() ? whole_number<std::int64_t>(trim(e.get_string()))
                                   : std::nullopt;
    if (i) list.push_back(*i);
    return i.has_value();
  };
  if (!v->is_array()) return add(*v) ? complaint() : wrong;
  for (const auto& e : v->get_array())
    if (!add(e)) return wrong;
  return {};
}

/// Sets the content if there is any.
template <class T>
complaint settle(value& out, const std::optional<T>& read, complaint otherwise) {
  if (!read) return otherwise;
  hold<T>(out) = *read;
  return {};
}

}  // namespace detail

/// Reads the content of a `<data>` element as its field's type says.
///
/// Follows what a real Eden was seen to make of it: JSON in `value`, an empty string for an empty string or text field,
/// null for every other empty one; a second un-escape of texts; a boolean is true unless its text begins with 0 or F.
/// Decimals and JSON keep their spelling. For a reference only an empty element is taken, as null: a local record id
/// means nothing here. Password, upload and blob fields are never read.
/// Errors: what is wrong with it; `out` is then undefined. Source: spec/s3xml.md §3.1–3.2.
inline complaint read_field(field_type type, text_source from, std::string_view in, value& out) {
  if (type == field_type::string || type == field_type::text) return detail::read_text(from, in, out);
  std::string again;
  if (from == text_source::text && in.find('&') != std::string_view::npos) {
    again = in;
    unescape_again(again);
    in = again;
  }
  in = detail::trim(in);
  if (in.empty() || in == "null") {
    out = null_value{};
    return {};
  }
  if (type == field_type::json) return detail::read_json(from, in, out);
  std::string unquoted;
  const bool bare_only = type == field_type::date || type == field_type::time || type == field_type::datetime ||
                         type == field_type::list_string || type == field_type::list_integer;
  if (in.front() == '"' && !bare_only && read_json_string(in, unquoted)) in = unquoted;
  switch (type) {
    case field_type::integer:
    case field_type::bigint: return detail::settle(out, detail::whole_number<std::int64_t>(in), "is not an integer");
    case field_type::floating: {
      auto v = detail::whole_number<double>(in);
      if (v && *v == 0) v = 0.0;  // not minus zero
      return detail::settle(out, v, "is not a number");
    }
    case field_type::decimal:
      if (!detail::is_decimal(in)) return "is not a decimal number";
      detail::hold<std::string>(out).assign(in);
      return {};
    case field_type::boolean:
      out = !in.empty() && in.front() != '0' && in.front() != 'f' && in.front() != 'F';
      return {};
    case field_type::date: return detail::settle(out, read_date(in), "is not a date");
    case field_type::time: return detail::settle(out, read_time(in), "is not a time");
    case field_type::datetime: return detail::settle(out, read_date_time(in), "is not a date and time");
    case field_type::list_string: return detail::read_strings(in, out);
    case field_type::list_integer: return detail::read_integers(in, out);
    default: return detail::not_a_reference;
  }
}

}  // namespace edensync::s3xml
