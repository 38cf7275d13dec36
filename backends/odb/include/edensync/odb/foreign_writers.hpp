#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/odb/session.hpp"

/// What lets an application write its objects as it always did: triggers stamp what is written past the store.
namespace edensync::odb::detail {

/// One row with the moment of which all is that is written: that of the store's transaction while it writes, which nobody
/// else sees, and otherwise none, which is the present.
inline constexpr const char* moment_table =
    "CREATE TABLE IF NOT EXISTS edensync_now(id INTEGER PRIMARY KEY CHECK(id=1), seconds INTEGER);"
    "INSERT OR IGNORE INTO edensync_now VALUES(1,NULL);";

/// The SQL that stamps the objects of a class. The stamp of an object that was erased has a negative number, so that its
/// own can be given away.
class stamping {
 public:
  struct trigger {
    std::string name, sql;
  };

  stamping(const class_layout& l, const resource_schema& r)
      : layout_(l),
        resource_(r),
        table_(l.table()),
        id_(sqlite::quoted_name(l.of->id_column())),
        number_(std::to_string(l.number)) {}

  /// For what is written from now on: what changes no field is no news, nor is the end of what was deleted before.
  std::array<trigger, 4> triggers() const {
    return {make("insert", "AFTER INSERT", "true",
                 next("1") + new_stamp("NEW." + id_, "sequence FROM edensync_state WHERE true") +
                     " ON CONFLICT DO UPDATE SET " + changed("0", place) + youngest("NEW." + id_)),
            make("update", "AFTER UPDATE", edits(), next("1") + change("NEW." + id_, "0")),
            make("move", "BEFORE UPDATE OF " + id_, "OLD." + id_ + "<>NEW." + id_, move()),
            make("delete", "AFTER DELETE", is_live("OLD." + id_),
                 next("1") + change("OLD." + id_, "1") + take_number("OLD." + id_))};
  }

  /// For the objects that are there and have no stamp.
  std::string those_that_are_there() const {
    const std::string bare =
        table_ + " AS o WHERE NOT EXISTS(SELECT 1 FROM edensync_object WHERE " + is("o." + id_) + ")";
    return next(count(bare), "EXISTS(SELECT 1 FROM " + bare + ")") +
           new_stamp("o." + id_, place_of("o." + id_) + " FROM " + bare) + ';' + youngest_of_all;
  }

  /// For the stamps of objects that are there no more, although no trigger told of it: the table was made anew.
  std::string those_that_are_gone() const {
    const std::string gone = "class=" + number_ + " AND object>0 AND NOT EXISTS(SELECT 1 FROM " + table_ +
                             " AS o WHERE o." + id_ + "=edensync_object.object)";
    const std::string news = "edensync_object WHERE deleted=0 AND " + gone;
    return next(count(news), "EXISTS(SELECT 1 FROM " + news + ")") + "UPDATE edensync_object SET " +
           changed("1", "news.place") + " FROM (SELECT object AS erased," + place_of("object") + " AS place FROM " +
           news + ") AS news WHERE class=" + number_ + " AND object=erased;" + youngest_of_all +
           "DELETE FROM edensync_open_reference WHERE resource=" + name() +
           " AND record IN (SELECT object FROM edensync_object WHERE " + gone +
           ");UPDATE edensync_object SET object=" + least() + "-object WHERE " + gone + ";";
  }

 private:
  static constexpr const char* now =
      "coalesce((SELECT seconds FROM edensync_now),CAST(strftime('%s','now') AS INTEGER))";
  static constexpr const char* place = "(SELECT sequence FROM edensync_state)";
  static constexpr const char* youngest_of_all =
      "UPDATE edensync_state SET youngest=coalesce((SELECT max(coalesce(youngest,m),m) FROM (SELECT max(modified_on) "
      "AS m "
      "FROM edensync_object)),youngest);";

  trigger make(const std::string& suffix, const std::string& event, const std::string& when,
               const std::string& body) const {
    std::string name = "edensync_" + layout_.of->table() + '_' + suffix;
    std::string sql = "CREATE TRIGGER " + sqlite::quoted_name(name) + ' ' + event + " ON " + table_ + " WHEN " + when +
                      " BEGIN " + body + "END";
    return {std::move(name), std::move(sql)};
  }

  // Whether a field changes. A foreign key that empties references to what is erased brings no deleted record back.
  std::string edits() const {
    std::string any = "false", lasting = "false";
    const auto add = [&](std::size_t column, bool refers) {
      const std::string name = sqlite::quoted_name(layout_.of->column_name(column));
      const std::string differs = "OLD." + name + " IS NOT NEW." + name + " COLLATE BINARY";
      any += " OR " + differs;
      lasting += " OR " + differs + (refers ? " AND NEW." + name + " IS NOT NULL" : "");
    };
    for (std::uint32_t f = 0; f < resource_.fields().size(); ++f) {
      add(layout_.column[f], resource_.field(f).type == field_type::reference);
      if (layout_.named[f] != class_layout::nowhere) add(layout_.named[f], true);
    }
    return "(" + any + ") AND (" + lasting + " OR " + is_live("NEW." + id_) + ")";
  }

  std::string is(const std::string& object) const { return "class=" + number_ + " AND object=" + object; }
  std::string is_live(const std::string& object) const {
    return "EXISTS(SELECT 1 FROM edensync_object WHERE " + is(object) + " AND deleted=0)";
  }
  std::string name() const { return sqlite::quoted_text(resource_.name()); }

  static std::string count(const std::string& what) { return "(SELECT count(*) FROM " + what + ")"; }
  // The places of several changes, the last of which is that of the state.
  static std::string place_of(const std::string& order) {
    return std::string(place) + "+1-row_number() OVER (ORDER BY " + order + " DESC)";
  }
  std::string least() const { return "(SELECT min(min(object),0) FROM edensync_object WHERE class=" + number_ + ")"; }

  // So many more changes, with their arrival as `transaction` settles it.
  static std::string next(const std::string& count, const std::string& condition = "true") {
    const std::string n = now;
    const std::string arrival = "max(" + n + ",coalesce(arrival," + n + "),coalesce(served+1," + n + "))";
    return "INSERT INTO edensync_arrival SELECT sequence+1," + arrival + " FROM edensync_state WHERE " + condition +
           " AND (arrival IS NULL OR arrival<" + arrival + ");UPDATE edensync_state SET arrival=" + arrival +
           ",sequence=sequence+" + count + " WHERE " + condition + ";";
  }

  std::string new_stamp(const std::string& object, const std::string& sequence) const {
    const std::string hex = "lower(hex(randomblob(";
    const std::string uuid = "'urn:uuid:'||" + hex + "4)))||'-'||" + hex + "2)))||'-4'||substr(" + hex +
                             "2))),2)||'-'||substr('89ab',1+(random()&3),1)||substr(" + hex + "2))),2)||'-'||" + hex +
                             "6)))";
    return "INSERT INTO edensync_object(class,object,uuid,mci,created_on,modified_on,deleted,replaced_by,created_by,"
           "modified_by,owned_by_user,owned_by_group,origin,sequence) "
           "SELECT " +
           number_ + ',' + object + ',' + uuid + ",0," + now + ',' + now + ",0,'','','','','',0," + sequence;
  }

  // Younger than what it was made from, as everywhere.
  static std::string changed(const std::string& deleted, const std::string& sequence) {
    const std::string stamp = "max(" + std::string(now) + ",coalesce(modified_on+1,0))";
    return "modified_on=" + stamp + ",ahead=CASE WHEN " + stamp + ">(SELECT arrival FROM edensync_state) THEN " +
           stamp + " END,deleted=" + deleted + ",replaced_by='',sequence=" + sequence + ",written=NULL,origin=0";
  }

  std::string change(const std::string& object, const std::string& deleted) const {
    return "UPDATE edensync_object SET " + changed(deleted, place) + " WHERE " + is(object) + youngest(object);
  }

  // Ends the statement before it.
  std::string youngest(const std::string& object) const {
    return ";UPDATE edensync_state SET youngest=coalesce((SELECT max(coalesce(youngest,modified_on),modified_on) FROM "
           "edensync_object WHERE " +
           is(object) + "),youngest);";
  }

  // An object that gets another number is the same record.
  std::string move() const {
    return "UPDATE edensync_object SET object=NEW." + id_ + " WHERE " + is("OLD." + id_) +
           ";UPDATE edensync_open_reference SET record=NEW." + id_ + " WHERE resource=" + name() + " AND record=OLD." +
           id_ + ";";
  }

  std::string take_number(const std::string& object) const {
    return "DELETE FROM edensync_open_reference WHERE resource=" + name() + " AND record=" + object +
           ";UPDATE edensync_object SET object=" + least() + "-1 WHERE " + is(object) + ";";
  }

  const class_layout& layout_;
  const resource_schema& resource_;
  std::string table_, id_, number_;
};

/// Whether triggers hear what the store writes. Where there are none but ours, which have nothing to do then, they are
/// switched off for this connection: each would cost as much as a tenth of an insert.
inline void look_for_triggers(session& s) {
  sqlite::execution e(s.prepared("PRAGMA schema_version"));
  e.step();
  if (std::exchange(s.schema_version, e.get_integer(0)) == e.get_integer(0)) return;
  auto find = s.prepare("SELECT 1 FROM sqlite_master WHERE type='trigger' AND name NOT LIKE 'edensync^_%' ESCAPE '^'");
  sqlite::execution others(find);
  s.heard = others.step();
  sqlite3_db_config(s.db.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, s.heard ? 1 : 0, nullptr);
}

/// Stamps the objects of a class that are there, and has those stamped that are written past the store from now on. What
/// was written while there were no such triggers is found, except changes of objects that have a stamp.
inline void watch(session& s, const class_layout& l, const resource_schema& r) {
  const stamping sql(l, r);
  bool as_wanted = true;
  std::string make;
  for (const auto& [name, text] : sql.triggers()) {
    auto find = s.prepare("SELECT 1 FROM sqlite_master WHERE type='trigger' AND name=? AND sql=?");
    sqlite::execution e(find);
    as_wanted = e.text(name).text(text).step() && as_wanted;
    make += "DROP TRIGGER IF EXISTS " + sqlite::quoted_name(name) + ";" + text + ";";
  }
  if (!as_wanted) s.db.run(sql.those_that_are_gone() + sql.those_that_are_there() + make);
}

}  // namespace edensync::odb::detail
