#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/adopted_resource.hpp"
#include "edensync/sqlite/connection.hpp"
#include "edensync/sqlite/quoted.hpp"
#include "edensync/sqlite/statement.hpp"

namespace edensync::sqlite {

/// The columns that every table of records has beside its fields, in the order in which they are read.
inline constexpr std::array<std::string_view, 14> record_columns{
    "id",         "uuid",        "mci",           "created_on",     "modified_on",   "deleted",     "replaced_by",
    "created_by", "modified_by", "owned_by_user", "owned_by_group", "sync_sequence", "sync_origin", "sync_written"};

/// The type of a field's column.
inline std::string_view column_type(field_type t) {
  switch (t) {
    case field_type::integer:
    case field_type::bigint:
    case field_type::boolean:
    case field_type::reference: return "INTEGER";
    case field_type::floating: return "REAL";
    case field_type::blob: return "BLOB";
    default: return "TEXT";
  }
}

/// The column beside a reference that may lead to several tables: it holds the name of the one that it leads to.
inline std::string named_column(std::string_view field) { return std::string(field) + "_of"; }

/// The texts of the statements for one resource, made once per store.
struct table_layout {
  /// The table, or the view of an adopted one.
  std::string table;
  /// Set if records stand in a table of the application.
  std::optional<adopted_resource> adopted;
  /// Reads the index of what is modified in the future; empty for a view, which can name none.
  std::string by_ahead;
  /// What `select` gives of a record.
  std::string columns;
  std::string find;
  /// What `find` selects, and what a document could change.
  std::string find_version;
  /// Ends with WHERE and a blank.
  std::string select;
  std::string insert;
  std::vector<std::string> fields;
  /// By field: the column with the name of the table that a reference leads to, where it may lead to several.
  std::vector<std::string> named;
  /// By field: the place of that column behind those of all fields.
  std::vector<int> named_place;

  /// Errors: bad_schema if a field has the name of a column that another one needs.
  explicit table_layout(const resource_schema& r, const adopted_resources& elsewhere = {})
      : table(quoted_name(r.name())) {
    if (const auto it = elsewhere.find(r.name()); it != elsewhere.end()) {
      adopted = it->second;
      table = quoted_name(adopted->view());
    } else {
      by_ahead = " INDEXED BY " + quoted_name(std::string(r.name()) + "_sync_ahead");
    }
    std::string marks;
    for (const std::string_view c : record_columns) columns += (columns.empty() ? "" : ",") + std::string(c);
    std::string given = columns.substr(columns.find(',') + 1) + ",sync_ahead";
    for (std::size_t i = 0; i < record_columns.size(); ++i) marks += i == 0 ? "?" : ",?";
    for (const auto& f : r.fields()) {
      fields.push_back(quoted_name(f.name));
      columns += ',' + fields.back();
      given += ',' + fields.back();
      marks += ",?";
    }
    std::string beside;
    int places = 0;
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      const bool several = r.targets(i).size() > 1;
      named.push_back(several ? quoted_name(named_column(r.field(i).name)) : std::string());
      named_place.push_back(several ? places++ : -1);
      if (!several) continue;
      if (r.find_field(named_column(r.field(i).name)))
        throw_failure(error::bad_schema, std::string(r.name()) + " cannot have a field " +
                                             named_column(r.field(i).name) + " beside " + std::string(r.field(i).name));
      beside += ',' + named.back();
      marks += ",?";
    }
    columns += beside;
    given += beside;
    const std::string from = " FROM " + table + " WHERE ";
    find = "SELECT id,modified_on,mci,deleted,sync_sequence,sync_origin" + from;
    find_version = "SELECT id,modified_on,mci,deleted,sync_sequence,sync_origin,created_on,replaced_by";
    for (const auto& f : fields) find_version += ',' + f;
    find_version += beside + from;
    select = "SELECT " + columns + from;
    insert = "INSERT INTO " + table + "(" + given + ") VALUES(" + marks + ")";
  }
};

/// What a table has besides what its resource says, because it was made for another version of it.
struct table_past {
  /// By field: records up to this number may lack its content although it is mandatory; 0: none.
  std::map<std::uint32_t, std::int64_t> incomplete;
  /// Columns of fields that are described no more, as SQL defines them.
  std::vector<std::string> columns;
};

/// The columns beside the fields, as SQL defines them.
inline constexpr std::string_view record_column_definitions =
    "id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, mci INTEGER, created_on TEXT, modified_on TEXT,"
    " deleted INTEGER NOT NULL DEFAULT 0, replaced_by TEXT, created_by TEXT, modified_by TEXT,"
    " owned_by_user TEXT, owned_by_group TEXT, sync_sequence INTEGER NOT NULL, sync_ahead TEXT,"
    " sync_origin INTEGER NOT NULL DEFAULT 0, sync_written INTEGER";

/// The statement that creates the table of a resource, under a name of its own if need be.
///
/// `elsewhere`: what is adopted. A reference to such a record leads to the table beside, where deleted ones stay.
inline std::string table_definition(const schema& all, const resource_schema& r, std::string_view name,
                                    const adopted_resources& elsewhere = {}, const table_past& past = {}) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + quoted_name(name) + "(" + std::string(record_column_definitions);
  for (const auto& c : past.columns) sql += ", " + c;
  for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
    const field_descriptor& f = r.field(i);
    const std::string column = quoted_name(f.name);
    sql += ", " + column + ' ' + std::string(column_type(f.type));
    if (r.targets(i).size() > 1)
      sql += ", " + quoted_name(named_column(f.name)) + " TEXT";
    else if (f.type == field_type::reference && r.target(i) != no_resource) {
      const auto target = all[r.target(i)].name();
      const auto it = elsewhere.find(target);
      sql += " REFERENCES " + (it == elsewhere.end() ? quoted_name(target) + "(id)"
                                                     : quoted_name(it->second.beside()) + "(id) ON UPDATE CASCADE");
    }
    // A deleted record may have lost its content, so NOT NULL would say too much.
    if (!f.mandatory) continue;
    sql += " CONSTRAINT " + column + " CHECK(deleted OR " + column + " IS NOT NULL";
    if (const auto it = past.incomplete.find(i); it != past.incomplete.end())
      sql += " OR id<=" + std::to_string(it->second);
    sql += ")";
  }
  return sql + ")";
}

/// Creates the indexes of the table of a resource where they are missing.
inline void create_indexes(connection& db, const resource_schema& r) {
  const std::string table = quoted_name(r.name());
  const auto index = [&](std::string_view suffix) {
    return quoted_name(std::string(r.name()) + "_" + std::string(suffix));
  };
  std::string sql = "CREATE INDEX IF NOT EXISTS " + index("sync_sequence") + " ON " + table +
                    "(sync_sequence); CREATE INDEX IF NOT EXISTS " + index("sync_ahead") + " ON " + table +
                    "(sync_sequence, sync_ahead) WHERE sync_ahead IS NOT NULL;";
  for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
    const field_descriptor& f = r.field(i);
    std::string columns = quoted_name(f.name);
    if (r.targets(i).size() > 1) columns += ", " + quoted_name(named_column(f.name));
    if (f.unique)
      sql += "CREATE UNIQUE INDEX IF NOT EXISTS " + index(f.name) + " ON " + table + "(" + columns +
             ") WHERE deleted=0; CREATE INDEX IF NOT EXISTS " + index(std::string(f.name) + "_deleted") + " ON " +
             table + "(" + columns + ") WHERE deleted<>0;";
    const bool key =
        std::any_of(r.masters().begin(), r.masters().end(), [i](const auto& m) { return m.key_field == i; });
    if (!f.unique && (key || r.hierarchy() == i))
      sql += "CREATE INDEX IF NOT EXISTS " + index(f.name) + " ON " + table + "(" + columns + ");";
  }
  db.run(sql);
}

/// Creates the table of a resource and its indexes where they are missing.
inline void create_table(connection& db, const schema& all, const resource_schema& r,
                         const adopted_resources& elsewhere = {}) {
  db.run(table_definition(all, r, r.name(), elsewhere));
  create_indexes(db, r);
}

/// Fails with bad_schema if an adopted table has not the triggers without which changes to it are not noticed.
inline void check_triggers(connection& db, const adopted_resource& a, statement_counter& executed) {
  statement count(db.get(), "SELECT count(*) FROM sqlite_master WHERE type='trigger' AND name IN (?,?,?)", executed);
  execution e(count);
  for (const char* suffix : {"_inserted", "_updated", "_removed"}) e.text_copy(a.view() + suffix);
  if (e.step(); e.get_integer(0) != 3)
    throw_failure(error::bad_schema, "the table " + a.table + " was made anew, or let go; it must be adopted again");
}

/// Fails with bad_schema if a table lacks a column, or a field has the name of one that records have anyway.
inline void check_table(connection& db, const resource_schema& r, statement_counter& executed,
                        const adopted_resources& elsewhere = {}) {
  const auto adopted = elsewhere.find(r.name());
  if (adopted != elsewhere.end()) check_triggers(db, adopted->second, executed);
  std::vector<std::string> there;
  {
    statement info(db.get(), "SELECT name FROM pragma_table_info(?)", executed);
    execution e(info);
    e.text_copy(adopted == elsewhere.end() ? r.name() : adopted->second.view());
    while (e.step()) there.push_back(e.get_string(0));
  }
  const auto need = [&](std::string_view column) {
    if (std::find(there.begin(), there.end(), column) == there.end())
      throw_failure(error::bad_schema, "the table " + std::string(r.name()) + " has no column " + std::string(column));
  };
  for (const std::string_view c : record_columns) need(c);
  need("sync_ahead");
  for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
    const field_descriptor& f = r.field(i);
    need(f.name);
    if (r.targets(i).size() > 1) need(named_column(f.name));
    if (f.name == "sync_ahead" ||
        std::find(record_columns.begin(), record_columns.end(), f.name) != record_columns.end())
      throw_failure(error::bad_schema, std::string(r.name()) + " cannot have a field " + std::string(f.name));
  }
}

}  // namespace edensync::sqlite
