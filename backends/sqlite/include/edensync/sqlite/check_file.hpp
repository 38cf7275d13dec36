#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/account_table.hpp"
#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/layout.hpp"
#include "edensync/sqlite/ledger_tables.hpp"
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

namespace detail {

// The tables that a model has and a database lacks, and, if they are wanted, the columns of those that it has.
inline void compare_tables(connection& model, connection& db, bool with_columns, std::vector<std::string>& wrong) {
  statement_counter executed{0};
  const auto columns = [&](connection& of, const std::string& table) {
    std::vector<std::string> all;
    statement info(of.get(), "SELECT name FROM pragma_table_info(?)", executed);
    execution e(info);
    e.text(table);
    while (e.step()) all.push_back(e.get_string(0));
    return all;
  };
  statement tables(model.get(), "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%'",
                   executed);
  for (execution each(tables); each.step();) {
    const auto table = each.get_string(0);
    const auto there = columns(db, table);
    if (there.empty()) wrong.push_back("the table " + table + " is missing");
    if (there.empty() || !with_columns) continue;
    for (const auto& column : columns(model, table))
      if (std::find(there.begin(), there.end(), column) == there.end())
        wrong.push_back("the table " + table + " has no column " + column);
  }
}

// This one, if it cannot be told.
inline std::int64_t layout_of(connection& db) {
  statement_counter executed{0};
  statement known(db.get(), "SELECT 1 FROM pragma_table_info('edensync_state') WHERE name='layout'", executed);
  if (execution e(known); !e.step()) return layout_version;
  statement layout(db.get(), "SELECT layout FROM edensync_state", executed);
  execution e(layout);
  return e.step() ? e.get_integer(0) : layout_version;
}

}  // namespace detail

/// What a site's database lacks of what the site keeps in it: tables of its ledger, of its records and, if there were any,
/// of its accounts, or columns of these. Empty: nothing.
///
/// To be asked before a store is opened, which would create them anew, with nothing in them. Errors: store_damaged,
/// store_locked and store_failed, thrown.
inline std::vector<std::string> check_tables(const options& how, const schema& s) {
  options nowhere;
  nowhere.path = ":memory:";
  connection model(nowhere, 1024), db(how, how.reader_cache_kib);
  const auto layout = detail::layout_of(db);
  // Whoever opens one of the layout before adds the columns that it lacks; older ones are refused as such.
  if (layout < layout_version - 1) return {};
  statement_counter executed{0};
  const auto elsewhere = find_adopted(db, executed);
  std::vector<std::string> wrong;
  model.run(ledger_tables);
  if (detail::had_accounts(db)) model.run(detail::account_table_definition);
  for (const auto& r : s) {
    if (!elsewhere.contains(r.name())) {
      create_table(model, s, r, elsewhere);
      continue;
    }
    try {
      check_table(db, r, executed, elsewhere);
    } catch (const failure_exception& e) {
      wrong.push_back(e.why().info.ours());
    }
  }
  detail::compare_tables(model, db, layout >= layout_version, wrong);
  if (!wrong.empty()) return wrong;
  statement state(db.get(), "SELECT epoch FROM edensync_state", executed);
  if (execution e(state); !e.step()) wrong.push_back("the table edensync_state is empty");
  return wrong;
}

}  // namespace edensync::sqlite
