#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/layout.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite {

namespace detail {

/// One table that is to become what its resource says.
class table_change {
 public:
  table_change(connection& db, const schema& all, const resource_schema& r, const adopted_resources& elsewhere,
               statement_counter& executed)
      : db_(db), all_(all), r_(r), elsewhere_(elsewhere), executed_(executed) {
    statement info(db.get(), "SELECT name,type FROM pragma_table_info(?)", executed);
    execution e(info);
    e.text(r.name());
    while (e.step()) columns_.emplace(e.get_string(0), e.get_string(1));
    statement keys(db.get(), "SELECT \"from\",\"table\" FROM pragma_foreign_key_list(?)", executed);
    execution k(keys);
    k.text(r.name());
    while (k.step()) leads_to_.emplace(k.get_string(0), k.get_string(1));
  }

  /// Makes the table anew and moves the records over. Errors: bad_schema if what is there cannot stand in it.
  void rebuild() {
    table_past past;
    std::string into, from;
    const auto copy = [&](std::string_view column, const std::string& value) {
      into += (into.empty() ? "" : ",") + quoted_name(column);
      from += (from.empty() ? "" : ",") + value;
    };
    for (const auto column : record_columns) copy(column, quoted_name(column));
    copy("sync_ahead", "sync_ahead");
    auto left = columns_;
    for (const auto column : record_columns) left.erase(std::string(column));
    left.erase("sync_ahead");
    for (std::uint32_t i = 0; i < r_.fields().size(); ++i) {
      const auto& f = r_.field(i);
      const bool known = columns_.contains(f.name);
      if (known) check_content(i);
      if (f.mandatory)
        if (const auto last = number("SELECT max(id) FROM " + table() + " WHERE deleted=0" +
                                     (known ? " AND " + quoted_name(f.name) + " IS NULL" : std::string())))
          past.incomplete[i] = last;
      if (known) copy(f.name, quoted_name(f.name));
      left.erase(std::string(f.name));
      if (r_.targets(i).size() < 2) continue;
      const auto beside = named_column(f.name);
      if (columns_.contains(beside))
        copy(beside, quoted_name(beside));
      else if (const auto only = leads_to_.find(f.name); known && only != leads_to_.end())
        copy(beside, "CASE WHEN " + quoted_name(f.name) + " IS NOT NULL THEN " +
                         quoted_text(resource_of(only->second)) + " END");
      left.erase(beside);
    }
    for (const auto& [name, type] : left) {
      const auto only = leads_to_.find(name);
      past.columns.push_back(quoted_name(name) + ' ' + type +
                             (only == leads_to_.end() ? "" : " REFERENCES " + quoted_name(only->second) + "(id)"));
      copy(name, quoted_name(name));
    }
    const std::string draft = "edensync_draft";
    db_.run(table_definition(all_, r_, draft, elsewhere_, past) + "; INSERT INTO " + draft + "(" + into + ") SELECT " +
            from + " FROM " + table() + "; DROP TABLE " + table() + "; ALTER TABLE " + draft + " RENAME TO " + table());
    try {
      create_indexes(db_, r_);
    } catch (const failure_exception& e) {
      throw_failure(
          error::bad_schema,
          std::string(r_.name()) + ": records that are there share what is to be unique (" + e.why().info.ours() + ")");
    }
  }

 private:
  std::string table() const { return quoted_name(r_.name()); }

  // A reference to an adopted record leads to the table beside it.
  std::string resource_of(const std::string& table) const {
    for (const auto& [resource, adopted] : elsewhere_)
      if (adopted.beside() == table) return resource;
    return table;
  }

  std::int64_t number(const std::string& sql) {
    statement s(db_.get(), sql, executed_);
    execution e(s);
    return e.step() ? e.get_integer(0) : 0;
  }

  // What is a number of a record in one table means nothing in another, and a text is no number.
  void check_content(std::uint32_t i) {
    const auto& f = r_.field(i);
    std::string odd = quoted_name(f.name) + " IS NOT NULL";
    const bool refers = f.type == field_type::reference;
    const auto beside = named_column(f.name);
    const auto only = leads_to_.find(f.name);
    const bool several = columns_.contains(beside) && !r_.find_field(beside);
    if (refers && several) {
      std::string names;
      for (const auto t : r_.targets(i)) names += (names.empty() ? "" : ",") + quoted_text(all_[t].name());
      odd += " AND coalesce(" + quoted_name(beside) + ",'') NOT IN (" + names + ")";
    } else if (refers && only != leads_to_.end()) {
      for (const auto t : r_.targets(i))
        if (all_[t].name() == resource_of(only->second)) return;
    } else if (!refers && !several && only == leads_to_.end()) {
      if (columns_.find(f.name)->second == column_type(f.type)) return;
    }
    const auto count = number("SELECT count(*) FROM " + table() + " WHERE " + odd);
    if (count != 0)
      throw_failure(error::bad_schema,
                    std::string(r_.name()) + "." + std::string(f.name) +
                        " was of another kind, and records have content in it: " + std::to_string(count));
  }

  connection& db_;
  const schema& all_;
  const resource_schema& r_;
  const adopted_resources& elsewhere_;
  statement_counter& executed_;
  std::map<std::string, std::string, std::less<>> columns_;   // their types
  std::map<std::string, std::string, std::less<>> leads_to_;  // by column: the only table that it refers to
};

inline std::string definition_of(connection& db, std::string_view table, statement_counter& executed) {
  statement find(db.get(), "SELECT sql FROM sqlite_master WHERE tbl_name=? AND sql IS NOT NULL ORDER BY type,name",
                 executed);
  execution e(find);
  e.text(table);
  std::string all;
  while (e.step()) all.append(e.get_text(0)).append("\n");
  return all;
}

}  // namespace detail

/// Brings the tables of a database to what a schema says, all or none; what records hold stays.
///
/// Missing tables are created. A table that differs is made anew and its records moved over, which takes as long as
/// writing them: fields are added, become mandatory, unique or references to more tables, or the opposite of it. Records
/// that lack what became mandatory stay as they are; columns of fields that are described no more stay, too.
/// An adopted table is the application's: it is not touched, and must have been adopted with a schema that fits.
/// Nobody else may have the database open, because what they know of its tables is old.
/// `before_commit`: what belongs to the change, for instance a note which schema the tables are of.
/// Errors: `failure_exception` with bad_schema if records have content in a field whose kind changed, or share what is to
/// be unique; those of a store.
inline void change_layout(const options& how, const schema& s,
                          const std::function<void(connection&)>& before_commit = {}) {
  statement_counter executed{0};
  options nowhere;
  nowhere.path = ":memory:";
  connection model(nowhere, 1024);
  connection db(how, how.cache_kib);
  // Tables are dropped that others refer to; before the end everything is checked.
  db.run("PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE");
  try {
    const auto elsewhere = find_adopted(db, executed);
    for (const auto& r : s) {
      if (!elsewhere.contains(r.name())) {
        create_table(model, s, r, elsewhere);
        const auto is = detail::definition_of(db, r.name(), executed);
        if (is.empty())
          create_table(db, s, r, elsewhere);
        else if (is != detail::definition_of(model, r.name(), executed))
          detail::table_change(db, s, r, elsewhere, executed).rebuild();
      }
      check_table(db, r, executed, elsewhere);
    }
    statement check(db.get(), "SELECT \"table\" FROM pragma_foreign_key_check", executed);
    if (execution e(check); e.step())
      throw_failure(error::bad_schema, e.get_string(0) + ": records refer to what is not there");
    if (before_commit) before_commit(db);
    db.run("COMMIT");
  } catch (...) {
    if (db.in_transaction()) db.run("ROLLBACK");
    throw;
  }
}

}  // namespace edensync::sqlite
