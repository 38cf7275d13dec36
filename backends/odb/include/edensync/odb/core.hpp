#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/odb/foreign_writers.hpp"
#include "edensync/odb/session.hpp"
#include "edensync/sqlite/state_row.hpp"
#include "edensync/sqlite/writers.hpp"

namespace edensync::odb::detail {

/// The connections of a store: one that writes, and as many as are needed that read.
///
/// Thread safety: shared; `lock_` guards the readers, `turns` the writer.
class core {
 public:
  core(sqlite::options how, std::shared_ptr<const schema> resources) {
    if (how.path.empty() || how.path.starts_with(":memory:"))
      throw_failure(error::store_failed, "several connections need a file between them");
    plan_.how = std::move(how);
    plan_.resources = std::move(resources);
    for (const auto& r : *plan_.resources) plan_.classes.emplace_back(r);
    db_ = open(plan_.how.path);
    writer_ = std::make_unique<session>(plan_, *db_, plan_.how.cache_kib, executed);
    set_up(*writer_);
    epoch_ = writer_->begin(false).epoch;
    writer_->end();
    longest_ = writer_->db.check_place(0);
  }

  const schema& resources() const { return *plan_.resources; }

  /// How long a writer waits for other programs.
  std::chrono::milliseconds busy_timeout() const { return plan_.how.busy_timeout; }

  /// Whose turn it is to write.
  sqlite::detail::writers turns;

  /// The writer's connection. Only for whose turn it is.
  std::unique_ptr<session> take_writer() { return std::move(writer_); }
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
    return std::make_unique<session>(plan_, *db_, plan_.how.reader_cache_kib, executed);
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
      const auto epoch = s->begin(false).epoch;
      s->end();
      if (epoch != epoch_) throw_failure(error::store_damaged, "its file is that of another site");
    } catch (...) {
      s->end();
      // Not to be opened anew: that would be whatever lies there now.
      give_back_reader(std::move(s));
      throw;
    }
    give_back_reader(std::move(s));
  }

  sqlite::statement_counter executed{0};

 private:
  static std::unique_ptr<gateway::database> open(const std::string& path) {
    try {
      return std::make_unique<gateway::database>(path);
    } catch (const gateway::database_error& e) {
      throw_failure(sqlite::to_error(e.code, errno), std::string("ODB: ") + e.what() + ", file " + path);
    }
  }

  // In one transaction, so that of several programs that open a new file together one sets it up.
  void set_up(session& s) {
    s.ask([&] { s.link().begin(true); });
    try {
      if (plan_.how.create_tables) create_tables(s);
      for (const auto& r : *plan_.resources) check_table(s, r, plan_.classes[r.id()]);
      if (!sqlite::detail::has_state(s.db, executed)) sqlite::detail::make_state(s.db, executed, 0, std::nullopt);
      s.db.run(moment_table);
      for (const auto& r : *plan_.resources) watch(s, plan_.classes[r.id()], r);
      s.commit();
    } catch (...) {
      s.end();
      throw;
    }
    s.end();
  }

  void create_tables(session& s) {
    s.db.run(sqlite::ledger_tables);
    if (!exists(s, "edensync_object")) s.ask([&] { s.link().create_schema("edensync"); });
    const auto missing = std::count_if(plan_.classes.begin(), plan_.classes.end(),
                                       [&](const auto& c) { return !exists(s, c.of->table()); });
    if (missing == 0) return;
    // The schema of an application is created as a whole, and brought to a new version by itself.
    if (missing != static_cast<std::ptrdiff_t>(plan_.classes.size()))
      throw_failure(error::bad_schema, "some tables of the persistent classes are there, and some are missing");
    s.ask([&] { s.link().create_schema(""); });
  }

  bool exists(session& s, const std::string& table) {
    auto find = s.prepare("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?");
    sqlite::execution e(find);
    return e.text(table).step();
  }

  void check_table(session& s, const resource_schema& r, class_layout& l) {
    auto info = s.prepare("SELECT name FROM pragma_table_info(?) WHERE \"notnull\"");
    sqlite::execution e(info);
    e.text(l.of->table());
    while (e.step())
      for (std::uint32_t f = 0; f < r.fields().size(); ++f)
        if (l.of->column_name(l.column[f]) == e.get_text(0)) l.never_null[f] = true;
    for (std::uint32_t f = 0; f < r.fields().size(); ++f)
      if (l.never_null[f] && !r.field(f).mandatory && l.of->columns()[l.column[f]].type != gateway::cell::kind::text)
        throw_failure(error::bad_schema, std::string(r.name()) + '.' + std::string(r.field(f).name) +
                                             " may be empty, but its member cannot be null");
    l.number_is(s.ask([&] { return s.link().number_of(std::string(r.name())); }));
  }

  plan plan_;
  std::unique_ptr<gateway::database> db_;
  std::string epoch_;
  std::atomic<std::int64_t> longest_{0};  // that the file was
  std::mutex lock_;
  std::unique_ptr<session> writer_;
  std::vector<std::unique_ptr<session>> readers_;
};

}  // namespace edensync::odb::detail
