#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/index_parts.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite::detail {

/// What SQLite tells of a table that is to be adopted.
struct application_table {
  struct column {
    std::string name, type;
    bool not_null = false;
    std::optional<std::string> by_default;
    bool key = false, generated = false;
  };
  struct foreign_key {
    std::string from, table;
    /// Empty: the primary key of the table.
    std::string to;
    bool several = false;
  };
  /// The columns and expressions of a unique index with their collations.
  struct unique_index {
    std::vector<std::pair<std::string, std::string>> columns;
    std::vector<std::pair<index_part, std::string>> expressions{};
    bool whole = true;
  };

  std::string name;
  bool numbers_only_once = false;
  std::vector<column> columns;
  std::vector<foreign_key> foreign_keys;
  std::vector<unique_index> unique;
  /// The first columns of all indexes.
  std::vector<std::string> indexed;

  /// SQLite does not tell apart letters of ASCII in names.
  static bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
  }

  const column* find(std::string_view wanted) const {
    const auto it =
        std::find_if(columns.begin(), columns.end(), [&](const column& c) { return same_name(c.name, wanted); });
    return it == columns.end() ? nullptr : &*it;
  }

  /// Whether a unique index is on these columns and no others.
  bool is_unique(const std::vector<std::string>& wanted) const {
    return std::any_of(unique.begin(), unique.end(), [&](const unique_index& u) {
      return u.whole && u.expressions.empty() && u.columns.size() == wanted.size() &&
             std::all_of(u.columns.begin(), u.columns.end(), [&](const auto& c) {
               return std::any_of(wanted.begin(), wanted.end(),
                                  [&](const auto& each) { return same_name(c.first, each); });
             });
    });
  }

  /// Errors: bad_schema if it is no table, or one that has no triggers.
  static application_table read(connection& db, const std::string& wanted, statement_counter& executed) {
    application_table t;
    {
      statement find(db.get(),
                     "SELECT name,type,upper(sql) FROM sqlite_master WHERE name=? COLLATE NOCASE"
                     " AND type IN ('table','view')",
                     executed);
      execution e(find);
      if (!e.text(wanted).step()) throw_failure(error::bad_schema, "there is no table " + wanted);
      t.name = e.get_string(0);
      if (e.get_text(1) != "table") throw_failure(error::bad_schema, wanted + " is a view; adopt the table behind it");
      const std::string sql = e.get_string(2);
      if (sql.starts_with("CREATE VIRTUAL"))
        throw_failure(error::bad_schema, wanted + " is a virtual table, which has no triggers");
      if (t.name.starts_with("edensync_") || t.name.starts_with("sqlite_"))
        throw_failure(error::bad_schema, wanted + " is no table of an application");
      t.numbers_only_once = sql.find("AUTOINCREMENT") != std::string::npos;
    }
    statement info(db.get(), "SELECT name,type,\"notnull\",dflt_value,pk,hidden FROM pragma_table_xinfo(?)", executed);
    int keys = 0;
    {
      execution e(info);
      e.text(t.name);
      while (e.step()) {
        column c{e.get_string(0),       e.get_string(1),     e.get_integer(2) != 0, {},
                 e.get_integer(4) != 0, e.get_integer(5) > 1};
        if (!e.is_null(3)) c.by_default = e.get_string(3);
        keys += c.key;
        t.columns.push_back(std::move(c));
      }
    }
    // Each part of a key of several columns is no key.
    if (keys > 1)
      for (auto& c : t.columns) c.key = false;
    t.read_keys(db, executed);
    return t;
  }

 private:
  void read_keys(connection& db, statement_counter& executed) {
    statement keys(db.get(), "SELECT \"from\",\"table\",\"to\",seq,id FROM pragma_foreign_key_list(?)", executed);
    {
      execution e(keys);
      e.text(name);
      while (e.step()) {
        // Those with a number above 0 belong to the one before.
        if (e.get_integer(3) > 0 && !foreign_keys.empty()) foreign_keys.back().several = true;
        foreign_keys.push_back({e.get_string(0), e.get_string(1), e.get_string(2), e.get_integer(3) > 0});
      }
    }
    statement indexes(db.get(), "SELECT name,\"unique\",partial FROM pragma_index_list(?)", executed);
    statement parts(db.get(), "SELECT name,cid,coll FROM pragma_index_xinfo(?) WHERE key=1 ORDER BY seqno", executed);
    statement made(db.get(), "SELECT sql FROM sqlite_master WHERE type='index' AND name=?", executed);
    execution e(indexes);
    e.text(name);
    while (e.step()) {
      unique_index u;
      u.whole = e.get_integer(2) == 0;
      std::vector<index_part> written;
      if (execution m(made); m.text_copy(e.get_text(0)).step()) written = index_parts(m.get_text(0));
      execution p(parts);
      p.text_copy(e.get_text(0));
      for (std::size_t n = 0; p.step(); ++n) {
        if (p.get_integer(1) >= 0) {
          if (n == 0) indexed.push_back(p.get_string(0));
          u.columns.emplace_back(p.get_string(0), p.get_string(2));
        } else if (n < written.size()) {
          u.expressions.emplace_back(written[n], p.get_string(2));
        }
      }
      if (e.get_integer(1) != 0) unique.push_back(std::move(u));
    }
  }
};

}  // namespace edensync::sqlite::detail
