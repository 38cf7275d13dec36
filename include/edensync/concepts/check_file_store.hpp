#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "edensync/concepts/file_store.hpp"

// What the compiler says to who writes a store of files: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class W>
struct check_stored_file_writer {
  static_assert(
      can::write_stored<W>,
      "edensync: stored_file_writer needs write(string_view) -> result<void>; see docs/concepts/file_store.md");
  static_assert(can::commit_stored<W>,
                "edensync: stored_file_writer needs commit() -> result<string>; see docs/concepts/file_store.md");
  static constexpr bool value = true;
};

template <class R>
struct check_stored_file_reader {
  static_assert(
      can::read_stored<R>,
      "edensync: stored_file_reader needs read(span<char>) -> result<size_t>; see docs/concepts/file_store.md");
  static constexpr bool value = true;
};

template <class S>
consteval bool check_stored_files_of() {
  const auto writes = [] {
    if constexpr (can::begin_file<S>)
      return check_stored_file_writer<std::remove_cvref_t<decltype(*std::declval<S&>().begin())>>::value;
    return true;
  };
  const auto reads = [] {
    if constexpr (can::open_stored<S>)
      return check_stored_file_reader<
          std::remove_cvref_t<decltype(**std::declval<S&>().open(std::string_view()))>>::value;
    return true;
  };
  return writes() && reads();
}

template <class S>
struct check_file_store {
  static_assert(can::begin_file<S>,
                "edensync: file_store needs begin() -> result<stored_file_writer>; see docs/concepts/file_store.md");
  static_assert(can::open_stored<S>,
                "edensync: file_store needs open(string_view) -> result<optional<stored_file_reader>>; see "
                "docs/concepts/file_store.md");
  static constexpr bool value = check_stored_files_of<S>();
};

}  // namespace edensync::detail
