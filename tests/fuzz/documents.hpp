#pragma once

#include <algorithm>
#include <string_view>

#include "edensync/laws/document_sample.hpp"
#include "target.hpp"

namespace edensync::fuzz {

/// A document is read the same in one piece and in small ones, and ends in records or in an error of documents.
template <class Codec>
void read_document(std::string_view document) {
  namespace codec = laws::codec;
  xml_limits limits;
  limits.text = 4096;
  const auto whole = codec::read<Codec>(document, document.size() + 1, limits);
  require(!whole.failed || whole.bad_document(), "whatever is wrong with a document is an error of documents");
  require(!whole.failed || !whole.words.empty(), "an error is told");
  for (const std::size_t size : {std::size_t{1}, std::size_t{13}}) {
    const auto pieces = codec::read<Codec>(document, size, limits);
    require(pieces.failed == whole.failed, "pieces fail if the whole fails");
    require(pieces.elements.size() == whole.elements.size(), "pieces hold what the whole holds");
    for (std::size_t i = 0; i < whole.elements.size(); ++i) codec::expect_same(whole.elements[i], pieces.elements[i]);
  }
}

}  // namespace edensync::fuzz
