#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "edensync/sqlite/ledger_tables.hpp"
#include "edensync/sqlite/session.hpp"
#include "edensync/sqlite/state_row.hpp"
#include "edensync/sqlite/writers.hpp"

namespace edensync::sqlite::detail {

/// The connections of a store: one that writes, and as many as are needed that read.
///
/// Thread safety: shared; `lock_` guards the readers, `turns` the writer.
class core {
 public:
  core(options how, std::shared_ptr<const schema> resources) {
    if (how.path.empty() || how.path.starts_with(":memory:"))
      throw_failure(error::store_failed, "several connections need a file between them");
    plan_.how = std::move(how);
    plan_.resources = std::move(resources);
    set_up();
    writer_ = std::make_unique<session>(plan_, plan_.how.cache_kib, executed);
    epoch_ = writer_->begin("BEGIN").epoch;
    writer_->end("COMMIT");
    // What is only in the log yet cannot be looked for in the file.
    if (!finds_epoch(*writer_)) writer_->db.run("PRAGMA wal_checkpoint");
    finds_epoch(*writer_);
    longest_ = writer_->db.check_place(0);
  }

  const schema& resources() const { return *plan_.resources; }

  /// How long a writer waits for other programs.
  std::chrono::milliseconds busy_timeout() const { return plan_.how.busy_timeout; }

  /// Whose turn it is to write.
  writers turns;

  /// The writer's connection. Only for whose turn it is.
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
      // The log may still have what the file has not any more.
      if (epoch != epoch_ || (epoch_page_ != 0 && !finds_epoch(*s)))
        throw_failure(error::store_damaged, "its file is that of another site");
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
  void set_up() {
    connection db(plan_.how, plan_.how.cache_kib);
    db.run("BEGIN IMMEDIATE");
    try {
      const auto elsewhere = find_adopted(db, executed);
      for (const auto& r : *plan_.resources) plan_.tables.emplace_back(r, elsewhere);
      if (plan_.how.create_tables) {
        db.run(ledger_tables);
        for (const auto& r : *plan_.resources)
          if (!elsewhere.contains(r.name())) create_table(db, *plan_.resources, r, elsewhere);
      }
      for (const auto& r : *plan_.resources) check_table(db, r, executed, elsewhere);
      check_state(db);
      db.run("COMMIT");
    } catch (...) {
      if (db.in_transaction()) db.run("ROLLBACK");
      throw;
    }
  }

  // Whether the file itself, without its log, holds the epoch: where the log says, or where it was found last, because a
  // table may have been moved in the log and not yet in the file. Each is read twice: somebody may be writing it.
  bool finds_epoch(session& s) {
    statement where = s.prepare(
        "SELECT rootpage,(SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name='edensync_state'");
    execution e(where);
    if (!e.step()) return false;
    const auto size = e.get_integer(1);
    const std::int64_t now = e.get_integer(0), before = epoch_page_;
    for (const auto page : {now, before, now, before}) {
      if (page == 0 || !s.db.holds_in_place(page, size, epoch_)) continue;
      epoch_page_ = page;
      return true;
    }
    return false;
  }

  void check_state(connection& db) {
    if (has_state(db, executed)) return;
    // The records may have been there before: the numbers begin behind theirs.
    std::int64_t sequence = 0;
    std::optional<timestamp> youngest;
    for (const auto& t : plan_.tables) {
      statement last(db.get(), "SELECT max(sync_sequence), max(modified_on) FROM " + t.table, executed);
      execution row(last);
      row.step();
      sequence = std::max(sequence, row.get_integer(0));
      youngest = std::max(youngest, read_stamp(row.get_text(1)));
    }
    make_state(db, executed, sequence, youngest);
  }

  plan plan_;
  std::string epoch_;
  std::atomic<std::int64_t> longest_{0};     // that the file was
  std::atomic<std::int64_t> epoch_page_{0};  // of the file, in which the epoch was found last
  std::mutex lock_;
  std::unique_ptr<session> writer_;
  std::vector<std::unique_ptr<session>> readers_;
};

}  // namespace edensync::sqlite::detail
