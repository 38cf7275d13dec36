#pragma once

#include <map>
#include <string>
#include <string_view>

#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite {

/// A resource whose records stand in a table of the application's own; see adopt.hpp.
///
/// The store reads and writes a view of that table and of the one beside it, where uuid, version and numbers are, and the
/// content of deleted records. Triggers keep the two together, so that nothing here needs to know the table.
struct adopted_resource {
  std::string resource;
  /// As it was called when it was adopted.
  std::string table;
  /// By column of the table: the field that it is.
  std::map<std::string, std::string, std::less<>> fields;

  static std::string view_of(std::string_view resource) { return "edensync_adopted_" + std::string(resource); }
  static std::string beside_of(std::string_view resource) { return "edensync_beside_" + std::string(resource); }
  std::string view() const { return view_of(resource); }
  std::string beside() const { return beside_of(resource); }
};

using adopted_resources = std::map<std::string, adopted_resource, std::less<>>;

/// What is adopted in a database, by resource. Errors: those of SQLite, thrown.
inline adopted_resources find_adopted(connection& db, statement_counter& executed) {
  adopted_resources all;
  {
    statement any(db.get(), "SELECT 1 FROM sqlite_master WHERE type='table' AND name='edensync_adopted'", executed);
    if (execution e(any); !e.step()) return all;
  }
  statement each(
      db.get(),
      "SELECT resource,application_table,f.key,f.value FROM edensync_adopted LEFT JOIN json_each(fields) AS f",
      executed);
  for (execution e(each); e.step();) {
    auto& a = all[e.get_string(0)];
    a.resource = e.get_string(0);
    a.table = e.get_string(1);
    if (!e.is_null(2)) a.fields.emplace(e.get_string(2), e.get_string(3));
  }
  return all;
}

}  // namespace edensync::sqlite
