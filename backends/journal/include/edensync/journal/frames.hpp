#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <zlib.h>

/// The form of a journal: a mark, then frames. A frame is the length of its content, the CRC-32 of it, and the CRC-32 of
/// these two, then the content.
namespace edensync::journal::frames {

/// What each journal begins with; the digit is the layout.
inline constexpr std::string_view mark = "edensync journal 1\n";
inline constexpr std::size_t head_size = 16;

namespace detail {

inline std::uint32_t sum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));  // NOLINT: zlib's own type of bytes
}
inline void put(std::string& to, std::uint64_t n, int bytes) {
  for (; bytes != 0; --bytes, n >>= 8U) to += static_cast<char>(n & 0xFFU);
}
inline std::uint64_t get(std::string_view from) {
  std::uint64_t n = 0;
  for (auto byte = from.rbegin(); byte != from.rend(); ++byte) n = n << 8U | static_cast<unsigned char>(*byte);
  return n;
}

}  // namespace detail

/// A frame of this content.
inline std::string make(std::string_view content) {
  std::string all;
  all.reserve(head_size + content.size());
  detail::put(all, content.size(), 8);
  detail::put(all, detail::sum(content), 4);
  detail::put(all, detail::sum(all), 4);
  return all += content;
}

/// The content of the frame that begins at `at`; none if there is no complete and sound one.
inline std::optional<std::string_view> read(std::string_view all, std::size_t at) {
  if (all.size() - at < head_size) return std::nullopt;
  const auto head = all.substr(at, head_size);
  if (detail::get(head.substr(12)) != detail::sum(head.substr(0, 12))) return std::nullopt;
  const std::uint64_t length = detail::get(head.substr(0, 8));
  if (length > all.size() - at - head_size) return std::nullopt;
  const auto content = all.substr(at + head_size, static_cast<std::size_t>(length));
  if (detail::sum(content) != detail::get(head.substr(8, 4))) return std::nullopt;
  return content;
}

/// Whether a sound frame begins anywhere behind `at`. Then what is not sound there was not the last that was written.
inline bool any_behind(std::string_view all, std::size_t at) {
  for (++at; at < all.size(); ++at)
    if (read(all, at)) return true;
  return false;
}

}  // namespace edensync::journal::frames
