#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"
#include "edensync/log/redact.hpp"

namespace edensync {

/// Whether a root element is that of the documents that an Eden sends. It would itself read any other one as well.
inline constexpr bool is_answered_root(std::string_view root) { return root == "s3xml"; }

/// Feeds an importer and fails before the first record if the document is of another kind than expected.
///
/// Whoever reads any root takes a page, a feed or a fault message for a document without records.
/// Errors: `wrong` if `is_root` does not know the root, and what `feed` gives. Thread safety: one thread at a time.
template <class Importer, class IsRoot>
result<void> feed_document(Importer& into, std::string_view piece, const IsRoot& is_root, error wrong) {
  // A tag ends with the sign, so that nothing of what stands behind the root is fed before the root is known.
  while (into.root_name().empty() && !piece.empty()) {
    const auto n = std::min(piece.find('>'), piece.size() - 1) + 1;
    if (auto fed = into.feed(piece.substr(0, n)); !fed) return fed;
    piece.remove_prefix(n);
    const auto root = into.root_name();
    if (!root.empty() && !is_root(root))
      return failure{make_error_code(wrong), diagnostics("the root element is not <s3xml>", root)};
  }
  if (piece.empty()) return {};
  return into.feed(piece);
}

/// Whether an answer that is no document is a page: by its root element, the beginning of its text, or its type. Pure.
inline bool is_html(std::string_view root, std::string_view beginning, std::string_view content_type) {
  const auto holds = [](std::string_view text, std::string_view word) {
    return detail::find_without_case(text, word, 0) != std::string_view::npos;
  };
  const auto colon = root.find(':');
  const auto local = colon == std::string_view::npos ? root : root.substr(colon + 1);
  return (local.size() == 4 && holds(local, "html")) || holds(beginning, "<html") ||
         holds(beginning, "<!doctype html") || detail::find_without_case(content_type, "text/html", 0) == 0;
}

}  // namespace edensync
