#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "edensync/concepts/archive.hpp"
#include "edensync/zip/temporary_file.hpp"

namespace edensync::zip {

namespace detail {

inline std::uint64_t number_at(std::string_view bytes, std::size_t place, std::size_t width) {
  std::uint64_t n = 0;
  for (std::size_t i = width; i-- != 0;) n = n << 8U | static_cast<unsigned char>(bytes[place + i]);
  return n;
}

}  // namespace detail

/// Refuses an archive that lists more members than allowed, before a library reads its list into memory.
///
/// Every place is looked at that a reader might take for the end of the list.
/// Errors: malformed_document if there is none, limit_exceeded, store_failed.
inline result<void> check_directory(std::FILE* f, std::uint64_t size, const archive_limits& limits) {
  using detail::number_at;
  constexpr std::size_t end_size = 22, locator_size = 20, end64_size = 56;
  const auto read = [f](std::uint64_t from, std::size_t n) -> result<std::string> {
    std::string bytes(n, '\0');
    if (::fseeko(f, static_cast<off_t>(from), SEEK_SET) != 0 || std::fread(bytes.data(), 1, n, f) != n)
      return last_failure("the archive");
    return bytes;
  };
  const auto most = std::min<std::uint64_t>(size, 0x10000 + end_size + locator_size);
  const auto tail = read(size - most, static_cast<std::size_t>(most));
  if (!tail) return tail.error();
  const auto too_many = [&](std::uint64_t n) {
    return make_failure(error::limit_exceeded, "an archive of " + std::to_string(n) + " members");
  };
  bool found = false;
  for (auto at = tail->find("PK\5\6"); at != std::string::npos; at = tail->find("PK\5\6", at + 1)) {
    if (tail->size() - at < end_size) continue;
    found = true;
    const auto members = std::max(number_at(*tail, at + 8, 2), number_at(*tail, at + 10, 2));
    if (members != 0xFFFF && members > limits.members) return too_many(members);
    if (at >= locator_size && tail->compare(at - locator_size, 4, "PK\6\7") == 0) {
      const auto from = number_at(*tail, at - locator_size + 8, 8);
      if (from > size || size - from < end64_size) return make_failure(error::malformed_document, "the archive's end");
      const auto end64 = read(from, end64_size);
      if (!end64) return end64.error();
      const auto all = std::max(number_at(*end64, 24, 8), number_at(*end64, 32, 8));
      if (all > limits.members) return too_many(all);
    } else if (members == 0xFFFF && members > limits.members) {
      return too_many(members);
    }
  }
  if (!found) return make_failure(error::malformed_document, "no archive, or one that breaks off");
  return {};
}

}  // namespace edensync::zip
