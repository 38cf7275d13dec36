#pragma once

#include <charconv>
#include <utility>

#include "edensync/core/change_query.hpp"
#include "edensync/core/sync_task.hpp"

namespace edensync {

/// How far the changes made here were sent, as a watermark of `direction::push` notes it: the change up to which
/// everything was, and the one up to which of what follows the masters were. 0: none.
inline std::pair<sequence_number, sequence_number> push_place(const watermark& w) {
  std::pair<sequence_number, sequence_number> n{0, 0};
  const auto* end = w.cursor.data() + w.cursor.size();
  const auto* blank = std::from_chars(w.cursor.data(), end, n.first).ptr;
  if (blank != end) std::from_chars(blank + 1, end, n.second);
  return n;
}

}  // namespace edensync
