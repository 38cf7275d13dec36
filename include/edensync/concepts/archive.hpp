#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// How much an archive may ask of its reader; what goes beyond is refused with `error::limit_exceeded`.
struct archive_limits {
  /// Bytes of the archive itself.
  std::uint64_t bytes = std::uint64_t{4} << 30;
  std::uint64_t members = 1000;
  /// Bytes of one member, and of all that are read, unpacked.
  std::uint64_t member_bytes = std::uint64_t{16} << 30;
  std::uint64_t all_bytes = std::uint64_t{64} << 30;
  /// How many times as long a member may be unpacked, where that is more than a mebibyte. XML comes to 5 to 50.
  std::uint64_t ratio = 250;
};

/// Gives the bytes of a member piece by piece; 0 at the end.
using member_source = std::function<result<std::size_t>(std::span<char>)>;

/// Takes an archive as it comes, then gives its members; none of them is ever in memory as a whole.
///
/// Members are found by their name only: a name is never used as a path.
/// Errors: malformed_document, limit_exceeded, store_full, store_failed. Nothing throws. Thread safety: one thread at a
/// time.
template <class R>
concept archive_reader = std::constructible_from<R, const archive_limits&> &&
    requires(R r, std::string_view piece, std::string_view name, std::span<char> into) {
  { r.feed(piece) } -> std::same_as<result<void>>;
  // There is no more: looks for the members.
  { r.finish() } -> std::same_as<result<void>>;
  // Goes to the beginning of a member; false if there is none of this name.
  { r.open(name) } -> std::same_as<result<bool>>;
  // Of the member that was opened last; 0 at its end, which is told only if the member was whole.
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};

/// Makes an archive of members that are asked for one after the other, then gives its bytes.
///
/// Errors: store_full, store_failed, and what a member's source fails with. Nothing throws. Thread safety: one thread at
/// a time.
template <class W>
concept archive_writer = std::default_initializable<W> &&
    requires(W w, std::string name, member_source source, timestamp at, std::span<char> into) {
  // The source is asked during `finish`.
  { w.add(name, source, at) } -> std::same_as<result<void>>;
  // Writes it; gives how many bytes it has.
  { w.finish() } -> std::same_as<result<std::uint64_t>>;
  { w.read(into) } -> std::same_as<result<std::size_t>>;
};

/// The seam to a library for archives, a struct that names both.
template <class A>
concept archive = archive_reader<typename A::reader> && archive_writer<typename A::writer>;

}  // namespace edensync
