#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace edensync::s3xml {

namespace detail {

inline constexpr auto json_plain_table = [] {
  std::array<bool, 256> t{};
  for (unsigned c = 0x20; c < 256; ++c) t[c] = c != '"' && c != '\\';
  return t;
}();

/// The first byte at or behind `p` that a JSON string cannot hold as it is, or `end`.
inline const char* find_json_escape(const char* p, const char* end) {
  while (p != end && json_plain_table[static_cast<unsigned char>(*p)]) ++p;
  return p;
}

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Four hexadecimal digits, or -1.
inline std::int32_t hex_code(const char* p, const char* end) {
  if (end - p < 4) return -1;
  std::int32_t v = 0;
  for (int i = 0; i < 4; ++i) {
    const int d = hex_digit(p[i]);
    if (d < 0) return -1;
    v = v * 16 + d;
  }
  return v;
}

inline void append_utf8(std::string& out, std::uint32_t v) {
  const auto put = [&](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (v < 0x80) {
    put(v);
  } else if (v < 0x800) {
    put(0xC0 | v >> 6);
    put(0x80 | (v & 0x3F));
  } else if (v < 0x10000) {
    put(0xE0 | v >> 12);
    put(0x80 | (v >> 6 & 0x3F));
    put(0x80 | (v & 0x3F));
  } else {
    put(0xF0 | v >> 18);
    put(0x80 | (v >> 12 & 0x3F));
    put(0x80 | (v >> 6 & 0x3F));
    put(0x80 | (v & 0x3F));
  }
}

/// Appends what the escape at `p`, behind its backslash, means; behind it, or null if it means nothing.
inline const char* append_json_escape(std::string& out, const char* p, const char* end) {
  switch (*p++) {
    case '"': out += '"'; return p;
    case '\\': out += '\\'; return p;
    case '/': out += '/'; return p;
    case 'b': out += '\b'; return p;
    case 'f': out += '\f'; return p;
    case 'n': out += '\n'; return p;
    case 'r': out += '\r'; return p;
    case 't': out += '\t'; return p;
    case 'u': break;
    default: return nullptr;
  }
  std::int32_t v = hex_code(p, end);
  if (v < 0) return nullptr;
  p += 4;
  if (v >= 0xD800 && v < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
    const std::int32_t low = hex_code(p + 2, end);
    if (low >= 0xDC00 && low < 0xE000) {
      v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
      p += 6;
    }
  }
  // Half a pair is no character; UTF-8 cannot hold it.
  if (v >= 0xD800 && v < 0xE000) v = 0xFFFD;
  append_utf8(out, static_cast<std::uint32_t>(v));
  return p;
}

}  // namespace detail

/// Reads a text that is one JSON string, quotes included, into `out`; false, with `out` undefined, if it is none.
inline bool read_json_string(std::string_view text, std::string& out) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const char* p = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  out.clear();
  for (;;) {
    const char* const stop = detail::find_json_escape(p, end);
    out.append(p, stop);
    if (stop == end) return true;
    if (*stop != '\\' || stop + 1 == end) return false;
    p = detail::append_json_escape(out, stop + 1, end);
    if (p == nullptr) return false;
  }
}

/// Whether a text can stand in a JSON string as it is.
inline bool is_plain_json(std::string_view text) {
  const char* const end = text.data() + text.size();
  return detail::find_json_escape(text.data(), end) == end;
}

/// Appends a text as a JSON string, quotes included. What is not ASCII stays as it is.
inline void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    const char* const stop = detail::find_json_escape(p, end);
    out.append(p, stop);
    if (stop == end) break;
    const auto c = static_cast<unsigned char>(*stop);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out.append("\\u00").append(1, hex[c >> 4]).append(1, hex[c & 15]);
    }
    p = stop + 1;
  }
  out += '"';
}

}  // namespace edensync::s3xml
