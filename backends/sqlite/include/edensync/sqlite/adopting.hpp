#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/adopted_table.hpp"
#include "edensync/sqlite/adoption.hpp"
#include "edensync/sqlite/adoption_triggers.hpp"
#include "edensync/sqlite/ledger_tables.hpp"

namespace edensync::sqlite {

/// Whether something is done, or only told.
enum class dry_run : bool { no, yes };

/// What becomes of identities, versions and deleted records when tables are released.
enum class what_is_known : bool { forget, keep };

namespace detail {

/// Adopts tables and releases them, in one transaction.
class adopting {
 public:
  adopting(const options& how, dry_run dry) : dry_(dry), db_(existing(how), how.cache_kib, dry == dry_run::no) {}

  void adopt(const schema& s, const std::vector<adopted_table>& tables) {
    const auto before = find_adopted(db_, executed_);
    for (const auto& known : before)
      if (std::none_of(tables.begin(), tables.end(), [&](const auto& t) { return t.resource == known.first; }))
        throw_failure(error::bad_schema,
                      known.second.table + " is adopted as " + known.first + " and must be named, too");
    std::vector<adoption> all;
    all.reserve(tables.size());
    for (const auto& t : tables) {
      for (const auto& other : all)
        if (application_table::same_name(other.resource().name(), t.resource) ||
            application_table::same_name(other.there().name, t.table))
          throw_failure(error::bad_schema, t.table + " is named twice, or " + t.resource + " is");
      all.emplace_back(db_, s, t, tables, executed_);
      check_free(all.back(), before);
    }
    make_ledger();
    drop("type IN ('trigger','view') OR (type='index' AND sql IS NOT NULL)");
    for (const auto& a : all) make_beside(a);
    for (const auto& a : all) {
      make_view(a);
      for (const auto& sql : adoption_triggers(a, all).statements()) run(sql);
    }
    for (const auto& a : all) take_up(a);
  }

  void release(what_is_known known) {
    const auto before = find_adopted(db_, executed_);
    if (known == what_is_known::forget)
      for (const auto& [resource, a] : before) {
        statement holder(db_.get(),
                         "SELECT m.name FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS k"
                         " WHERE m.type='table' AND k.\"table\"=?",
                         executed_);
        execution e(holder);
        if (const std::string beside = a.beside(); e.text(beside).step())
          throw_failure(error::bad_schema, e.get_string(0) + " refers to records of " + a.table);
      }
    drop("type IN ('trigger','view') OR (type='index' AND sql IS NOT NULL)");
    if (known == what_is_known::keep || before.empty()) return;
    const bool made = number("SELECT max(made_ledger) FROM edensync_adopted") != 0;
    for (const auto& [resource, a] : before) run("DROP TABLE " + quoted_name(a.beside()));
    run("DROP TABLE edensync_adopted");
    if (!made || number("SELECT count(*) FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
                        " WHERE m.type='table' AND c.name='sync_sequence'") != 0)
      return;
    for (const auto& table : ledger()) run("DROP TABLE " + table);
  }

  /// Does the work in a transaction. What was run, as a script.
  template <class Work>
  std::string within(Work work) {
    db_.run("BEGIN IMMEDIATE");
    try {
      work(*this);
      db_.run(dry_ == dry_run::yes ? "ROLLBACK" : "COMMIT");
    } catch (...) {
      if (db_.in_transaction()) db_.run("ROLLBACK");
      throw;
    }
    return "BEGIN IMMEDIATE;\n" + script_ + "COMMIT;\n";
  }

 private:
  static const options& existing(const options& how) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(how.path, ignored))
      throw_failure(error::store_failed, "there is no database " + how.path);
    return how;
  }

  void run(const std::string& sql) {
    db_.run(sql);
    script_ += sql + ";\n";
  }

  std::int64_t number(const std::string& sql) {
    statement s(db_.get(), sql, executed_);
    execution e(s);
    return e.step() ? e.get_integer(0) : 0;
  }

  // A store's own table of the resource would be left with its records, and nobody would read them.
  void check_free(const adoption& a, const adopted_resources& before) {
    const std::string resource(a.resource().name());
    if (!before.contains(resource) &&
        number("SELECT count(*) FROM pragma_table_info(" + quoted_text(resource) + ") WHERE name='sync_sequence'") != 0)
      a.refuse("there is a table " + resource + " with records of this resource");
    for (const auto& made : {a.beside(), a.view()})
      if (!before.contains(resource) &&
          number("SELECT count(*) FROM sqlite_master WHERE name=" + quoted_text(made) + " COLLATE NOCASE") != 0)
        a.refuse("there is something called " + made + ", which was to be made for it");
    if (const auto it = before.find(resource);
        it != before.end() && !application_table::same_name(it->second.table, a.there().name) &&
        number("SELECT count(*) FROM sqlite_master WHERE type='table' AND name=" + quoted_text(it->second.table)) != 0)
      a.refuse(it->second.table + " is adopted as " + resource);
  }

  void make_ledger() {
    const auto is = [&](const std::string& name) {
      return number("SELECT count(*) FROM sqlite_master WHERE type='table' AND name=" + quoted_text(name)) != 0;
    };
    const bool there = is("edensync_state");
    if (there && number("SELECT layout FROM edensync_state") != layout_version)
      throw_failure(error::store_damaged, "the tables were made by another version");
    if (!there) {
      run(std::string(ledger_tables));
      run("INSERT INTO edensync_state VALUES(1," + std::to_string(layout_version) +
          ",lower(hex(randomblob(16))),0,NULL,NULL,NULL)");
    }
    if (!is("edensync_adopted"))
      run("CREATE TABLE edensync_adopted(resource TEXT PRIMARY KEY, application_table TEXT NOT NULL,"
          " fields TEXT NOT NULL, made_ledger INTEGER NOT NULL)");
    made_ledger_ = !there || number("SELECT max(made_ledger) FROM edensync_adopted") != 0;
  }

  // The names of the ledger's tables, quoted.
  std::vector<std::string> ledger() {
    options nowhere;
    nowhere.path = ":memory:";
    connection model(nowhere, 1024);
    model.run(ledger_tables);
    statement tables(model.get(), "SELECT name FROM sqlite_master WHERE type='table' AND name GLOB 'edensync_*'",
                     executed_);
    std::vector<std::string> all;
    for (execution e(tables); e.step();) all.push_back(quoted_name(e.get_text(0)));
    return all;
  }

  // Drops what was made for adopted tables of some types.
  void drop(const std::string& types) {
    std::vector<std::string> all;
    {
      statement find(
          db_.get(),
          "SELECT type,name FROM sqlite_master WHERE name GLOB 'edensync_adopted_*' AND (" + types + ") ORDER BY type",
          executed_);
      for (execution e(find); e.step();)
        all.push_back("DROP " + e.get_string(0) + " IF EXISTS " + quoted_name(e.get_text(1)));
    }
    for (const auto& sql : all) run(sql);
  }

  void make_beside(const adoption& a) {
    const std::string beside = quoted_name(a.beside());
    std::string columns(record_column_definitions);
    for (const char* c : {"sync_changed", "sync_busy", "sync_left", "sync_doubt"})
      columns += std::string(", ") + c + " INTEGER NOT NULL DEFAULT 0";
    for (const auto& c : a.columns()) columns += ", " + c.view + " " + c.type;
    run("CREATE TABLE IF NOT EXISTS " + beside + "(" + columns + ")");
    for (const auto& c : a.columns())
      if (number("SELECT count(*) FROM pragma_table_info(" + quoted_text(a.beside()) +
                 ") WHERE name=" + quoted_text(c.name) + " COLLATE NOCASE") == 0)
        run("ALTER TABLE " + beside + " ADD COLUMN " + c.view + " " + c.type);
    // A dot, so that no other resource is called so; no field is called `sync_`.
    const auto index = [&](std::string_view of, const std::string& on) {
      run("CREATE INDEX IF NOT EXISTS " + quoted_name(a.beside() + "." + std::string(of)) + " ON " + beside + on);
    };
    index("sync_sequence", "(sync_sequence)");
    index("sync_ahead", "(sync_sequence, sync_ahead) WHERE sync_ahead IS NOT NULL");
    index("sync_left", "(id) WHERE sync_left<>0");
    index("sync_doubt", "(id) WHERE sync_doubt<>0");
    for (const auto& c : a.columns()) {
      const auto& r = a.resource();
      const bool key =
          std::any_of(r.masters().begin(), r.masters().end(), [&](const auto& m) { return m.key_field == c.field; });
      if ((!key && !r.field(c.field).unique && r.hierarchy() != c.field) || c.name != r.field(c.field).name) continue;
      index(r.field(c.field).name, "(" + c.view + ") WHERE deleted<>0");
      const auto& indexed = a.there().indexed;
      if (!c.table.empty() && std::none_of(indexed.begin(), indexed.end(), [&](const auto& each) {
            return application_table::same_name(quoted_name(each), c.table);
          }))
        run("CREATE INDEX " + quoted_name(a.view() + "." + std::string(r.field(c.field).name)) + " ON " + a.table() +
            "(" + c.table + ")");
    }
    run("INSERT OR REPLACE INTO edensync_adopted VALUES(" + quoted_text(a.resource().name()) + "," +
        quoted_text(a.there().name) + "," + quoted_text(a.fields_text()) + "," + (made_ledger_ ? "1" : "0") + ")");
  }

  void make_view(const adoption& a) {
    std::string here, gone;
    const auto add = [&](const std::string& name, const std::string& of_here, const std::string& of_gone) {
      here += (here.empty() ? "" : ",") + of_here + " AS " + name;
      gone += (gone.empty() ? "" : ",") + of_gone;
    };
    for (const auto c : record_columns) {
      const std::string name(c);
      if (name == "deleted")
        add(name, "0", "1");  // so that a half is left out by who asks for the other
      else
        add(name, "s." + name, "s." + name);
    }
    add("sync_ahead", "s.sync_ahead", "s.sync_ahead");
    for (const auto& c : a.columns()) {
      const std::string beside = "s." + c.view, there = "t." + c.table;
      add(c.view,
          c.table.empty() ? beside
          : c.list        ? "CASE WHEN json_valid(" + there + ") THEN " + there + " END"
                          : there,
          beside);
    }
    const std::string from = " FROM " + quoted_name(a.beside()) + " AS s";
    run("CREATE VIEW " + quoted_name(a.view()) + " AS SELECT " + here + from + " JOIN " + a.table() + " AS t ON t." +
        a.key() + "=s.id WHERE s.deleted=0 UNION ALL SELECT " + gone + from + " WHERE s.deleted<>0");
  }

  // Notes the rows that are there, and what became of those that were there when it was adopted before.
  void take_up(const adoption& a) {
    const std::string beside = quoted_name(a.beside()), key = a.key();
    const std::string now = adoption_triggers::text_of(std::string(adoption_triggers::now));
    const std::string edited = a.meta_column("modified_on");
    refuse_twins(a);
    run("UPDATE " + beside + " SET deleted=1,sync_left=0,sync_changed=1 WHERE deleted=0 AND NOT EXISTS(SELECT 1 FROM " +
        a.table() + " AS t WHERE t." + key + "=" + beside + ".id)");
    run("UPDATE " + beside + " SET id=(SELECT min(min(b.id),0) FROM " + beside +
        " AS b)-abs(id) WHERE deleted<>0 AND sync_left=0 AND id IN (SELECT " + key + " FROM " + a.table() + ")");
    run("INSERT INTO " + beside + "(id,uuid,mci,created_on,modified_on,sync_sequence) SELECT t." + key + "," +
        adoption_triggers(a, {}).identity("t.") + "," +
        (edited.empty() ? now : "coalesce(" + adoption_triggers::moment_in("t." + edited) + "," + now + ")") +
        ",(SELECT sequence FROM edensync_state)+row_number() OVER (ORDER BY t." + key + ") FROM " + a.table() +
        " AS t WHERE NOT EXISTS(SELECT 1 FROM " + beside + " WHERE id=t." + key + ")");
    const std::string last = "(SELECT max(sync_sequence) FROM " + beside + ")";
    run("INSERT INTO edensync_arrival SELECT sequence+1," + adoption_triggers::arrival() +
        " FROM edensync_state WHERE " + last + ">sequence AND arrival IS NOT " + adoption_triggers::arrival());
    run("UPDATE edensync_state SET sequence=" + last + ",arrival=" + adoption_triggers::arrival() +
        ",youngest=(SELECT max(coalesce(youngest,m),m) FROM (SELECT CAST(strftime('%s',max(modified_on)) AS INTEGER) "
        "AS m"
        " FROM " +
        beside + ")) WHERE " + last + ">sequence");
    run("UPDATE " + beside + " SET sync_ahead=modified_on WHERE sync_ahead IS NULL AND modified_on>(SELECT " +
        adoption_triggers::text_of("arrival") + " FROM edensync_state)");
  }

  // Two records that the application calls by one uuid: which of them is it? A copy made later gets a uuid of its own.
  void refuse_twins(const adoption& a) {
    const std::string own = a.meta_column("uuid"), beside = quoted_name(a.beside());
    if (own.empty()) return;
    const std::string uuid = "CAST(t." + own + " AS TEXT) COLLATE BINARY";
    statement twins(db_.get(),
                    "SELECT " + uuid + ",count(*) FROM " + a.table() + " AS t WHERE coalesce(t." + own +
                        ",'')<>'' AND NOT EXISTS(SELECT 1 FROM " + beside + " AS b WHERE b.id=t." + a.key() +
                        " OR b.uuid=" + uuid + ") GROUP BY 1 HAVING count(*)>1 ORDER BY 1 LIMIT 1",
                    executed_);
    if (execution e(twins); e.step())
      a.refuse("its column " + unquoted_name(own) + " is to hold uuids, and " + e.get_string(0) + " stands there " +
               e.get_string(1) + " times");
  }

  dry_run dry_;
  connection db_;
  statement_counter executed_{0};
  std::string script_;
  bool made_ledger_ = false;
};

}  // namespace detail

}  // namespace edensync::sqlite
