#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "edensync/sqlite/error.hpp"
#include "edensync/sqlite/options.hpp"

namespace edensync::sqlite {

/// An open database. Thread safety: one thread at a time, which SQLite is told, too.
class connection {
 public:
  /// Errors: store_damaged if the file is not a database, store_failed if it cannot be opened.
  connection(const options& o, int cache_kib) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(o.path.c_str(), &raw,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(raw);
    if (code != SQLITE_OK) fail(raw, code, o.path);
    sqlite3_extended_result_codes(raw, 1);
    set_busy_timeout(o.busy_timeout);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=" + o.synchronous +
        "; PRAGMA foreign_keys=ON; PRAGMA temp_store=FILE; PRAGMA cache_size=-" + std::to_string(cache_kib) +
        "; PRAGMA wal_autocheckpoint=" + std::to_string(o.wal_autocheckpoint));
    if (o.max_pages != 0) run("PRAGMA max_page_count=" + std::to_string(o.max_pages));
  }

  sqlite3* get() const { return handle_.get(); }

  /// How long it waits for other connections.
  void set_busy_timeout(std::chrono::milliseconds t) { sqlite3_busy_timeout(get(), static_cast<int>(t.count())); }

  /// Executes statements that give nothing.
  void run(const std::string& sql) {
    const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(get(), code);
  }

  /// Fails with store_damaged if what lies in the file's place is not the file that was opened, or is no database any more,
  /// or shorter than `shortest` bytes. Gives its length. What was remembered of its pages is forgotten.
  std::int64_t check_place(std::int64_t shortest) {
    int moved = 0;
    sqlite3_file* file = nullptr;
    sqlite3_file_control(get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved != 0) throw_failure(error::store_damaged, "its file was removed or replaced");
    sqlite3_int64 size = 0;
    char head[16]{};
    // Through SQLite's own descriptor: to close another one would give up its locks.
    if (sqlite3_file_control(get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
        file->pMethods->xRead(file, head, sizeof head, 0) != SQLITE_OK || size < shortest ||
        std::memcmp(head, "SQLite format 3", sizeof head) != 0)
      throw_failure(error::store_damaged, "its file was overwritten or cut");
    sqlite3_db_release_memory(get());
    return size;
  }

  /// Whether a transaction is open. SQLite ends one by itself if it cannot go on.
  bool in_transaction() const { return sqlite3_get_autocommit(get()) == 0; }

 private:
  struct close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, close> handle_;
};

}  // namespace edensync::sqlite
