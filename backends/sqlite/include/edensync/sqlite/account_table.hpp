#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/account.hpp"
#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite {

namespace detail {

inline constexpr const char* account_table_definition =
    "CREATE TABLE IF NOT EXISTS edensync_account(name TEXT PRIMARY KEY, access INTEGER NOT NULL, hash TEXT NOT NULL)"
    " WITHOUT ROWID";

inline bool has_table(connection& db, std::string_view name) {
  statement_counter executed{0};
  statement find(db.get(), "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?", executed);
  return execution(find).text(name).step();
}

// Whether the table was made once, which a setting tells: without it, its loss would look like a site of nobody.
inline bool had_accounts(connection& db) {
  if (!has_table(db, "edensync_setting")) return false;
  statement_counter executed{0};
  statement find(db.get(), "SELECT 1 FROM edensync_setting WHERE key='sqlite.accounts'", executed);
  return execution(find).step();
}

}  // namespace detail

/// The accounts of a site, each with the hash of its password, in the same file as its records.
///
/// It has a connection of its own: what one program changes, all others see at once. The table is made when it is first
/// asked for, in a file that a store has set up, and the store's settings then tell that it is there.
/// Errors: `failure_exception` as a store throws it, and with store_damaged if the table was there and is gone. Thread safety: one thread at a time.
class account_table {
 public:
  explicit account_table(const options& how) : db_(how, 256) {
    if (!detail::had_accounts(db_))
      db_.run(std::string("BEGIN IMMEDIATE; ") + detail::account_table_definition +
              "; INSERT OR IGNORE INTO edensync_setting VALUES('sqlite.accounts','1'); COMMIT");
    else if (!detail::has_table(db_, "edensync_account"))
      throw_failure(error::store_damaged, "the table edensync_account is missing");
  }

  /// An account and the hash of its password.
  struct entry {
    account who;
    std::string hash;
  };

  /// In the order of their names, without their hashes.
  std::vector<account> all() {
    statement find(db_.get(), "SELECT name,access FROM edensync_account ORDER BY name", executed_);
    execution e(find);
    std::vector<account> found;
    while (e.step()) found.push_back({e.get_string(0), level(e.get_integer(1))});
    return found;
  }

  std::optional<entry> find(std::string_view name) {
    statement look(db_.get(), "SELECT name,access,hash FROM edensync_account WHERE name=?", executed_);
    execution e(look);
    if (!e.text(name).step()) return std::nullopt;
    return entry{{e.get_string(0), level(e.get_integer(1))}, e.get_string(2)};
  }

  /// Whether it was added: false if there is one of that name.
  bool add(const entry& each) {
    statement put(db_.get(), "INSERT OR IGNORE INTO edensync_account VALUES(?,?,?) RETURNING 1", executed_);
    execution e(put);
    return done(e.text(each.who.name).integer(static_cast<int>(each.who.level)).text(each.hash));
  }

  /// Changes what is given. Whether there is such an account.
  bool change(std::string_view name, std::optional<access_level> l, const std::optional<std::string>& hash) {
    statement put(
        db_.get(),
        "UPDATE edensync_account SET access=coalesce(?,access), hash=coalesce(?,hash) WHERE name=? RETURNING 1",
        executed_);
    execution e(put);
    l ? e.integer(static_cast<int>(*l)) : e.null();
    hash ? e.text(*hash) : e.null();
    return done(e.text(name));
  }

  /// Whether there was such an account.
  bool erase(std::string_view name) {
    statement drop(db_.get(), "DELETE FROM edensync_account WHERE name=? RETURNING 1", executed_);
    execution e(drop);
    return done(e.text(name));
  }

 private:
  // To its end, where SQLite commits and says so if it cannot.
  static bool done(execution& e) {
    const bool changed = e.step();
    while (changed && e.step()) continue;
    return changed;
  }

  // A number that another version wrote gives no rights.
  static access_level level(std::int64_t n) {
    const auto l = static_cast<access_level>(n);
    return n > 0 && n <= static_cast<std::int64_t>(access_level::administer) ? l : access_level::none;
  }

  connection db_;
  statement_counter executed_{0};
};

}  // namespace edensync::sqlite
