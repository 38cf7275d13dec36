#pragma once

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edensync {

/// 128 bits that stand for a text, the same at every site: a UUID of version 5 in the nil namespace, which is a part of
/// its SHA-1.
///
/// Sums of them stand for sets, in whatever order their members come. Against chance, not against somebody who
/// looks for two texts with the same hash. Source: RFC 9562 §5.5.
struct content_hash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  content_hash& operator+=(content_hash other) {
    high += other.high;
    low += other.low;
    return *this;
  }
  friend bool operator==(content_hash, content_hash) = default;
};

inline content_hash hash_of(std::string_view text) {
  static const boost::uuids::name_generator_sha1 make(boost::uuids::uuid{});
  const auto bytes = make(text.data(), text.size());
  content_hash h;
  for (std::size_t i = 0; i < 8; ++i) {
    h.high = h.high << 8U | bytes.data[i];
    h.low = h.low << 8U | bytes.data[i + 8];
  }
  return h;
}

/// Writes it as 32 hexadecimal digits.
inline std::string to_text(content_hash h) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(32, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    out[15 - i] = digits[h.high >> (4 * i) & 15U];
    out[31 - i] = digits[h.low >> (4 * i) & 15U];
  }
  return out;
}

/// Reads it; none if the text is something else.
inline std::optional<content_hash> parse_hash(std::string_view text) {
  content_hash h;
  if (text.size() != 32) return std::nullopt;
  const auto read = [](std::string_view part, std::uint64_t& into) {
    const auto [end, wrong] = std::from_chars(part.data(), part.data() + part.size(), into, 16);
    return wrong == std::errc() && end == part.data() + part.size();
  };
  if (!read(text.substr(0, 16), h.high) || !read(text.substr(16), h.low)) return std::nullopt;
  return h;
}

}  // namespace edensync
