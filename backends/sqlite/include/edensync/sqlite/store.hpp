#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "edensync/sqlite/transaction.hpp"

namespace edensync::sqlite {

/// A state of the database; models `record_reader` and `ledger_reader`. Made by `store`.
///
/// Lifetime: may outlive its store. As long as it is open, the write-ahead log keeps what it shows.
/// Thread safety: one thread at a time.
class snapshot : public ledger_view, public record_view {
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
      : state_view(std::move(session), std::move(state)), core_(std::move(c)) {}

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
    core_->turns.enter(core_->busy_timeout());
    return begin_entered(w, core_->busy_timeout());
  }

  /// The same without waiting: none while another transaction is open, in this program or in another.
  std::optional<transaction> try_begin(const write_context& w) {
    if (!core_->turns.try_enter()) return std::nullopt;
    try {
      return begin_entered(w, std::chrono::milliseconds(0));
    } catch (const failure_exception& e) {
      if (e.why().code == error::store_locked) return std::nullopt;
      throw;
    }
  }

  /// Fails with store_damaged if the file was removed, replaced, overwritten or cut since it was opened, which those who
  /// read need not notice by themselves.
  void check_place() { core_->check_place(); }

  /// Whether a writer of this program waits for an open transaction to end.
  bool contended() const { return core_->turns.contended(); }

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

  transaction begin_entered(const write_context& w, std::chrono::milliseconds wait) {
    std::unique_ptr<detail::session> session;
    try {
      session = core_->take_writer();
      // For the beginning only: whoever has begun meets nobody else any more.
      session->db.set_busy_timeout(wait);
      auto state = session->begin("BEGIN IMMEDIATE");
      session->db.set_busy_timeout(core_->busy_timeout());
      return {core_, std::move(session), std::move(state), w};
    } catch (...) {
      if (session != nullptr) {
        session->end("ROLLBACK");
        session->db.set_busy_timeout(core_->busy_timeout());
        core_->give_back_writer(std::move(session));
      }
      core_->turns.leave();
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
