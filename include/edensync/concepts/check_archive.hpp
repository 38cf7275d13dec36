#pragma once

#include <concepts>

#include "edensync/concepts/archive.hpp"

// What the compiler says to who writes the seam to a library for archives: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class R>
struct check_archive_reader {
  static_assert(
      can::be_made_with_limits<R>,
      "edensync: archive_reader needs a constructor from (const archive_limits&); see docs/concepts/archive.md");
  static_assert(can::feed_archive<R>,
                "edensync: archive_reader needs feed(string_view) -> result<void>; see docs/concepts/archive.md");
  static_assert(can::look_for_members<R>,
                "edensync: archive_reader needs finish() -> result<void>; see docs/concepts/archive.md");
  static_assert(can::open_member<R>,
                "edensync: archive_reader needs open(string_view) -> result<bool>; see docs/concepts/archive.md");
  static_assert(can::read_packed<R>,
                "edensync: archive_reader needs read(span<char>) -> result<size_t>; see docs/concepts/archive.md");
  static constexpr bool value = true;
};

template <class W>
struct check_archive_writer {
  static_assert(std::default_initializable<W>,
                "edensync: archive_writer needs a constructor without arguments; see docs/concepts/archive.md");
  static_assert(can::add_member<W>,
                "edensync: archive_writer needs add(string, member_source, timestamp) -> result<void>; see "
                "docs/concepts/archive.md");
  static_assert(can::write_archive<W>,
                "edensync: archive_writer needs finish() -> result<uint64_t>; see docs/concepts/archive.md");
  static_assert(can::read_packed<W>,
                "edensync: archive_writer needs read(span<char>) -> result<size_t>; see docs/concepts/archive.md");
  static constexpr bool value = true;
};

template <class A>
inline constexpr bool names_reader_and_writer = requires {
  typename A::reader;
  typename A::writer;
};

template <class A>
consteval bool check_archive() {
  static_assert(names_reader_and_writer<A>,
                "edensync: archive needs the aliases reader and writer; see docs/concepts/archive.md");
  if constexpr (names_reader_and_writer<A>)
    return check_archive_reader<typename A::reader>::value && check_archive_writer<typename A::writer>::value;
  return true;
}

}  // namespace edensync::detail
