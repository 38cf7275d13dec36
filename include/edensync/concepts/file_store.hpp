#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

namespace can {

template <class W>
concept write_stored = requires(W w, std::string_view piece) {
  { w.write(piece) } -> std::same_as<result<void>>;
};
// The hash under which the file is to be had from now on, also after a power cut.
template <class W>
concept commit_stored = requires(W w) {
  { w.commit() } -> std::same_as<result<std::string>>;
};
// The number of bytes; 0 at the end.
template <class R>
concept read_stored = requires(R r, std::span<char> into) {
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};
template <class S>
concept begin_file = requires(S s) {
  *s.begin();
  { s.begin().error() } -> std::convertible_to<failure>;
};
template <class S>
concept open_stored = requires(S s, std::string_view hash) {
  **s.open(hash);
  { s.open(hash).error() } -> std::convertible_to<failure>;
};

}  // namespace can

/// Takes one file; can be moved. Without `commit` it leaves nothing behind.
template <class W>
concept stored_file_writer = can::write_stored<W> && can::commit_stored<W>;

/// Gives the bytes of one file, from its beginning; can be moved.
template <class R>
concept stored_file_reader = can::read_stored<R>;

/// Keeps the files of upload fields by what they hold: the same content is there once, under its SHA-256 in 64 lower-case
/// hexadecimal digits. Stores of sites that exchange files count the same hash.
///
/// `open` gives none for what is not there and for what is no hash; whatever was asked for may come here.
/// Errors: store_full, store_failed and their like. Nothing throws. Lifetime: writers and readers end before their store.
/// Thread safety: may be shared; writers and readers may not.
template <class S>
concept file_store = can::begin_file<S> && can::open_stored<S> && requires(S s, std::string_view hash) {
  { *s.begin() } -> stored_file_writer;
  { **s.open(hash) } -> stored_file_reader;
};

}  // namespace edensync
