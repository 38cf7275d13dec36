#pragma once

#include <chrono>
#include <string>

namespace edensync::sqlite {

/// How a store uses its database.
struct options {
  /// The file; it is created if it is not there. Each store needs a file of its own, `:memory:` is none.
  std::string path;
  /// How long a writer waits for another one, in this program or in another.
  std::chrono::milliseconds busy_timeout{5000};
  /// Page cache of the writer, in KiB. An import goes through the indexes in their order, so that little is enough.
  int cache_kib = 6144;
  /// Page cache of each reader that is open at once, in KiB.
  int reader_cache_kib = 2048;
  /// NORMAL: a power failure may lose the last commits, but never damages the file. FULL: it loses none.
  std::string synchronous = "NORMAL";
  /// How large the write-ahead log may grow before it is moved into the file, in pages. SQLite's own 1000 makes batches
  /// of some thousand records twice as expensive.
  int wal_autocheckpoint = 16384;
  /// How large the file may grow, in pages of 4 KiB; what goes beyond fails with store_full. 0: as the disk allows.
  int max_pages = 0;
  /// Whether missing tables, columns excepted, and indexes are created. Otherwise their lack is an error.
  bool create_tables = true;
};

}  // namespace edensync::sqlite
