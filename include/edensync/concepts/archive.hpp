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

namespace can {

template <class R>
concept be_made_with_limits = std::constructible_from<R, const archive_limits&>;
template <class R>
concept feed_archive = requires(R r, std::string_view piece) {
  { r.feed(piece) } -> std::same_as<result<void>>;
};
// There is no more: looks for the members.
template <class R>
concept look_for_members = requires(R r) {
  { r.finish() } -> std::same_as<result<void>>;
};
// Goes to the beginning of a member; false if there is none of this name.
template <class R>
concept open_member = requires(R r, std::string_view name) {
  { r.open(name) } -> std::same_as<result<bool>>;
};
// The number of bytes; 0 at the end: of an archive, or of the member that was opened last, where it is told only if the
// member was whole.
template <class R>
concept read_packed = requires(R r, std::span<char> into) {
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};
// The source is asked during `finish`.
template <class W>
concept add_member = requires(W w, std::string name, member_source source, timestamp at) {
  { w.add(name, source, at) } -> std::same_as<result<void>>;
};
// Writes it; gives how many bytes it has.
template <class W>
concept write_archive = requires(W w) {
  { w.finish() } -> std::same_as<result<std::uint64_t>>;
};

}  // namespace can

/// Takes an archive as it comes, then gives its members; none of them is ever in memory as a whole.
///
/// Members are found by their name only: a name is never used as a path.
/// Errors: malformed_document, limit_exceeded, store_full, store_failed. Nothing throws. Thread safety: one thread at a
/// time.
template <class R>
concept archive_reader = can::be_made_with_limits<R> && can::feed_archive<R> && can::look_for_members<R> &&
    can::open_member<R> && can::read_packed<R>;

/// Makes an archive of members that are asked for one after the other, then gives its bytes.
///
/// Errors: store_full, store_failed, and what a member's source fails with. Nothing throws. Thread safety: one thread at
/// a time.
template <class W>
concept archive_writer =
    std::default_initializable<W> && can::add_member<W> && can::write_archive<W> && can::read_packed<W>;

/// The seam to a library for archives, a struct that names both.
template <class A>
concept archive = archive_reader<typename A::reader> && archive_writer<typename A::writer>;

}  // namespace edensync
