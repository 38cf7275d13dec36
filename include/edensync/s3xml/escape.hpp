#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "edensync/s3xml/output.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace edensync::s3xml {

namespace detail {

/// Bytes that cannot be copied as they are, in an attribute or a text of ours.
constexpr bool needs_escape(unsigned char c) {
  return c < 0x20 || c >= 0x80 || c == '&' || c == '<' || c == '>' || c == '"';
}

inline constexpr auto escape_table = [] {
  std::array<bool, 256> t{};
  for (unsigned c = 0; c < 256; ++c) t[c] = needs_escape(static_cast<unsigned char>(c));
  return t;
}();

/// Copies bytes up to the first one that cannot be copied as it is; gives where that one is, or `end`.
inline const char* copy_plain(output& out, const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(0x20), amp = _mm_set1_epi8('&'), quote = _mm_set1_epi8('"');
  const __m128i less = _mm_set1_epi8('<'), more = _mm_set1_epi8('>');
  while (end - p >= 16) {
    char* const to = out.room(16);
    const __m128i x = _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(p)));
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(to)), x);
    // Signed, so that bytes from 0x80 on are below the blank as well.
    const __m128i odd =
        _mm_or_si128(_mm_cmplt_epi8(x, blank), _mm_or_si128(_mm_cmpeq_epi8(x, amp), _mm_cmpeq_epi8(x, quote)));
    const __m128i any = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(x, less), _mm_cmpeq_epi8(x, more)));
    const int mask = _mm_movemask_epi8(any);
    const auto plain =
        mask == 0 ? std::size_t{16} : static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
    out.advance(plain);
    p += plain;
    if (mask != 0) return p;
  }
#endif
  while (p != end) {
    const auto most = std::min<std::size_t>(static_cast<std::size_t>(end - p), output::room_limit);
    char* const to = out.room(most);
    std::size_t n = 0;
    while (n != most && !escape_table[static_cast<unsigned char>(p[n])]) {
      to[n] = p[n];
      ++n;
    }
    out.advance(n);
    p += n;
    if (n != most) break;
  }
  return p;
}

/// The length of the UTF-8 sequence at `p` if it is valid and XML 1.0 can hold the character, otherwise 0.
inline std::size_t sequence_length(const char* p, const char* end) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(p[i]); };
  const auto tail = [&](int i) { return (byte(i) & 0xC0) == 0x80; };
  const auto left = end - p;
  const unsigned c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xC2) return 0;
  if (c < 0xE0) return left >= 2 && tail(1) ? 2 : 0;
  if (c < 0xF0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    const unsigned v = (c & 0x0F) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    return v < 0x800 || (v >= 0xD800 && v < 0xE000) || v >= 0xFFFE ? 0 : 3;
  }
  if (c > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  const unsigned v = (c & 0x07) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
  return v < 0x10000 || v > 0x10FFFF ? 0 : 4;
}

/// What stands in the place of a character that cannot be written: U+FFFD.
inline constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Writes with everything escaped that has a meaning; `white` says what becomes of tab, newline and return.
template <class White>
bool put_escaped(output& out, std::string_view text, White white) {
  bool kept = true;
  const char* p = text.data();
  const char* const end = p + text.size();
  while ((p = copy_plain(out, p, end)) != end) {
    const auto c = static_cast<unsigned char>(*p);
    std::size_t taken = 1;
    switch (c) {
      case '&': out.put("&amp;"); break;
      case '<': out.put("&lt;"); break;
      case '>': out.put("&gt;"); break;
      case '"': out.put("&quot;"); break;
      case '\t':
      case '\n':
      case '\r': white(static_cast<char>(c)); break;
      default:
        if (const auto n = c < 0x80 ? 0 : sequence_length(p, end)) {
          out.put(std::string_view(p, n));
          taken = n;
        } else {
          out.put(replacement);
          kept = false;
        }
    }
    p += taken;
  }
  return kept;
}

}  // namespace detail

/// Writes a text between tags.
///
/// Characters that XML 1.0 cannot hold and bytes that are not UTF-8 become U+FFFD; false says that there were some.
/// A carriage return is written as a reference, because parsers turn a plain one into a newline.
inline bool put_text(output& out, std::string_view text) {
  return detail::put_escaped(out, text, [&](char c) {
    if (c == '\r')
      out.put("&#13;");
    else
      out.put(c);
  });
}

/// Writes the value of an attribute, for between double quotes. Replaces and reports as `put_text` does.
inline bool put_attribute(output& out, std::string_view text) {
  return detail::put_escaped(out, text, [&](char c) {
    out.put(c == '\t' ? std::string_view("&#9;") : std::string_view(c == '\n' ? "&#10;" : "&#13;"));
  });
}

/// The same, appended to a string.
inline bool append_text(std::string& out, std::string_view text) {
  output o(out);
  return put_text(o, text);
}
inline bool append_attribute(std::string& out, std::string_view text) {
  output o(out);
  return put_attribute(o, text);
}

/// Decodes `&lt; &gt; &amp; &apos; &quot;` once more, in a text that the XML parser has decoded already.
///
/// Eden does so with every text that has no `value` attribute (spec/s3xml.md §3.1-3).
inline void unescape_again(std::string& text) {
  auto from = text.find('&');
  if (from == std::string::npos) return;
  struct entity {
    std::string_view name;
    char meaning;
  };
  static constexpr entity entities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&apos;", '\''}, {"&quot;", '"'}};
  auto to = from;
  const std::string_view all = text;
  while (from < text.size()) {
    char c = text[from];
    std::size_t length = 1;
    if (c == '&')
      for (const auto& e : entities)
        if (all.substr(from, e.name.size()) == e.name) {
          c = e.meaning;
          length = e.name.size();
          break;
        }
    text[to++] = c;
    from += length;
  }
  text.resize(to);
}

}  // namespace edensync::s3xml
