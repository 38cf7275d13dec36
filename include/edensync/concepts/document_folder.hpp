#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"

namespace edensync {

/// A file of a folder as it is listed. Two files with the same name, size and time are the same content.
struct folder_file {
  std::string name{};
  std::uint64_t bytes = 0;
  /// When it was last written, in any unit that orders: nanoseconds since 1970 on disks.
  std::int64_t written = 0;

  friend bool operator==(const folder_file&, const folder_file&) = default;
};

namespace can {

// The number of bytes; 0 at the end.
template <class R>
concept read_file = requires(R r, std::span<char> into) {
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};
// What the folder would list for it now, without its name: differs from before if somebody writes into it.
template <class R>
concept tell_state = requires(R r) {
  { r.state() } -> std::same_as<result<folder_file>>;
};
template <class W>
concept write_file = requires(W w, std::string_view piece) {
  { w.write(piece) } -> std::same_as<result<void>>;
};
// Gives it its name, replacing a file of that name at once; it then outlives a power cut. Gives what `list` will tell.
template <class W>
concept commit_file = requires(W w) {
  { w.commit() } -> std::same_as<result<folder_file>>;
};
template <class F>
concept list_files = requires(F f) {
  { f.list() } -> std::same_as<result<std::vector<folder_file>>>;
};
template <class F>
concept open_file = requires(F f, const std::string& name) {
  *f.open(name);
};
template <class F>
concept create_file = requires(F f, const std::string& name) {
  *f.create(name);
};
template <class F>
concept remove_file = requires(F f, const std::string& name) {
  { f.remove(name) } -> std::same_as<result<void>>;
};

}  // namespace can

/// Reads one file from its beginning. It stays the file that was opened, whatever takes its name meanwhile.
template <class R>
concept file_reader = can::read_file<R> && can::tell_state<R>;

/// Writes one file that nobody sees before `commit`; without a commit it leaves nothing behind.
template <class W>
concept file_writer = can::write_file<W> && can::commit_file<W>;

/// A folder in which sites leave documents for each other: on a disk that both see, or on one that is carried.
///
/// Names are those of files in the folder itself: no other path can be named. `list` gives regular files only, in any
/// order, and none that is still being written by a `file_writer`.
/// Errors: unreachable if the folder is not there (a disk that is not plugged in), store_full, store_failed. Nothing throws.
/// Lifetime: readers and writers end before their folder. Thread safety: one thread at a time.
template <class F>
concept document_folder = can::list_files<F> && can::open_file<F> && can::create_file<F> && can::remove_file<F> &&
    requires(F f, const std::string& name) {
  { *f.open(name) } -> file_reader;
  { *f.create(name) } -> file_writer;
};

}  // namespace edensync
