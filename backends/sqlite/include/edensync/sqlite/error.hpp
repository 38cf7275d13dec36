#pragma once

#include <sqlite3.h>

#include <string>

#include "edensync/core/result.hpp"

namespace edensync::sqlite {

/// What a result code of SQLite means to the engine: locked, full, damaged, or failed for another reason.
inline error to_error(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return error::store_locked;
    case SQLITE_FULL: return error::store_full;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return error::store_damaged;
    default: return error::store_failed;
  }
}

/// Throws the failure that a result code stands for, with SQLite's words.
[[noreturn]] inline void fail(sqlite3* db, int code) {
  throw_failure(to_error(code), std::string("SQLite: ") + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code)));
}

}  // namespace edensync::sqlite
