#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "edensync/sqlite/transaction.hpp"

namespace edensync::sqlite {

/// A state of the database; models `record_reader` and `ledger_reader`. Made by `store`.
///
/// Lifetime: may outlive its store. As long as it is open, the write-ahead log keeps what it shows.
/// Thread safety: one thread at a time.
class snapshot : public ledger_view {
 public:
  snapshot(snapshot&&) noexcept = default;
  ~snapshot() override {
    if (session_ == nullptr) return;
    session_->end("COMMIT");
    core_->give_back_reader(std::move(session_));
  }

 private:
  friend class store;
  snapshot(std::shared_ptr<detail::core> c, std::unique_ptr<detail::session> session, detail::store_state state)
      : ledger_view(std::move(session), std::move(state)), core_(std::move(c)) {}

  std::shared_ptr<detail::core> core_;
};

/// Keeps records and ledger in one SQLite file; models `record_store`.
///
/// The tables of records are the application's own: one for each resource, with the columns that README.md lists. They
/// are created if they are not there. Readers see the last commit and are never blocked; there is one writer at a time,
/// in all programs that have the file open.
/// Errors: `failure_exception` with store_locked, store_full, store_damaged or store_failed; SQLite's words tell more.
/// Thread safety: may be shared.
class store {
 public:
  /// Errors: besides the above, bad_schema if a table that is there lacks a column.
  store(options how, std::shared_ptr<const edensync::schema> resources)
      : core_(std::make_shared<detail::core>(std::move(how), std::move(resources))) {}

  /// The same with a result instead of an exception.
  static result<store> open(std::string path, std::shared_ptr<const edensync::schema> resources, options how = {}) {
    try {
      how.path = std::move(path);
      return store(std::move(how), std::move(resources));
    } catch (const failure_exception& e) {
      return e.why();
    }
  }
  static result<store> open(std::string path, const edensync::schema& resources, options how = {}) {
    return open(std::move(path), std::make_shared<const edensync::schema>(resources), std::move(how));
  }

  const edensync::schema& schema() const { return core_->resources(); }

  sqlite::snapshot snapshot() const {
    auto session = core_->take_reader();
    auto state = read(*session);
    return {core_, std::move(session), std::move(state)};
  }

  /// Waits for an open transaction only if the youngest record has not been served before.
  ///
  /// A snapshot may be served if its youngest record is noted in it: whoever commits later began after the note.
  sqlite::snapshot serve() {
    for (;;) {
      auto now = snapshot();
      if (now.state_.youngest <= now.state_.served) return now;
      note_served();
    }
  }

  transaction begin(const write_context& w) {
    core_->enter();
    std::unique_ptr<detail::session> session;
    try {
      session = core_->take_writer();
      auto state = session->begin("BEGIN IMMEDIATE");
      return {core_, std::move(session), std::move(state), w};
    } catch (...) {
      if (session != nullptr) {
        session->end("ROLLBACK");
        core_->give_back_writer(std::move(session));
      }
      core_->leave();
      throw;
    }
  }

  /// Whether a writer of this program waits for an open transaction to end.
  bool contended() const { return core_->contended(); }

  /// How many statements were executed over all connections, for those who count what a run costs.
  std::uint64_t statements() const { return core_->executed; }

 private:
  static detail::store_state read(detail::session& s) {
    try {
      return s.begin("BEGIN");
    } catch (...) {
      s.end("ROLLBACK");
      throw;
    }
  }

  void note_served() {
    auto t = begin({});
    execution(t.write("UPDATE edensync_state SET served=youngest")).step();
    t.commit();
  }

  std::shared_ptr<detail::core> core_;
};

}  // namespace edensync::sqlite
