#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/value.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/s3xml/json_string.hpp"

namespace edensync::s3xml {

/// How a field that is known to be empty is written.
enum class null_form : std::uint8_t {
  /// Not at all, as Eden does.
  omit,
  /// As an empty element. Eden empties string and text fields then and ignores the others.
  empty,
  /// The same, except that strings are told apart from empty ones by `value="null"`; for edensync peers.
  exact,
  /// The same, in mandatory fields as well.
  every,
};

/// Whether a null in this field is written at all.
inline bool writes_null(const field_descriptor& f, null_form form) {
  return form == null_form::every || (form != null_form::omit && !f.mandatory);
}

namespace detail {

inline void append_number(std::string& out, std::int64_t v) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr);
}

/// As Python spells it, so that `1` is `1.0`: Eden tells integers from floats by the point.
inline void append_number(std::string& out, double v) {
  if (std::nearbyint(v) == v && std::abs(v) < 1e15) {
    append_number(out, static_cast<std::int64_t>(v));
    out += ".0";
    return;
  }
  char buffer[32];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::general).ptr);
}

inline void append_time(std::string& out, timestamp t) {
  char buffer[19] = {0, 0, 0, 0, '-', 0, 0, '-', 0, 0, 'T', 0, 0, ':', 0, 0, ':', 0, 0};
  const auto c = to_civil(date_of(t));
  if (c.year < 0 || c.year > 9999) {
    out += to_text(t);
    return;
  }
  const auto s = time_of(t).seconds;
  const auto two = [&](int at, std::int32_t v) {
    buffer[at] = static_cast<char>('0' + v / 10);
    buffer[at + 1] = static_cast<char>('0' + v % 10);
  };
  two(0, c.year / 100);
  two(2, c.year % 100);
  two(5, c.month);
  two(8, c.day);
  two(11, s / 3600);
  two(14, s / 60 % 60);
  two(17, s % 60);
  out.append(buffer, sizeof buffer);
}

/// The content of a field without a text: as JSON in `value`, in `text` for the eye.
struct spelled {
  std::string value;
  std::string text;
};

inline spelled spell(bool v) { return v ? spelled{"true", "True"} : spelled{"false", "False"}; }
inline spelled spell(std::int64_t v) {
  spelled s;
  append_number(s.value, v);
  s.text = s.value;
  return s;
}
inline spelled spell(double v) {
  spelled s;
  append_number(s.value, v);
  s.text = s.value;
  return s;
}
template <class Time>
  requires requires(Time t) { to_text(t); }
spelled spell(Time v) { return {to_text(v), to_text(v)}; }
inline spelled spell(const std::vector<std::string>& v) {
  spelled s;
  for (const auto& e : v) {
    s.value += s.value.empty() ? "[" : ", ";
    append_json_string(s.value, e);
    s.text.append(s.text.empty() ? "" : ", ").append(e);
  }
  s.value += s.value.empty() ? "[]" : "]";
  return s;
}
inline spelled spell(const std::vector<std::int64_t>& v) {
  spelled s;
  for (const auto e : v) {
    if (!s.text.empty()) s.text += ", ";
    append_number(s.text, e);
  }
  s.value = "[" + s.text + "]";
  return s;
}

/// Whether a plain text would be read back as another one, or lose blanks on its way through XML tools.
inline bool needs_value(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  return !s.empty() && (blank(s.front()) || blank(s.back()) || s.find('&') != std::string_view::npos);
}

inline bool append_json_attribute(std::string& out, std::string_view s) {
  out += " value=\"";
  bool kept = true;
  if (is_plain_json(s)) {
    out += "&quot;";
    kept = append_attribute(out, s);
    out += "&quot;\"";
  } else {
    // What XML cannot hold must not come back through a JSON escape either: the receiver could not write it any more.
    std::string clean, json;
    for (const char c : s)
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') {
        clean += replacement;
        kept = false;
      } else {
        clean += c;
      }
    append_json_string(json, clean);
    kept = append_attribute(out, json) && kept;
    out += '"';
  }
  return kept;
}

inline bool append_string(std::string& out, field_type type, bool represented, const std::string& s) {
  std::string spelled_json;
  std::string_view text = s;
  if (type == field_type::json) {
    // Text only: an object in `value` is mangled by Eden (X13). `\u0026`, because a text is un-escaped twice (X2).
    if (s.find('&') != std::string::npos) {
      for (const char c : s) c == '&' ? spelled_json += "\\u0026" : spelled_json += c;
      text = spelled_json;
    }
  } else if (type == field_type::decimal) {
    out += " value=\"";
    append_attribute(out, s);
    out += '"';
  } else if (represented || needs_value(s)) {
    const bool kept = append_json_attribute(out, s);
    out += '>';
    append_text(out, s);
    return kept;
  }
  out += '>';
  return append_text(out, text);
}

}  // namespace detail

/// Appends one `<data>` element; `head` is its tag up to the field's name, `<data field="name"`.
///
/// String and text fields: the text alone, with the same as JSON in `value` if they are `represented` or if the text would
/// be read back as another one. JSON: text alone. All others: `value` and text. References, absent content and fields that
/// never travel are not written. What is not ASCII is written as UTF-8, also in `value`, where Eden writes `\uXXXX`.
/// Gives false if characters had to be replaced by U+FFFD. Source: spec/s3xml.md §3, X1, X2, X6, X13.
inline bool append_data(std::string& out, std::string_view head, const field_descriptor& f, const value& v,
                        null_form nulls) {
  if (f.type == field_type::password || f.type == field_type::upload || f.type == field_type::blob) return true;
  const bool string = f.type == field_type::string || f.type == field_type::text;
  if (is_absent(v) || (is_null(v) && !writes_null(f, nulls))) return true;
  out += head;
  if (is_null(v)) {
    out += string && nulls != null_form::empty ? " value=\"null\"/>" : "/>";
    return true;
  }
  bool kept = true;
  if (const auto* s = std::get_if<std::string>(&v)) {
    kept = detail::append_string(out, f.type, f.represented, *s);
  } else {
    detail::spelled both;
    std::visit(
        [&](const auto& content) {
          if constexpr (requires { detail::spell(content); }) both = detail::spell(content);
        },
        v);
    out += " value=\"";
    kept = append_attribute(out, both.value);
    out += "\">";
    append_text(out, both.text);
  }
  out += "</data>";
  return kept;
}

}  // namespace edensync::s3xml
