#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "edensync/concepts/document_folder.hpp"

// What the compiler says to who writes a folder: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class R>
struct check_file_reader {
  static_assert(can::read_file<R>,
                "edensync: file_reader needs read(span<char>) -> result<size_t>; see docs/concepts/document_folder.md");
  static_assert(can::tell_state<R>,
                "edensync: file_reader needs state() -> result<folder_file>; see docs/concepts/document_folder.md");
  static constexpr bool value = true;
};

template <class W>
struct check_file_writer {
  static_assert(can::write_file<W>,
                "edensync: file_writer needs write(string_view) -> result<void>; see docs/concepts/document_folder.md");
  static_assert(can::commit_file<W>,
                "edensync: file_writer needs commit() -> result<folder_file>; see docs/concepts/document_folder.md");
  static constexpr bool value = true;
};

template <class F>
consteval bool check_files_of() {
  const auto reads = [] {
    if constexpr (can::open_file<F>)
      return check_file_reader<std::remove_cvref_t<decltype(*std::declval<F&>().open(std::string()))>>::value;
    return true;
  };
  const auto writes = [] {
    if constexpr (can::create_file<F>)
      return check_file_writer<std::remove_cvref_t<decltype(*std::declval<F&>().create(std::string()))>>::value;
    return true;
  };
  return reads() && writes();
}

template <class F>
struct check_document_folder {
  static_assert(
      can::list_files<F>,
      "edensync: document_folder needs list() -> result<vector<folder_file>>; see docs/concepts/document_folder.md");
  static_assert(
      can::open_file<F>,
      "edensync: document_folder needs open(string) -> result<file_reader>; see docs/concepts/document_folder.md");
  static_assert(
      can::create_file<F>,
      "edensync: document_folder needs create(string) -> result<file_writer>; see docs/concepts/document_folder.md");
  static_assert(can::remove_file<F>,
                "edensync: document_folder needs remove(string) -> result<void>; see docs/concepts/document_folder.md");
  static constexpr bool value = check_files_of<F>();
};

}  // namespace edensync::detail
