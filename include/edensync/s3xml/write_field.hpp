#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/core/value.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/s3xml/json_string.hpp"
#include "edensync/s3xml/output.hpp"

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

inline void put_number(output& out, std::int64_t v) {
  char* const to = out.room(24);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 24, v).ptr - to));
}

/// As Python spells it, so that `1` is `1.0`: Eden tells integers from floats by the point.
inline void put_number(output& out, double v) {
  if (std::nearbyint(v) == v && std::abs(v) < 1e15) {
    put_number(out, static_cast<std::int64_t>(v));
    out.put(".0");
    return;
  }
  char* const to = out.room(32);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 32, v, std::chars_format::general).ptr - to));
}

inline void put_time(output& out, timestamp t) {
  const auto c = to_civil(date_of(t));
  if (c.year < 0 || c.year > 9999) return out.put(std::string_view(to_text(t)));
  const auto s = time_of(t).seconds;
  char* const to = out.room(19);
  std::memcpy(to, "0000-00-00T00:00:00", 19);
  const auto two = [&](int at, std::int32_t v) {
    to[at] = static_cast<char>('0' + v / 10);
    to[at + 1] = static_cast<char>('0' + v % 10);
  };
  two(0, c.year / 100);
  two(2, c.year % 100);
  two(5, c.month);
  two(8, c.day);
  two(11, s / 3600);
  two(14, s / 60 % 60);
  two(17, s % 60);
  out.advance(19);
}

// The content of a field without a text, first as JSON for `value`, then for the eye.
inline void put_value(output& out, bool v) { out.put(v ? std::string_view("true") : std::string_view("false")); }
inline void put_value(output& out, std::int64_t v) { put_number(out, v); }
inline void put_value(output& out, double v) { put_number(out, v); }
inline void put_value(output& out, timestamp v) { put_time(out, v); }
inline void put_value(output& out, date v) { out.put(std::string_view(to_text(v))); }
inline void put_value(output& out, time_of_day v) { out.put(std::string_view(to_text(v))); }
inline void put_value(output& out, const std::vector<std::int64_t>& v) {
  out.put('[');
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (i != 0) out.put(", ");
    put_number(out, v[i]);
  }
  out.put(']');
}

template <class T>
void put_display(output& out, const T& v) {
  put_value(out, v);
}
inline void put_display(output& out, bool v) { out.put(v ? std::string_view("True") : std::string_view("False")); }
inline void put_display(output& out, const std::vector<std::int64_t>& v) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (i != 0) out.put(", ");
    put_number(out, v[i]);
  }
}

inline bool put_strings(output& out, const std::vector<std::string>& v) {
  std::string json = "[", text;
  for (const auto& e : v) {
    json += json.size() > 1 ? ", " : "";
    append_json_string(json, e);
    text.append(text.empty() ? "" : ", ").append(e);
  }
  out.put(" value=\"");
  const bool kept = put_attribute(out, json += ']');
  out.put("\">");
  return put_text(out, text) && kept;
}

/// Whether a plain text would be read back as another one, or lose blanks on its way through XML tools.
inline bool needs_value(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  return !s.empty() && (blank(s.front()) || blank(s.back()) || s.find('&') != std::string_view::npos);
}

inline bool put_json_attribute(output& out, std::string_view s) {
  out.put(" value=\"");
  bool kept = true;
  if (is_plain_json(s)) {
    out.put("&quot;");
    kept = put_attribute(out, s);
    out.put("&quot;\"");
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
    kept = put_attribute(out, json) && kept;
    out.put('"');
  }
  return kept;
}

inline bool put_string(output& out, field_type type, bool represented, const std::string& s) {
  std::string spelled_json;
  std::string_view text = s;
  if (type == field_type::json) {
    // Text only: an object in `value` is mangled by Eden (X13). `\u0026`, because a text is un-escaped twice (X2).
    if (s.find('&') != std::string::npos) {
      for (const char c : s) c == '&' ? spelled_json += "\\u0026" : spelled_json += c;
      text = spelled_json;
    }
  } else if (type == field_type::decimal) {
    out.put(" value=\"");
    put_attribute(out, s);
    out.put('"');
  } else if (represented || needs_value(s)) {
    const bool kept = put_json_attribute(out, s);
    out.put('>');
    put_text(out, s);
    return kept;
  }
  out.put('>');
  return put_text(out, text);
}

inline void put_upload_address(output& out, std::string_view head, std::string_view url, std::string_view name) {
  out.put(head);
  out.put(" url=\"");
  put_attribute(out, url);
  out.put("\" filename=\"");
  put_attribute(out, name);
  out.put("\"/>");
}

}  // namespace detail

/// Writes one `<data>` element; `head` is its tag up to the field's name, `<data field="name"`.
///
/// String and text fields: the text alone, with the same as JSON in `value` if they are `represented` or if the text would
/// be read back as another one. JSON: text alone. All others: `value` and text. References, uploads (`put_upload`), absent
/// content and fields that never travel are not written. What is not ASCII is written as UTF-8, also in `value`, where Eden writes JSON's escapes.
/// Gives false if characters had to be replaced by U+FFFD. Source: spec/s3xml.md §3, X1, X2, X6, X13.
inline bool put_data(output& out, std::string_view head, const field_descriptor& f, const value& v, null_form nulls) {
  if (f.type == field_type::password || f.type == field_type::upload || f.type == field_type::blob) return true;
  const bool string = f.type == field_type::string || f.type == field_type::text;
  if (is_absent(v) || (is_null(v) && !writes_null(f, nulls))) return true;
  out.put(head);
  if (is_null(v)) {
    out.put(string && nulls != null_form::empty ? std::string_view(" value=\"null\"/>") : std::string_view("/>"));
    return true;
  }
  bool kept = true;
  if (const auto* s = std::get_if<std::string>(&v)) {
    kept = detail::put_string(out, f.type, f.represented, *s);
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&v)) {
    kept = detail::put_strings(out, *list);
  } else {
    out.put(" value=\"");
    std::visit(
        [&](const auto& content) {
          if constexpr (requires { detail::put_value(out, content); }) detail::put_value(out, content);
          out.put("\">");
          if constexpr (requires { detail::put_value(out, content); }) detail::put_display(out, content);
        },
        v);
  }
  out.put("</data>");
  return kept;
}

/// Writes an upload field whose file is here: its address at this site, below `base`, and its name. What is still to be
/// fetched is not written. Source: spec/s3xml.md §3.3.
inline void put_upload(output& out, std::string_view head, const upload_content& u, std::string_view base) {
  if (!u.present() || base.empty()) return;
  detail::put_upload_address(out, head, std::string(base) + "/default/download/" + upload_address(u), u.name);
}

}  // namespace edensync::s3xml
