#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

/// Takes one file; can be moved. Without `commit` it leaves nothing behind.
template <class W>
concept stored_file_writer = requires(W w, std::string_view piece) {
  { w.write(piece) } -> std::same_as<result<void>>;
  // The hash under which the file is to be had from now on, also after a power cut.
  { w.commit() } -> std::same_as<result<std::string>>;
};

/// Gives the bytes of one file, from its beginning; can be moved.
template <class R>
concept stored_file_reader = requires(R r, std::span<char> into) {
  // The number of bytes; 0 at the end.
  { r.read(into) } -> std::same_as<result<std::size_t>>;
};

/// Keeps the files of upload fields by what they hold: the same content is there once, under its SHA-256 in 64 lower-case
/// hexadecimal digits. Stores of sites that exchange files count the same hash.
///
/// `open` gives none for what is not there and for what is no hash; whatever was asked for may come here.
/// Errors: store_full, store_failed and their like. Nothing throws. Lifetime: writers and readers end before their store.
/// Thread safety: may be shared; writers and readers may not.
template <class S>
concept file_store = requires(S s, std::string_view hash) {
  { *s.begin() } -> stored_file_writer;
  { s.begin().error() } -> std::convertible_to<failure>;
  { **s.open(hash) } -> stored_file_reader;
  { s.open(hash).error() } -> std::convertible_to<failure>;
};

}  // namespace edensync
