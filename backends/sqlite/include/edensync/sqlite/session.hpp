#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/layout.hpp"

namespace edensync::sqlite::detail {

/// What the connections of one store share; it does not change.
struct plan {
  options how;
  std::shared_ptr<const schema> resources;
  std::vector<table_layout> tables;
};

/// What a store keeps in one row about all of its records.
struct store_state {
  sequence_number sequence = 0;
  std::optional<timestamp> arrival, youngest, served;
  std::string epoch;
};

/// A connection with its prepared statements and what it remembers of uids, for one reader or writer at a time.
class session {
 public:
  /// The statements of which there is one for each resource.
  enum class kind : std::uint8_t {
    find,
    find_version,
    load,
    insert,
    touch,
    uid_of,
    changes,
    live_changes,
    count_changes,
    count_ahead,
    ahead,
    live_ahead,
    remove,
    left_behind
  };

  session(const plan& p, int cache_kib, statement_counter& executed)
      : session(p, connection(p.how, cache_kib), executed) {}
  /// Over a connection that is there; where its plan has no tables, records are read by who derives from it.
  session(const plan& p, connection c, statement_counter& executed)
      : plan_(p), executed_(executed), db(std::move(c)), common_(p.tables.size()), updates_(p.tables.size()) {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  virtual ~session() = default;

  const schema& resources() const { return *plan_.resources; }
  const table_layout& table(resource_id resource) const {
    if (resource >= plan_.tables.size()) throw_failure(error::unknown_resource);
    return plan_.tables[resource];
  }

  /// A statement that is prepared when it is first needed. `sql` must be a literal, or live as long.
  statement& prepared(std::string_view sql) {
    auto& s = ledger_[sql];
    if (!s) s = prepare(sql);
    return s;
  }

  statement& prepared(resource_id resource, kind k) {
    const table_layout& t = table(resource);
    statement& s = common_[resource][static_cast<std::size_t>(k)];
    if (!s) s = prepare(text(t, k));
    return s;
  }

  /// A statement of another shape, told by `key`. Documents choose which fields they bring, so not all shapes are kept.
  template <class MakeText>
  statement& shaped(resource_id resource, const std::string& key, MakeText&& make_text) {
    auto& shapes = updates_[resource];
    if (const auto it = shapes.find(key); it != shapes.end()) return it->second;
    if (shapes.size() >= 64) shapes.clear();
    return shapes.emplace(key, prepare(make_text())).first->second;
  }

  /// A statement for a cursor of its own, which gives it back.
  template <class MakeText>
  statement take(resource_id resource, std::uint32_t shape, MakeText&& make_text) {
    auto& idle = idle_[{resource, shape}];
    if (idle.empty()) return prepare(make_text());
    statement s = std::move(idle.back());
    idle.pop_back();
    return s;
  }
  void give_back(resource_id resource, std::uint32_t shape, statement s) {
    idle_[{resource, shape}].push_back(std::move(s));
  }

  statement prepare(std::string_view sql) { return statement(db.get(), sql, executed_); }

  /// Begins a transaction; what was remembered of uids may have changed since the last.
  store_state begin(std::string_view how) {
    execution(prepared(how)).step();
    return begun();
  }

  /// The same after somebody else began it.
  store_state begun() {
    ++generation_;
    return read_state();
  }

  void end(std::string_view how) noexcept {
    try {
      if (db.in_transaction()) execution(prepared(how)).step();
    } catch (...) {  // The next `begin` would fail and say why.
    }
  }

  /// The uid of a record; empty if there is no such record. Lifetime: until the next call.
  const uid& uid_of(resource_id resource, std::int64_t id) {
    remembered& r = slot(resource, id);
    if (r.generation == generation_ && r.resource == resource && r.id == id) return r.text;
    r.text.clear();
    read_uid(resource, id, r.text);
    r.resource = resource;
    r.id = id;
    r.generation = r.text.empty() ? 0 : generation_;
    return r.text;
  }

  /// Notes the uid of a record that was just read: what is read next often refers to it.
  void remember(resource_id resource, std::int64_t id, const uid& text) {
    remembered& r = slot(resource, id);
    r.generation = generation_;
    r.resource = resource;
    r.id = id;
    r.text.assign(text.text());
  }

  /// Forgets the uids: a trigger may have given the number of a deleted record to another.
  void forget() { ++generation_; }

  virtual record_handle handle_of(resource_id resource, const uid& id) {
    execution e(prepared(resource, kind::find));
    e.text(id.text());
    return e.step() ? static_cast<record_handle>(e.get_integer(0)) : record_handle::none;
  }

 protected:
  virtual void read_uid(resource_id resource, std::int64_t id, uid& into) {
    execution e(prepared(resource, kind::uid_of));
    e.integer(id);
    if (e.step()) into.assign(e.get_text(0));
  }

 private:
  const plan& plan_;
  statement_counter& executed_;

 public:
  // Before the statements, which end first.
  connection db;

 private:
  struct remembered {
    std::uint64_t generation = 0;
    resource_id resource = no_resource;
    std::int64_t id = 0;
    uid text;
  };

  remembered& slot(resource_id resource, std::int64_t id) {
    return uids_[(static_cast<std::uint64_t>(id) * 31 + resource) % uids_.size()];
  }

  static std::string text(const table_layout& t, kind k) {
    const std::string range = "sync_sequence>? AND sync_sequence<=?";
    const std::string is_ahead = t.by_ahead + " WHERE sync_ahead IS NOT NULL AND " + range + " AND sync_ahead>=?";
    const std::string ahead = t.select.substr(0, t.select.size() - 7) + is_ahead;
    switch (k) {
      case kind::find: return t.find + "uuid=?";
      case kind::find_version: return t.find_version + "uuid=?";
      case kind::load: return t.select + "id=?";
      case kind::insert: return t.insert;
      case kind::touch:
        return "UPDATE " + t.table +
               " SET sync_written=coalesce(sync_written,sync_sequence), sync_sequence=?, sync_ahead=CASE WHEN "
               "modified_on>? THEN modified_on END WHERE id=?";
      case kind::uid_of: return "SELECT uuid FROM " + t.table + " WHERE id=?";
      case kind::changes: return t.select + range + " ORDER BY sync_sequence";
      case kind::live_changes: return t.select + range + " AND deleted=0 ORDER BY sync_sequence";
      case kind::count_changes: return "SELECT count(*) FROM " + t.table + " WHERE " + range;
      case kind::count_ahead: return "SELECT count(*) FROM " + t.table + is_ahead;
      case kind::ahead: return ahead + " ORDER BY sync_sequence";
      case kind::live_ahead: return ahead + " AND deleted=0 ORDER BY sync_sequence";
      // Of adopted tables only.
      case kind::remove: return "DELETE FROM " + t.table + " WHERE id=?";
      case kind::left_behind:
        return "SELECT id FROM " + quoted_name(t.adopted->beside()) + " WHERE sync_left<>0 ORDER BY id DESC";
    }
    return {};
  }

  store_state read_state() {
    execution e(prepared("SELECT sequence,arrival,youngest,served,epoch FROM edensync_state"));
    if (!e.step()) throw_failure(error::store_damaged, "edensync_state is empty");
    return {static_cast<sequence_number>(e.get_integer(0)), e.get_moment(1), e.get_moment(2), e.get_moment(3),
            e.get_string(4)};
  }

  std::unordered_map<std::string_view, statement> ledger_;
  std::vector<std::array<statement, 14>> common_;
  std::vector<std::unordered_map<std::string, statement>> updates_;
  std::map<std::pair<resource_id, std::uint32_t>, std::vector<statement>> idle_;
  std::uint64_t generation_ = 0;
  // Direct-mapped: references mostly lead to few records, and each reader may have only so much memory.
  std::vector<remembered> uids_ = std::vector<remembered>(4096);

 public:
  static std::string sql_of(const table_layout& t, kind k) { return text(t, k); }
};

}  // namespace edensync::sqlite::detail
