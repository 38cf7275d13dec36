#pragma once

#include <sqlite3.h>

#include <cerrno>
#include <string>
#include <utility>

#include "edensync/core/result.hpp"

namespace edensync::sqlite {

/// What a result code of SQLite means to the engine: locked, full, damaged, or failed for another reason.
///
/// `system`: the errno that belongs to it, if any. A full disk is SQLITE_FULL only where records are written; where SQLite
/// makes room for its log's index, for instance, it is an I/O error.
inline error to_error(int code, int system = 0) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return error::store_locked;
    case SQLITE_FULL: return error::store_full;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return error::store_damaged;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return system == ENOSPC || system == EDQUOT ? error::store_full : error::store_failed;
    default: return error::store_failed;
  }
}

/// Throws the failure that a result code stands for, with SQLite's words and the name of the file.
///
/// `path`: the file, where the connection does not know it yet.
[[noreturn]] inline void fail(sqlite3* db, int code, std::string path = {}) {
  const int system = db != nullptr ? sqlite3_system_errno(db) : 0;
  std::string words = std::string("SQLite: ") + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  if (path.empty() && db != nullptr)
    if (const char* known = sqlite3_db_filename(db, "main")) path = known;
  if (!path.empty()) words += ", file " + path;
  throw_failure(to_error(code, system), std::move(words));
}

}  // namespace edensync::sqlite
