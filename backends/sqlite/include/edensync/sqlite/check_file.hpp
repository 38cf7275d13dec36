#pragma once

#include <string>
#include <vector>

#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite {

/// What is wrong with a database as such: its pages and indexes, and references that lead to nothing. Empty: nothing.
///
/// Reads the whole file; others may use it meanwhile. Errors: store_damaged, store_locked and store_failed, thrown.
inline std::vector<std::string> check_file(const options& how) {
  constexpr std::size_t most = 20;
  connection db(how, how.reader_cache_kib);
  statement_counter executed{0};
  std::vector<std::string> wrong;
  {
    statement all(db.get(), "PRAGMA integrity_check(" + std::to_string(most) + ")", executed);
    for (execution e(all); e.step();)
      if (e.get_string(0) != "ok") wrong.push_back(e.get_string(0));
  }
  statement links(db.get(), "PRAGMA foreign_key_check", executed);
  for (execution e(links); wrong.size() < most && e.step();)
    wrong.push_back("a record of " + e.get_string(0) + " refers to one of " + e.get_string(2) + " that is not there");
  return wrong;
}

}  // namespace edensync::sqlite
