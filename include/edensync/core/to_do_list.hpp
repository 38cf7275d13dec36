#pragma once

#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "edensync/core/write_context.hpp"

namespace edensync {

/// An exporter's to-do list that is kept in memory; models `record_spool`. Stores with many records spill instead.
///
/// Thread safety: one thread at a time.
class to_do_list {
 public:
  /// Adds an entry unless its record was ever added; says whether it was new.
  bool add(const spool_entry& e) {
    if (!seen_.emplace(e.resource, e.record).second) return false;
    waiting_.push_back(e);
    return true;
  }

  /// Takes out the oldest entry; none if the list is empty.
  std::optional<spool_entry> next() {
    if (waiting_.empty()) return std::nullopt;
    const spool_entry e = waiting_.front();
    waiting_.pop_front();
    return e;
  }

 private:
  std::set<std::pair<resource_id, record_handle>> seen_;
  std::deque<spool_entry> waiting_;
};

}  // namespace edensync
