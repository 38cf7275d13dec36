#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/sqlite/adoption.hpp"

namespace edensync::sqlite::detail {

/// The triggers of one adopted table. Those of the view write what the store writes; those of the application's table note
/// what everybody else does; those of the table beside number and stamp it.
///
/// While the store writes a row, `sync_busy` is set beside it. What it writes in other tables by that way, by the
/// application's own triggers for instance, is the application's doing, and noted.
class adoption_triggers {
 public:
  adoption_triggers(const adoption& a, const std::vector<adoption>& together) : a_(a), together_(together) {}

  std::vector<std::string> statements() const {
    std::vector<std::string> all{view_insert(), view_update(), view_delete(), inserted(),
                                 updated(),     removed(),     changed(),     moved()};
    if (!a_.meta().empty()) all.push_back(meta());
    if (doubts("new." + a_.key()).empty()) return all;
    all.push_back(trigger("_inserting", "BEFORE INSERT ON " + a_.table(), {}) + doubts("new." + a_.key()) + "END");
    all.push_back(trigger("_updating", "BEFORE UPDATE ON " + a_.table(), {}) + doubts("old." + a_.key()) + "END");
    // Also of columns that are no fields: they may be unique.
    all.push_back(trigger("_replaced", "AFTER UPDATE ON " + a_.table(), {}) + look_at_doubts() + "END");
    return all;
  }

  /// A new identity, as SQL.
  static constexpr std::string_view new_uuid =
      "'urn:uuid:'||lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-4'||substr(hex(randomblob(2)),2)||'-'||"
      "substr('89AB',1+(random()&3),1)||substr(hex(randomblob(2)),2)||'-'||hex(randomblob(6)))";
  static constexpr std::string_view now = "CAST(strftime('%s','now') AS INTEGER)";

  /// The arrival of what is written now, from the columns of edensync_state, as `store::begin` settles it.
  static std::string arrival() {
    const std::string n(now);
    return "max(" + n + ",coalesce(arrival," + n + "),coalesce(served+1," + n + "))";
  }
  static std::string text_of(const std::string& seconds) {
    return "strftime('%Y-%m-%dT%H:%M:%S'," + seconds + ",'unixepoch')";
  }
  /// A moment that the application wrote.
  static std::string moment_in(const std::string& column) { return "strftime('%Y-%m-%dT%H:%M:%S'," + column + ")"; }

  /// What a record that the application made is called and when it was made. `row`: "new." or the alias of a table.
  std::string identity(const std::string& row) const {
    const std::string own = a_.meta_column("uuid"), made = a_.meta_column("created_on"), b = beside();
    std::string sql = own.empty() ? std::string(new_uuid)
                                  : "CASE WHEN coalesce(" + row + own + ",'')='' OR EXISTS(SELECT 1 FROM " + b +
                                        " WHERE uuid=" + row + own + ") THEN " + std::string(new_uuid) + " ELSE " +
                                        row + own + " END";
    const std::string moment = text_of(std::string(now));
    return sql + ",0," + (made.empty() ? moment : "coalesce(" + moment_in(row + made) + "," + moment + ")");
  }

 private:
  std::string beside() const { return quoted_name(a_.beside()); }

  std::string trigger(std::string_view suffix, const std::string& event, const std::string& when) const {
    return "CREATE TRIGGER " + quoted_name(a_.view() + std::string(suffix)) + " " + event +
           (when.empty() ? "" : " WHEN " + when) + " BEGIN ";
  }

  static std::string differ(const std::string& a, const std::string& b) {
    return a + " IS NOT " + b + " COLLATE BINARY";
  }

  bool fills_in(const adopted_column& c) const { return c.content != "new." + c.view; }

  // Refuses a record without what its resource cannot be without.
  std::string needs(const std::string& unless_already) const {
    std::string sql;
    for (const auto& c : a_.columns()) {
      const auto& field = a_.resource().field(c.field);
      if (!field.mandatory || fills_in(c) || c.name != field.name) continue;
      sql += "SELECT RAISE(ABORT," + quoted_text("edensync needs " + std::string(field.name)) +
             ") WHERE new.deleted=0 AND new." + c.view + " IS NULL" +
             (unless_already.empty() ? "" : " AND (old.deleted<>0 OR old." + c.view + " IS NOT NULL)") + ";";
    }
    return sql;
  }

  // The statement that puts a record into the application's table. `id`, `when`: SQL.
  std::string put_row(const std::string& id, const std::string& when) const {
    std::string columns = a_.key(), contents = id;
    for (const auto& c : a_.columns())
      if (!c.table.empty()) columns += "," + c.table, contents += "," + c.content;
    for (const auto& [column, name] : a_.meta()) {
      const auto* there = a_.there().find(unquoted_name(column));
      const bool filled = there != nullptr && there->not_null && there->by_default;
      columns += "," + column;
      contents += filled ? ",coalesce(new." + name + ",(" + *there->by_default + "))" : ",new." + name;
    }
    return "INSERT OR ABORT INTO " + a_.table() + "(" + columns + ") SELECT " + contents + " WHERE new.deleted=0 AND " +
           when + ";";
  }

  // The content of a deleted record is kept beside; that of others only where the table has no column.
  static std::string kept(const adopted_column& c) {
    return c.table.empty() ? "new." + c.view : "CASE WHEN new.deleted<>0 THEN new." + c.view + " END";
  }

  // A number that no record has had, neither here nor, as far as SQLite knows, in the application's table.
  std::string fresh_number() const {
    std::string sql = "(SELECT max(coalesce((SELECT max(id) FROM " + beside() + "),0),coalesce((SELECT max(" +
                      a_.key() + ") FROM " + a_.table() + "),0)";
    if (a_.there().numbers_only_once)
      sql += ",coalesce((SELECT seq FROM sqlite_sequence WHERE name=" + quoted_text(a_.there().name) + "),0)";
    return sql + ")+1)";
  }

  std::string view_insert() const {
    std::string columns = "id", contents = fresh_number();
    for (const auto c : record_columns)
      if (c != "id") columns += "," + std::string(c), contents += ",new." + std::string(c);
    columns += ",sync_ahead,sync_busy";
    contents += ",new.sync_ahead,1";
    for (const auto& c : a_.columns()) columns += "," + c.view, contents += "," + kept(c);
    return trigger("_insert", "INSTEAD OF INSERT ON " + quoted_name(a_.view()), {}) + needs({}) +
           "INSERT OR ABORT INTO " + beside() + "(" + columns + ") VALUES(" + contents + ");" +
           put_row("(SELECT id FROM " + beside() + " WHERE uuid=new.uuid)", "1") +
           unless_ignored("NOT EXISTS(SELECT 1 FROM " + a_.table() + " WHERE " + a_.key() + "=(SELECT id FROM " +
                          beside() + " WHERE uuid=new.uuid))") +
           "UPDATE " + beside() + " SET sync_busy=0 WHERE uuid=new.uuid;END";
  }

  std::string view_update() const {
    std::string beside_set, table_set, any = "old.deleted<>0";
    for (const auto c : record_columns)
      if (c != "id") beside_set += std::string(c) + "=new." + std::string(c) + ",";
    const std::string there = "EXISTS(SELECT 1 FROM " + a_.table() + " WHERE " + a_.key() + "=old.id)";
    beside_set += "sync_ahead=new.sync_ahead,sync_changed=0,sync_busy=1,sync_left=(new.deleted<>0 AND " + there + ")";
    for (const auto& c : a_.columns()) {
      beside_set += "," + c.view + "=" + kept(c);
      if (c.table.empty()) continue;
      const std::string other = differ("new." + c.view, "old." + c.view);
      table_set += (table_set.empty() ? "" : ",") + c.table + "=CASE WHEN old.deleted<>0 OR " + other + " THEN " +
                   c.content + " ELSE " + c.table + " END";
      any += " OR " + other;
    }
    std::string sql = trigger("_update", "INSTEAD OF UPDATE ON " + quoted_name(a_.view()), {}) + needs("old") +
                      "UPDATE OR ABORT " + beside() + " SET " + beside_set + " WHERE id=old.id;";
    if (!table_set.empty())
      sql += "UPDATE OR ABORT " + a_.table() + " SET " + table_set + " WHERE " + a_.key() +
             "=old.id AND new.deleted=0 AND (" + any + ");" +
             unless_ignored("changes()=0 AND (" + any + ") AND " + there);
    return sql + put_row("old.id", "NOT " + there) + "UPDATE " + beside() + " SET sync_busy=0 WHERE id=old.id;END";
  }

  // A trigger of the application may let a write be without a word, RAISE(IGNORE): then it is refused.
  static std::string unless_ignored(const std::string& not_done) {
    return "SELECT RAISE(ABORT,'a trigger of the application ignored it') WHERE new.deleted=0 AND " + not_done + ";";
  }

  std::string view_delete() const {
    return trigger("_delete", "INSTEAD OF DELETE ON " + quoted_name(a_.view()), "old.deleted<>0") + "DELETE FROM " +
           a_.table() + " WHERE " + a_.key() + "=old.id;UPDATE " + beside() + " SET sync_left=EXISTS(SELECT 1 FROM " +
           a_.table() + " WHERE " + a_.key() + "=old.id) WHERE id=old.id;END";
  }

  // A row of which an expression means the new row's columns; of no others, so that those can be dropped.
  std::string of_new(const index_part& expression) const {
    std::string columns;
    for (const auto& c : a_.there().columns)
      if (std::any_of(expression.names.begin(), expression.names.end(),
                      [&](const auto& name) { return application_table::same_name(name, c.name); }))
        columns += (columns.empty() ? "" : ",") + ("new." + quoted_name(c.name)) + " AS " + quoted_name(c.name);
    return columns.empty() ? columns : " FROM (SELECT " + columns + ")";
  }

  // Notes which rows may be gone behind this one: a REPLACE removes them without a word.
  std::string doubts(const std::string& self) const {
    std::string sql;
    for (const auto& u : a_.there().unique) {
      std::string same;
      for (const auto& [column, collation] : u.columns)
        same += " AND t." + quoted_name(column) + "=new." + quoted_name(column) + " COLLATE " + quoted_name(collation);
      for (const auto& [expression, collation] : u.expressions)
        same += " AND (" + expression.text + ") COLLATE " + quoted_name(collation) + "=(SELECT " + expression.text +
                of_new(expression) + ")";
      if (same.empty() ||
          (u.columns.size() == 1 && u.expressions.empty() && quoted_name(u.columns.front().first) == a_.key()))
        continue;
      sql += "UPDATE " + beside() + " SET sync_doubt=1 WHERE id IN (SELECT t." + a_.key() + " FROM " + a_.table() +
             " AS t WHERE t." + a_.key() + " IS NOT " + self + same + ");";
    }
    return sql;
  }

  std::string look_at_doubts() const {
    if (doubts("new." + a_.key()).empty()) return {};
    return "UPDATE " + beside() + " SET deleted=1,sync_left=0,sync_changed=1 WHERE sync_doubt<>0 AND deleted=0 AND " +
           "id IS NOT new." + a_.key() + " AND NOT EXISTS(SELECT 1 FROM " + a_.table() + " AS t WHERE t." + a_.key() +
           "=" + beside() + ".id);UPDATE " + beside() + " SET sync_doubt=0 WHERE sync_doubt<>0;";
  }

  // A number that is used again: the deleted record that had it gets another one.
  std::string move_deleted(const std::string& when) const {
    return "UPDATE " + beside() + " SET id=(SELECT min(min(b.id),0)-1 FROM " + beside() +
           " AS b),sync_left=0 WHERE id=new." + a_.key() + " AND deleted<>0 AND " + when + ";";
  }

  std::string note_row() const {
    const std::string is_number = "typeof(new." + a_.key() + ")='integer'";
    std::string sql = "INSERT INTO " + beside() + "(id,uuid,mci,created_on,sync_sequence) SELECT new." + a_.key() +
                      "," + identity("new.") + ",0 WHERE " + is_number + " AND NOT EXISTS(SELECT 1 FROM " + beside() +
                      " WHERE id=new." + a_.key() + ");UPDATE " + beside() +
                      " SET deleted=0,replaced_by=NULL,sync_left=0,sync_changed=1";
    for (const auto& c : a_.columns())
      if (!c.table.empty()) sql += "," + c.view + "=NULL";
    return sql + " WHERE id=new." + a_.key() + ";";
  }

  // Makes the record of the old row a deleted one.
  std::string note_removal(const std::string& when) const {
    std::string sql = "UPDATE " + beside() + " SET deleted=1,sync_changed=1";
    for (const auto& c : a_.columns())
      if (!c.table.empty()) sql += "," + c.view + "=old." + c.table;
    return sql + " WHERE id=old." + a_.key() + " AND deleted=0" + when + ";";
  }

  std::string not_ours(const std::string& row) const {
    return "NOT EXISTS(SELECT 1 FROM " + beside() + " WHERE id=" + row + a_.key() + " AND sync_busy<>0)";
  }

  std::string inserted() const {
    return trigger("_inserted", "AFTER INSERT ON " + a_.table(), not_ours("new.")) + look_at_doubts() +
           move_deleted("sync_left=0") + note_row() + "END";
  }

  std::string updated() const {
    const std::string moves = differ("new." + a_.key(), "old." + a_.key()), b = beside();
    std::string of = a_.key(), any = moves;
    for (const auto& c : a_.columns())
      if (!c.table.empty()) of += "," + c.table, any += " OR " + differ("new." + c.table, "old." + c.table);
    return trigger("_updated", "AFTER UPDATE OF " + of + " ON " + a_.table(), "(" + any + ") AND " + not_ours("old.")) +
           "UPDATE " + b + " SET deleted=1,sync_changed=1 WHERE id=new." + a_.key() + " AND deleted=0 AND " + moves +
           ";" + move_deleted(moves) + "UPDATE " + b + " SET id=new." + a_.key() + " WHERE id=old." + a_.key() +
           " AND " + moves + " AND typeof(new." + a_.key() + ")='integer';" +
           note_removal(" AND typeof(new." + a_.key() + ")<>'integer'") + note_row() + "END";
  }

  std::string removed() const {
    return trigger("_removed", "AFTER DELETE ON " + a_.table(), not_ours("old.")) + note_removal({}) + "UPDATE " +
           beside() + " SET sync_left=0 WHERE id=old." + a_.key() + ";END";
  }

  // Numbers and stamps what the application did: younger than what it was made from, as everywhere.
  std::string changed() const {
    const std::string number = "(SELECT sequence FROM edensync_state)";
    const std::string stamp = "max(" + std::string(now) + ",coalesce(CAST(strftime('%s',modified_on) AS INTEGER)+1,0))";
    return trigger("_changed", "AFTER UPDATE OF sync_changed ON " + beside(), "new.sync_changed<>0") +
           "INSERT INTO edensync_arrival SELECT sequence+1," + arrival() +
           " FROM edensync_state WHERE arrival IS NOT " + arrival() +
           ";UPDATE edensync_state SET sequence=sequence+1,arrival=" + arrival() + ";UPDATE " + beside() +
           " SET sync_changed=0,sync_written=NULL,sync_origin=0,sync_sequence=" + number +
           ",modified_on=" + text_of(stamp) + ",sync_ahead=CASE WHEN " + stamp +
           ">(SELECT arrival FROM edensync_state) THEN " + text_of(stamp) +
           " END WHERE id=new.id;UPDATE edensync_state SET youngest=(SELECT max(coalesce(youngest,m),m) FROM (SELECT "
           "CAST(strftime('%s',modified_on) AS INTEGER) AS m FROM " +
           beside() + " WHERE id=new.id));END";
  }

  // What knows a record by its number follows; the application sees to its own tables.
  std::string moved() const {
    std::string sql = trigger("_moved", "AFTER UPDATE OF id ON " + beside(), "old.id<>new.id") +
                      "UPDATE edensync_open_reference SET record=new.id WHERE record=old.id AND resource=" +
                      quoted_text(a_.resource().name()) + ";";
    for (const auto& other : together_)
      for (const auto& c : other.columns()) {
        const auto& r = other.resource();
        if (r.field(c.field).type != field_type::reference || c.name != r.field(c.field).name ||
            !r.may_point_to(c.field, a_.resource().id()))
          continue;
        sql += "UPDATE " + quoted_name(other.beside()) + " SET " + c.view + "=new.id WHERE " + c.view + "=old.id";
        if (r.targets(c.field).size() > 1)
          sql += " AND " + quoted_name(named_column(r.field(c.field).name)) + "=" + quoted_text(a_.resource().name());
        sql += ";";
      }
    return sql + "END";
  }

  // The application's own columns for what every record has.
  std::string meta() const {
    std::string set, any;
    for (const auto& [column, name] : a_.meta()) {
      set += (set.empty() ? "" : ",") + column + "=new." + name;
      any += (any.empty() ? "" : " OR ") + differ(column, "new." + name);
    }
    return trigger("_meta", "AFTER UPDATE OF uuid,created_on,modified_on ON " + beside(), "new.deleted=0") + "UPDATE " +
           a_.table() + " SET " + set + " WHERE " + a_.key() + "=new.id AND (" + any + ");END";
  }

  const adoption& a_;
  const std::vector<adoption>& together_;
};

}  // namespace edensync::sqlite::detail
