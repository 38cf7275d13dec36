#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edensync/sqlite/ledger_tables.hpp"
#include "edensync/sqlite/session.hpp"

/// The one row of edensync_state: what a store knows about all of its records.
namespace edensync::sqlite::detail {

/// Whether it is there; the tables of the version before are brought to this one. Errors: store_damaged if those of
/// another version made them.
inline bool has_state(connection& db, statement_counter& executed) {
  statement find(db.get(), "SELECT layout FROM edensync_state", executed);
  execution e(find);
  if (!e.step()) return false;
  const auto layout = e.get_integer(0);
  if (layout == layout_version) return true;
  if (layout != layout_version - 1) throw_failure(error::store_damaged, "the tables were made by another version");
  db.run(
      "ALTER TABLE edensync_quarantine ADD COLUMN last_tried INTEGER NOT NULL DEFAULT 0;"
      "UPDATE edensync_quarantine SET last_tried=since;"
      "ALTER TABLE edensync_decision ADD COLUMN twin TEXT NOT NULL DEFAULT '';"
      "UPDATE edensync_state SET layout=" +
      std::to_string(layout_version));
  return true;
}

/// Makes it, for a store whose last change has this number and whose youngest record is of this moment.
inline void make_state(connection& db, statement_counter& executed, std::int64_t sequence,
                       const std::optional<timestamp>& youngest) {
  statement make(db.get(),
                 "INSERT INTO edensync_state VALUES(1," + std::to_string(layout_version) +
                     ",lower(hex(randomblob(16))),?,NULL,?,NULL)",
                 executed);
  execution(make).integer(sequence).moment(youngest).step();
}

}  // namespace edensync::sqlite::detail
