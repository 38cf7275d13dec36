#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "edensync/sqlite/error.hpp"
#include "edensync/sqlite/options.hpp"

namespace edensync::sqlite {

/// An open database. Thread safety: one thread at a time, which SQLite is told, too.
class connection {
 public:
  /// `wal`: whether the file is given a write-ahead log if it has none, as a store needs it.
  /// Errors: store_damaged if the file is not a database, store_failed if it cannot be opened.
  connection(const options& o, int cache_kib, bool wal = true) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(o.path.c_str(), &raw,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(raw);
    if (code != SQLITE_OK) fail(raw, code, o.path);
    sqlite3_extended_result_codes(raw, 1);
    set_up(o, cache_kib, wal);
  }

  /// Uses a database that somebody else opened, and will close after it.
  connection(sqlite3* borrowed, const options& o, int cache_kib)
      : handle_(borrowed, [](sqlite3*) { return SQLITE_OK; }) {
    set_up(o, cache_kib, true);
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
  /// or shorter than `shortest` bytes; or if its write-ahead log is not the one that is written. Gives its length. What was
  /// remembered of its pages is forgotten.
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
    // Twice: somebody may be beginning the log anew.
    if (!finds_log() && !finds_log())
      throw_failure(error::store_damaged, "its write-ahead log was removed or replaced: what it holds will be lost");
    sqlite3_db_release_memory(get());
    return size;
  }

  /// Whether a page of the file itself holds a text, whatever the write-ahead log has in its place.
  bool holds_in_place(std::int64_t page, std::int64_t page_size, std::string_view text) {
    sqlite3_file* file = nullptr;
    std::string content(static_cast<std::size_t>(page_size), '\0');
    return sqlite3_file_control(get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
           file->pMethods->xRead(file, content.data(), static_cast<int>(page_size), (page - 1) * page_size) ==
               SQLITE_OK &&
           content.find(text) != std::string::npos;
  }

  /// Whether a transaction is open. SQLite ends one by itself if it cannot go on.
  bool in_transaction() const { return sqlite3_get_autocommit(get()) == 0; }

 private:
  // Whether the log in its place begins as the one that is open; true if there is none. Nobody locks it, so it may be opened
  // once more.
  bool finds_log() const {
    constexpr std::size_t head = 32;
    sqlite3_file* log = nullptr;
    char mine[head]{}, theirs[head]{};
    if (sqlite3_file_control(get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || log == nullptr ||
        log->pMethods == nullptr)
      return true;
    std::ifstream there(sqlite3_filename_wal(sqlite3_db_filename(get(), "main")), std::ios::binary);
    if (!there) return false;
    there.read(theirs, head);
    // Short at the beginning: then both are.
    log->pMethods->xRead(log, mine, head, 0);
    return std::memcmp(mine, theirs, head) == 0;
  }

  void set_up(const options& o, int cache_kib, bool wal) {
    set_busy_timeout(o.busy_timeout);
    run((wal ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=" : "PRAGMA synchronous=") + o.synchronous +
        "; PRAGMA foreign_keys=ON; PRAGMA temp_store=FILE; PRAGMA cache_size=-" + std::to_string(cache_kib) +
        "; PRAGMA wal_autocheckpoint=" + std::to_string(o.wal_autocheckpoint));
    if (o.max_pages != 0) run("PRAGMA max_page_count=" + std::to_string(o.max_pages));
  }

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_{nullptr, &sqlite3_close_v2};
};

}  // namespace edensync::sqlite
