#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "edensync/core/write_context.hpp"
#include "edensync/sqlite/session.hpp"

namespace edensync::sqlite {

/// A to-do list that moves to a temporary table once it is large; models `record_spool`.
///
/// Memory stays bounded, and short lists never leave it. Lifetime: ends before its reader.
class spool {
 public:
  /// `number` tells the spools of one reader apart.
  spool(detail::session& s, std::int64_t number) : session_(&s), number_(number) {}
  spool(spool&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)),
        number_(other.number_),
        added_(other.added_),
        taken_(other.taken_),
        spilled_(other.spilled_),
        entries_(std::move(other.entries_)),
        seen_(std::move(other.seen_)),
        recent_(std::move(other.recent_)) {}
  spool(const spool&) = delete;
  spool& operator=(const spool&) = delete;
  spool& operator=(spool&&) = delete;
  ~spool() {
    if (session_ == nullptr || !spilled_) return;
    try {
      execution(session_->prepared("DELETE FROM temp.edensync_spool WHERE spool=?")).integer(number_).step();
    } catch (...) {  // The table goes with its connection.
    }
  }

  bool add(const spool_entry& e) {
    if (!spilled_ && seen_.size() < held) {
      if (!seen_.emplace(e.resource, e.record).second) return false;
      entries_.push_back(e);
      ++added_;
      return true;
    }
    if (!spilled_) spill();
    spool_entry& remembered = recent_[(static_cast<std::uint64_t>(e.record) * 31 + e.resource) % recent_.size()];
    if (remembered.resource == e.resource && remembered.record == e.record) return false;
    remembered = e;
    if (!insert(e, added_)) return false;
    ++added_;
    return true;
  }

  std::optional<spool_entry> next() {
    if (taken_ == added_) return std::nullopt;
    if (!spilled_) return entries_[static_cast<std::size_t>(taken_++)];
    execution e(session_->prepared("SELECT resource,record,depth FROM temp.edensync_spool WHERE spool=? AND n=?"));
    if (!e.integer(number_).integer(taken_++).step()) throw_failure(error::store_failed, "the to-do list is gone");
    return spool_entry{static_cast<resource_id>(e.get_integer(0)), static_cast<record_handle>(e.get_integer(1)),
                       static_cast<std::uint32_t>(e.get_integer(2))};
  }

 private:
  static constexpr std::size_t held = 4096;

  void spill() {
    session_->db.run(
        "CREATE TEMP TABLE IF NOT EXISTS edensync_spool(spool INTEGER, n INTEGER, resource INTEGER, record INTEGER,"
        " depth INTEGER, PRIMARY KEY(spool, n)) WITHOUT ROWID;"
        "CREATE UNIQUE INDEX IF NOT EXISTS temp.edensync_spooled ON edensync_spool(spool, resource, record)");
    std::int64_t n = 0;
    for (const spool_entry& e : entries_) insert(e, n++);
    entries_ = {};
    seen_.clear();
    recent_.resize(held);
    spilled_ = true;
  }

  bool insert(const spool_entry& s, std::int64_t n) {
    execution e(session_->prepared("INSERT OR IGNORE INTO temp.edensync_spool VALUES(?,?,?,?,?) RETURNING 1"));
    e.integer(number_).integer(n).integer(s.resource).integer(static_cast<std::int64_t>(s.record)).integer(s.depth);
    return e.step();
  }

  detail::session* session_;
  std::int64_t number_;
  std::int64_t added_ = 0;
  std::int64_t taken_ = 0;
  bool spilled_ = false;
  std::vector<spool_entry> entries_;
  std::set<std::pair<resource_id, record_handle>> seen_;
  // What was added last, by a number made from it: most that comes again comes soon.
  std::vector<spool_entry> recent_;
};

}  // namespace edensync::sqlite
