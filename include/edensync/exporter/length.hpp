#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"

// How long a record is, and whether a reader with limits will take it. All of it is pure.
namespace edensync {

/// Bytes of the texts of a value, or of a record.
inline std::size_t text_bytes(const value& v) {
  const auto* text = std::get_if<std::string>(&v);
  return text == nullptr ? 0 : text->size();
}
inline std::size_t text_bytes(const record& r) {
  std::size_t bytes = 0;
  for (const auto& v : r.fields) bytes += text_bytes(v);
  return bytes;
}

/// Whether a reader that takes texts and attributes of `limit` bytes takes this piece of a document. It counts texts as they
/// are behind their entities, and tags as they stand there.
inline bool has_no_text_over(std::size_t limit, std::string_view written) {
  if (written.size() / 3 > limit) return false;
  std::size_t longest = 0, piece = 0;
  bool tag = false, quoted = false;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    ++piece;
    if (tag) {
      quoted = quoted != (c == '"');
      tag = quoted || c != '>';
      if (!tag) longest = std::max(longest, std::exchange(piece, 0));
    } else if (c == '<') {
      longest = std::max(longest, std::exchange(piece, 1) - 1);
      tag = true;
    } else if (c == '&') {
      i = std::min(written.find(';', i), written.size() - 1);
    }
  }
  return std::max(longest, piece) <= limit;
}

/// The first field that is a list of more references than that.
inline std::optional<std::uint32_t> list_longer_than(std::size_t limit, const record& r) {
  for (std::uint32_t i = 0; i < r.fields.size(); ++i) {
    const auto* list = std::get_if<std::vector<reference>>(&r.fields[i]);
    if (list != nullptr && list->size() > limit) return i;
  }
  return std::nullopt;
}

/// The field with the longest text.
inline std::uint32_t longest_text(const record& r) {
  const auto shorter = [](const value& a, const value& b) { return text_bytes(a) < text_bytes(b); };
  return static_cast<std::uint32_t>(std::max_element(r.fields.begin(), r.fields.end(), shorter) - r.fields.begin());
}

}  // namespace edensync
