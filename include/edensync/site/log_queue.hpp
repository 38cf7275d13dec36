#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <mutex>
#include <string>
#include <utility>

#include "edensync/core/log_entry.hpp"
#include "edensync/site/unlogged_import.hpp"
#include "edensync/site/unlogged_push.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

/// Log entries on their way to the ledger: those that could not be written when they came wait here.
///
/// Of more than `limit` the oldest are dropped; the first one that is written says how many.
/// Thread safety: may be shared.
class log_queue {
 public:
  static constexpr std::size_t limit = 1000;

  struct line {
    log_entry entry;
    /// Whether the repository's last contact was at the entry's time.
    bool contact = false;
    /// The `unlogged_push` that it tells of; may be empty.
    std::string push{};
  };
  /// What was taken out to be written.
  struct batch {
    std::deque<line> lines;
    std::uint64_t lost = 0;
  };

  void add(line l) {
    const std::lock_guard guard(lock_);
    waiting_.lines.push_back(std::move(l));
    cut();
  }

  batch take() {
    const std::lock_guard guard(lock_);
    return std::exchange(waiting_, {});
  }

  /// Puts back, in front, what could not be written.
  void give_back(batch b) {
    const std::lock_guard guard(lock_);
    waiting_.lost += b.lost;
    b.lines.insert(b.lines.end(), std::make_move_iterator(waiting_.lines.begin()),
                   std::make_move_iterator(waiting_.lines.end()));
    waiting_.lines = std::move(b.lines);
    cut();
  }

  std::size_t size() const {
    const std::lock_guard guard(lock_);
    return waiting_.lines.size();
  }

  template <class Transaction>
  static void write(Transaction& t, const batch& b) {
    auto lost = b.lost;
    for (const auto& l : b.lines) {
      if (lost == 0) {
        t.add_log(l.entry);
      } else {
        auto e = l.entry;
        e.message += "\n(" + std::to_string(lost) + " earlier entries of the log could not be kept)";
        lost = 0;
        t.add_log(e);
      }
      // Whether it went well or not, this line tells what was committed.
      if (l.entry.mode == "pull/outgoing") forget_unlogged(t, l.entry.repository);
      if (!l.push.empty()) forget_unlogged_push(t, l.push);
      if (l.contact) update_repository(t, l.entry.repository, [&](repository& r) { r.last_connected = l.entry.at; });
    }
  }

 private:
  void cut() {
    while (waiting_.lines.size() > limit) {
      waiting_.lines.pop_front();
      ++waiting_.lost;
    }
  }

  mutable std::mutex lock_;
  batch waiting_;
};

}  // namespace edensync
