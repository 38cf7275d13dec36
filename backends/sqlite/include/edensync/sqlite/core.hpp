#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "edensync/sqlite/ledger_tables.hpp"
#include "edensync/sqlite/session.hpp"

namespace edensync::sqlite::detail {

/// The connections of a store: one that writes, and as many as are needed that read.
///
/// Thread safety: shared; `lock` guards what can change.
class core {
 public:
  core(options how, std::shared_ptr<const schema> resources) {
    if (how.path.empty() || how.path.starts_with(":memory:"))
      throw_failure(error::store_failed, "several connections need a file between them");
    plan_.how = std::move(how);
    plan_.resources = std::move(resources);
    for (const auto& r : *plan_.resources) plan_.tables.emplace_back(r);
    writer_ = std::make_unique<session>(plan_, plan_.how.cache_kib, executed);
    set_up(*writer_);
    epoch_ = writer_->begin("BEGIN").epoch;
    writer_->end("COMMIT");
    longest_ = writer_->db.check_place(0);
  }

  const schema& resources() const { return *plan_.resources; }

  /// Waits for its turn among the writers of this program: first come, first served, so that a long import that commits
  /// and begins again lets the others in. Errors: store_locked after the busy timeout.
  void enter() {
    std::unique_lock guard(lock_);
    const auto mine = queue_.insert(queue_.end(), 0);
    const bool in = left_.wait_for(guard, plan_.how.busy_timeout, [&] { return !writing_ && mine == queue_.begin(); });
    queue_.erase(mine);
    if (!in) {
      left_.notify_all();
      throw_failure(error::store_locked, "another transaction of this program is open");
    }
    writing_ = true;
  }

  /// The same without waiting; whether it is its turn.
  bool try_enter() {
    const std::lock_guard guard(lock_);
    if (writing_ || !queue_.empty()) return false;
    return writing_ = true;
  }

  /// How long a writer waits for other programs.
  std::chrono::milliseconds busy_timeout() const { return plan_.how.busy_timeout; }

  /// Whether somebody waits for the open transaction to end.
  bool contended() {
    const std::lock_guard guard(lock_);
    return !queue_.empty();
  }

  void leave() noexcept {
    {
      const std::lock_guard guard(lock_);
      writing_ = false;
    }
    left_.notify_all();
  }

  /// The writer's connection. Only between `enter` and `leave`.
  std::unique_ptr<session> take_writer() {
    return writer_ ? std::move(writer_) : std::make_unique<session>(plan_, plan_.how.cache_kib, executed);
  }
  void give_back_writer(std::unique_ptr<session> s) { writer_ = std::move(s); }

  std::unique_ptr<session> take_reader() {
    {
      const std::lock_guard guard(lock_);
      if (!readers_.empty()) {
        auto s = std::move(readers_.back());
        readers_.pop_back();
        return s;
      }
    }
    return std::make_unique<session>(plan_, plan_.how.reader_cache_kib, executed);
  }

  /// Keeps a few; the others are closed.
  void give_back_reader(std::unique_ptr<session> s) {
    const std::lock_guard guard(lock_);
    if (readers_.size() < 4) readers_.push_back(std::move(s));
  }

  /// Fails with store_damaged if the database is not the one that was opened: what is written to it would be lost.
  void check_place() {
    auto s = take_reader();
    try {
      longest_ = std::max<std::int64_t>(longest_, s->db.check_place(longest_));
      const auto epoch = s->begin("BEGIN").epoch;
      s->end("COMMIT");
      if (epoch != epoch_) throw_failure(error::store_damaged, "its file is that of another site");
    } catch (...) {
      s->end("ROLLBACK");
      // Not to be opened anew: that would be whatever lies there now.
      give_back_reader(std::move(s));
      throw;
    }
    give_back_reader(std::move(s));
  }

  statement_counter executed{0};

 private:
  // In one transaction, so that of several programs that open a new file together one sets it up.
  void set_up(session& s) {
    s.db.run("BEGIN IMMEDIATE");
    try {
      if (plan_.how.create_tables) {
        s.db.run(ledger_tables);
        for (const auto& r : *plan_.resources) create_table(s.db, *plan_.resources, r);
      }
      for (const auto& r : *plan_.resources) check_table(s.db, r, executed);
      check_state(s);
      s.db.run("COMMIT");
    } catch (...) {
      s.end("ROLLBACK");
      throw;
    }
  }

  void check_state(session& s) {
    statement find = s.prepare("SELECT layout FROM edensync_state");
    execution e(find);
    if (e.step()) {
      const auto layout = e.get_integer(0);
      if (layout == layout_version) return;
      if (layout != layout_version - 1) throw_failure(error::store_damaged, "the tables were made by another version");
      s.db.run(
          "ALTER TABLE edensync_quarantine ADD COLUMN last_tried INTEGER NOT NULL DEFAULT 0;"
          "UPDATE edensync_quarantine SET last_tried=since;"
          "ALTER TABLE edensync_decision ADD COLUMN twin TEXT NOT NULL DEFAULT '';"
          "UPDATE edensync_state SET layout=" +
          std::to_string(layout_version));
      return;
    }
    // The records may have been there before: the numbers begin behind theirs.
    std::int64_t sequence = 0;
    std::optional<timestamp> youngest;
    for (const auto& t : plan_.tables) {
      statement last = s.prepare("SELECT max(sync_sequence), max(modified_on) FROM " + t.table);
      execution row(last);
      row.step();
      sequence = std::max(sequence, row.get_integer(0));
      youngest = std::max(youngest, read_stamp(row.get_text(1)));
    }
    statement make = s.prepare("INSERT INTO edensync_state VALUES(1," + std::to_string(layout_version) +
                               ",lower(hex(randomblob(16))),?,NULL,?,NULL)");
    execution(make).integer(sequence).moment(youngest).step();
  }

  plan plan_;
  std::string epoch_;
  std::atomic<std::int64_t> longest_{0};  // that the file was
  std::mutex lock_;
  std::condition_variable left_;
  bool writing_ = false;
  std::list<int> queue_;  // those who wait to write, in the order in which they came
  std::unique_ptr<session> writer_;
  std::vector<std::unique_ptr<session>> readers_;
};

}  // namespace edensync::sqlite::detail
