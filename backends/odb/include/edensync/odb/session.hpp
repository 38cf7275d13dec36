#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/odb/layout.hpp"
#include "edensync/sqlite/session.hpp"

namespace edensync::odb::detail {

/// What the connections of one store share; it does not change once the store is open.
struct plan : sqlite::detail::plan {
  std::vector<class_layout> classes;
};

/// A connection of ODB with what was prepared on it. The ledger is kept by plain SQL over the same connection, so that one
/// transaction commits both.
class session final : private std::unique_ptr<gateway::connection>, public sqlite::detail::session {
  using owner = std::unique_ptr<gateway::connection>;

  template <class Call>
  static auto translated(const plan& p, sqlite3* db, Call&& call) {
    try {
      return call();
    } catch (const gateway::database_error& e) {
      throw_failure(sqlite::to_error(e.code, db != nullptr ? sqlite3_system_errno(db) : errno),
                    std::string("ODB: ") + e.what() + ", file " + p.how.path);
    }
  }

 public:
  session(const plan& p, gateway::database& db, int cache_kib, sqlite::statement_counter& executed)
      : owner(open(p, db)),
        sqlite::detail::session(p, sqlite::connection(owner::get()->handle(), p.how, cache_kib), executed),
        plan_(p) {}

  const class_layout& layout(resource_id resource) const {
    if (resource >= plan_.classes.size()) throw_failure(error::unknown_resource);
    return plan_.classes[resource];
  }

  gateway::connection& link() { return **this; }

  gateway::objects& objects(resource_id resource) {
    if (objects_.empty()) objects_.resize(plan_.classes.size());
    auto& known = objects_[resource];
    if (!known) known = layout(resource).of->over(link());
    return *known;
  }

  /// Runs a call of the gateway and speaks of its errors as the library does.
  template <class Call>
  auto ask(Call&& call) {
    return translated(plan_, db.get(), call);
  }

  sqlite::detail::store_state begin(bool to_write) {
    stamps_.clear();
    forget_objects();
    ask([&] { link().begin(to_write); });
    return begun();
  }
  void commit() {
    ask([&] { link().commit(); });
  }
  void end() noexcept { link().rollback(); }

  /// Asks one of the questions whose beginnings are in the layout. Lifetime of what it gives: until the next one.
  const std::vector<found_object>& find(const std::string& select, const std::vector<gateway::cell>& with) {
    ask([&] { link().find(select, with, found_); });
    return found_;
  }

  /// The stamp of a record, remembered: what is found is what is written or loaded next. Null if there is none. Lifetime:
  /// until the next of these two, or a write.
  const object_stamp* stamp_of(resource_id resource, const uid& id) {
    const class_layout& l = layout(resource);
    ask([&] { link().stamps(l.stamps + "uuid=?", {text(id.text())}, stamps_); });
    stamps_are_of_ = writes;
    return stamps_.empty() ? nullptr : &stamps_.front();
  }
  const object_stamp* stamp_of(resource_id resource, record_handle h) {
    const object_key key{layout(resource).number, static_cast<std::int64_t>(h)};
    if (stamps_are_of_ == writes && !stamps_.empty() && stamps_.front().key.class_number == key.class_number &&
        stamps_.front().key.object == key.object)
      return &stamps_.front();
    stamps_are_of_ = writes;
    stamps_.resize(1);
    if (!ask([&] { return link().load(key, stamps_.front()); })) stamps_.clear();
    return stamps_.empty() ? nullptr : &stamps_.front();
  }

  record_handle handle_of(resource_id resource, const uid& id) override {
    const auto& found = find(layout(resource).find + "r.uuid=?", {text(id.text())});
    return found.empty() ? record_handle::none : static_cast<record_handle>(found.front().object);
  }

  /// Whether an object is there: the application erases objects, but not their stamps. Those that are, are remembered,
  /// because few objects are pointed to by many.
  bool has_object(resource_id resource, std::int64_t id) {
    if (id <= 0) return false;
    if (there_.empty()) there_.resize(plan_.classes.size());
    auto& known = there_[resource];
    known.resize(1024);
    std::int64_t& slot = known[static_cast<std::size_t>(id) % known.size()];
    if (slot == id) return true;
    if (find(layout(resource).there, {integer(id)}).empty()) return false;
    slot = id;
    return true;
  }
  void forget_objects() { there_.clear(); }

  static gateway::cell text(std::string_view s) {
    return {gateway::cell::kind::text, 0, 0, s.data() == nullptr ? "" : s.data(), s.size()};
  }
  static gateway::cell integer(std::int64_t n) { return {gateway::cell::kind::integer, n, 0, nullptr, 0}; }

  /// How much was written over this connection: what was read ahead may be out of date.
  std::uint64_t writes = 0;
  /// Of the database, when it was last looked for triggers of others, and whether there are any.
  std::int64_t schema_version = -1;
  bool heard = false;
  /// The columns of the object that was read last, kept for their memory.
  std::vector<gateway::cell> row;

 private:
  static owner open(const plan& p, gateway::database& db) {
    return translated(p, nullptr, [&] { return std::make_unique<gateway::connection>(db); });
  }

  void read_uid(resource_id resource, std::int64_t id, uid& into) override {
    const auto& found = find(layout(resource).find + "r.object=?", {integer(id)});
    if (!found.empty()) into.assign(found.front().uuid);
  }

  const plan& plan_;
  std::vector<std::unique_ptr<gateway::objects>> objects_;
  std::vector<found_object> found_;
  std::vector<object_stamp> stamps_;
  std::uint64_t stamps_are_of_ = 0;
  // Direct-mapped, by resource.
  std::vector<std::vector<std::int64_t>> there_;
};

}  // namespace edensync::odb::detail
