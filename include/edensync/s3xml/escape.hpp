#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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

/// The first byte at or behind `p` that cannot be copied as it is, or `end`.
inline const char* find_escape(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(0x20), amp = _mm_set1_epi8('&'), quote = _mm_set1_epi8('"');
  const __m128i less = _mm_set1_epi8('<'), more = _mm_set1_epi8('>');
  for (; end - p >= 16; p += 16) {
    const __m128i x = _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(p)));
    // Signed, so that bytes from 0x80 on are below the blank as well.
    const __m128i odd =
        _mm_or_si128(_mm_cmplt_epi8(x, blank), _mm_or_si128(_mm_cmpeq_epi8(x, amp), _mm_cmpeq_epi8(x, quote)));
    const __m128i any = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(x, less), _mm_cmpeq_epi8(x, more)));
    const int mask = _mm_movemask_epi8(any);
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (p != end && !escape_table[static_cast<unsigned char>(*p)]) ++p;
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

/// Appends with everything escaped that has a meaning; `white` says what becomes of tab, newline and return.
template <class White>
bool append_escaped(std::string& out, std::string_view text, White white) {
  bool kept = true;
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* run = p;
  while ((p = find_escape(p, end)) != end) {
    const auto c = static_cast<unsigned char>(*p);
    if (c >= 0x80) {
      if (const auto n = sequence_length(p, end)) {
        p += n;
        continue;
      }
    }
    out.append(run, p);
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\t':
      case '\n':
      case '\r': white(static_cast<char>(c)); break;
      default: out += replacement; kept = false;
    }
    run = ++p;
  }
  out.append(run, end);
  return kept;
}

}  // namespace detail

/// Appends a text between tags.
///
/// Characters that XML 1.0 cannot hold and bytes that are not UTF-8 become U+FFFD; false says that there were some.
/// A carriage return is written as a reference, because parsers turn a plain one into a newline.
inline bool append_text(std::string& out, std::string_view text) {
  return detail::append_escaped(out, text, [&](char c) {
    if (c == '\r')
      out += "&#13;";
    else
      out += c;
  });
}

/// Appends the value of an attribute, for between double quotes. Replaces and reports as `append_text` does.
inline bool append_attribute(std::string& out, std::string_view text) {
  return detail::append_escaped(out, text, [&](char c) { out += c == '\t' ? "&#9;" : c == '\n' ? "&#10;" : "&#13;"; });
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
