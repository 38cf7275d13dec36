#pragma once

#include <memory>
#include <string>

#include "edensync/sqlite/connection.hpp"

namespace edensync::sqlite {

/// Copies a database, as it is at one moment, into a new file; others may read and write it meanwhile.
///
/// Errors: store_locked, store_full and store_failed, thrown; the new file is then of no use.
inline void copy_as_it_is(const options& from, const std::string& to) {
  const connection source(from, from.reader_cache_kib);
  options how;
  how.path = to;
  connection target(how, how.cache_kib);
  target.run("PRAGMA journal_mode=DELETE");
  struct finish {
    void operator()(sqlite3_backup* b) const { sqlite3_backup_finish(b); }
  };
  const std::unique_ptr<sqlite3_backup, finish> copy(sqlite3_backup_init(target.get(), "main", source.get(), "main"));
  if (copy == nullptr) fail(target.get(), sqlite3_errcode(target.get()));
  if (const int code = sqlite3_backup_step(copy.get(), -1); code != SQLITE_DONE) fail(target.get(), code);
}

/// Copies a site's database so that the copy can be gone on from, in place of the site itself.
///
/// Its order of changes begins anew, so that who has heard of later ones asks for
/// everything again; what was pulled from edensync sites is asked for from the beginning, so that they give back what was
/// lost since; nobody holds a lease, and no run is under way.
/// Errors: store_locked, store_full and store_failed, thrown; the new file is then of no use.
inline void copy_file(const options& from, const std::string& to) {
  copy_as_it_is(from, to);
  options how;
  how.path = to;
  connection target(how, how.cache_kib);
  target.run(
      "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;"
      "UPDATE edensync_state SET epoch=lower(hex(randomblob(16)));"
      "UPDATE edensync_watermark SET cursor='' WHERE direction=0; DELETE FROM edensync_resume;"
      "DELETE FROM edensync_lease; UPDATE edensync_run SET owner='', cancel=0; COMMIT");
}

}  // namespace edensync::sqlite
