#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/change_query.hpp"
#include "edensync/core/letter_case.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/to_do_list.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/odb/gateway.hpp"

namespace edensync::odb {

/// The one resource of the spike: number 0 of its schema.
inline constexpr std::array organisation_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true}};
inline constexpr resource_descriptor organisation_resource{.name = "org_organisation", .fields = organisation_fields};

/// A record store of one ODB-mapped class: shows that the way through the gateway carries. Not for use; see README.md
/// for what it leaves out.
///
/// Models what `record_reader` and the writes of `record_transaction` ask for, without the ledger.
/// Errors: `failure_exception`. Thread safety: share the store; a snapshot or transaction belongs to one thread.
class spike_store {
  // Runs a call of the gateway and speaks of its errors as the library does.
  template <class F>
  static auto ask(F&& call) {
    try {
      return call();
    } catch (const gateway::database_error& e) {
      throw_failure(e.locked ? error::store_locked : error::store_failed, e.what());
    }
  }

 public:
  class cursor;
  class snapshot_type;
  class transaction_type;

  /// Opens a file, or makes it; `epoch` names it if it is new.
  spike_store(const std::string& path, std::string_view epoch, int busy_milliseconds = 5000)
      : db_(ask([&] { return std::make_unique<gateway::database>(path, busy_milliseconds); })) {
    ask([&] {
      gateway::transaction t(*db_, true);
      if (t.setting("epoch").empty()) t.set_setting("epoch", std::string(epoch));
      t.commit();
    });
  }

  snapshot_type snapshot();
  /// The same as `snapshot`: every commit arrives later than all that was here before it (see `begin`).
  snapshot_type serve();
  transaction_type begin(const write_context& who);

 private:
  std::unique_ptr<gateway::database> db_;
};

/// Reads a page at a time, in commit order. Lifetime: its reader's.
class spike_store::cursor {
 public:
  cursor(gateway::transaction* t, const change_query& asked) : t_(t), asked_(asked) {
    after_ = static_cast<std::int64_t>(asked.after);
  }

  bool next(stored_record& into) {
    for (;;) {
      if (at_ == page_.size()) {
        if (!t_) return false;
        page_ = ask([&] { return t_->changes(after_, page_size); });
        at_ = 0;
        if (page_.empty()) return false;
        after_ = page_.back().sequence;
      }
      const gateway::organisation_row& row = page_[at_++];
      if (!matches(row)) continue;
      fill(row, into);
      return true;
    }
  }

  static void fill(const gateway::organisation_row& row, stored_record& into) {
    into = {};
    into.resource = 0;
    into.uuid.assign(row.uuid);
    into.version = version_of(row);
    into.replaced_by.assign(row.replaced_by);
    into.fields.push_back(row.has_name ? value(row.name) : value(null_value{}));
    into.handle = static_cast<record_handle>(row.id);
    into.sequence = static_cast<sequence_number>(row.sequence);
    into.origin = row.origin;
  }

  static version_stamp version_of(const gateway::organisation_row& row) {
    version_stamp v;
    if (row.has_modified_on) v.modified_on = timestamp{row.modified_on};
    if (row.has_mci) v.mci = row.mci;
    v.deleted = row.deleted;
    return v;
  }

 private:
  static constexpr int page_size = 200;

  bool matches(const gateway::organisation_row& row) const {
    if (row.deleted && !asked_.include_deleted) return false;
    if (!asked_.since) return true;
    return row.arrival >= asked_.since->seconds || (row.has_modified_on && row.modified_on >= asked_.since->seconds);
  }

  gateway::transaction* t_;
  change_query asked_;
  std::int64_t after_ = 0;
  std::vector<gateway::organisation_row> page_;
  std::size_t at_ = 0;
};

/// The last committed state, as it was when this was made. Lifetime: ends before its store.
class spike_store::snapshot_type {
 public:
  explicit snapshot_type(gateway::database& db) : snapshot_type(db, false) {}

  std::optional<found_record> find(resource_id resource, const uid& id) {
    gateway::organisation_row row;
    if (resource != 0 || !ask([&] { return t_.find(id.text(), row); })) return std::nullopt;
    return found(row);
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) {
    std::vector<found_record> all;
    const auto* name = std::get_if<std::string>(&v);
    if (resource != 0 || field != 0 || !name) return all;
    for (const auto& row : ask([&] { return t_.find_name(*name, 2); })) all.push_back(found(row));
    return all;
  }

  std::optional<found_record> find_match(const match_query& q) {
    const auto* name =
        q.fields.size() == 1 && q.fields[0].field == 0 ? std::get_if<std::string>(&q.fields[0].content) : nullptr;
    std::optional<found_record> first;
    if (!name) return first;
    auto all = changes({q.resource, 0, std::nullopt, !q.ignore_deleted});
    for (stored_record r; all.next(r);) {
      const auto* own = std::get_if<std::string>(&r.fields.at(0));
      if (!own || !(q.ignore_case ? same_without_case(*own, *name) : *own == *name)) continue;
      const found_record here{r.handle, r.version, r.sequence, r.origin};
      const auto place = [](const found_record& f) { return std::pair(f.version.deleted, f.handle); };
      if (!first || place(here) < place(*first)) first = here;
    }
    return first;
  }

  void load(resource_id resource, record_handle h, stored_record& into) { cursor::fill(row_of(resource, h), into); }

  cursor changes(const change_query& q) { return {q.resource == 0 ? &t_ : nullptr, q}; }

  /// The struct of the spike refers to nothing, so there are neither components nor referrers.
  cursor components(resource_id, std::uint32_t, resource_id, std::span<const record_handle>, sequence_number) {
    return {nullptr, {}};
  }
  std::vector<referrer> referrers(resource_id, record_handle) { return {}; }

  sequence_number sequence() {
    return static_cast<sequence_number>(ask([&] { return t_.last_sequence(); }));
  }
  std::string epoch() {
    return ask([&] { return t_.setting("epoch"); });
  }
  to_do_list spool() { return {}; }  // a store for use would spill

 protected:
  snapshot_type(gateway::database& db, bool writes) : t_(ask([&] { return gateway::transaction(db, writes); })) {}

  gateway::organisation_row row_of(resource_id resource, record_handle h) {
    gateway::organisation_row row;
    if (resource != 0 || !ask([&] { return t_.load(static_cast<std::int64_t>(h), row); }))
      throw_failure(error::no_such_record);
    return row;
  }

  static found_record found(const gateway::organisation_row& row) {
    return {static_cast<record_handle>(row.id), cursor::version_of(row), static_cast<sequence_number>(row.sequence),
            row.origin};
  }

  gateway::transaction t_;
};

/// Writes organisations; the destructor rolls back. Waits for its turn when it is made.
class spike_store::transaction_type : public spike_store::snapshot_type {
 public:
  transaction_type(gateway::database& db, const write_context& who) : snapshot_type(db, true), who_(who) {
    sequence_ = ask([&] { return t_.last_sequence(); });
    // Later than every modified_on that anybody can have been given: a store for use remembers what it served.
    arrival_ = std::max(who.now.seconds, ask([&] { return t_.youngest(); }) + 1);
  }

  write_result insert(const record& r) {
    if (r.resource != 0) return refusal{refusal_reason::refused_by_store, "the spike knows organisations only"};
    gateway::organisation_row row;
    row.uuid = r.uuid.text();
    if (auto refused = merge(r, row)) return *refused;
    stamp(row);
    row.origin = who_.origin;
    const std::int64_t id = ask([&] { return t_.insert(row); });
    if (id == 0) return refusal{refusal_reason::duplicate_key, "there is a record with the uuid " + r.uuid.text()};
    return static_cast<record_handle>(id);
  }

  write_result update(record_handle h, const record& r) {
    gateway::organisation_row row = row_of(r.resource, h);
    if (auto refused = merge(r, row)) return *refused;
    stamp(row);
    row.origin = who_.origin;
    ask([&] { t_.update(row); });
    return h;
  }

  write_result patch(resource_id resource, record_handle h, std::uint32_t field, const value& v) {
    gateway::organisation_row row = row_of(resource, h);
    if (field != 0) return refusal{refusal_reason::refused_by_store, "there is no such field"};
    if (auto refused = set_name(v, row)) return *refused;
    stamp(row);
    ask([&] { t_.update(row); });
    return h;
  }

  void write_as(repository_id origin) { who_.origin = origin; }

  void touch(resource_id resource, record_handle h) {
    gateway::organisation_row row = row_of(resource, h);
    row.sequence = ++sequence_;
    ask([&] { t_.update(row); });
  }

  void commit() {
    ask([&] { t_.commit(); });
  }

 private:
  static std::optional<refusal> set_name(const value& v, gateway::organisation_row& row) {
    if (is_absent(v)) return std::nullopt;
    if (!is_null(v) && !std::holds_alternative<std::string>(v))
      return refusal{refusal_reason::invalid_field, "name is not a text"};
    row.has_name = !is_null(v);
    row.name = row.has_name ? std::get<std::string>(v) : std::string();
    return std::nullopt;
  }

  static std::optional<refusal> merge(const record& r, gateway::organisation_row& row) {
    if (!r.fields.empty())
      if (auto refused = set_name(r.fields.front(), row)) return refused;
    if (r.version.modified_on) {
      row.has_modified_on = true;
      row.modified_on = r.version.modified_on->seconds;
    }
    if (r.version.mci) {
      row.has_mci = true;
      row.mci = *r.version.mci;
    }
    row.deleted = r.version.deleted;
    row.replaced_by = r.replaced_by.text();
    return std::nullopt;
  }

  void stamp(gateway::organisation_row& row) {
    row.sequence = ++sequence_;
    row.arrival = arrival_;
  }

  write_context who_;
  std::int64_t sequence_ = 0;
  std::int64_t arrival_ = 0;
};

inline spike_store::snapshot_type spike_store::snapshot() { return snapshot_type(*db_); }
inline spike_store::snapshot_type spike_store::serve() { return snapshot_type(*db_); }
inline spike_store::transaction_type spike_store::begin(const write_context& who) { return {*db_, who}; }

static_assert(record_reader<spike_store::snapshot_type>);
static_assert(record_reader<spike_store::transaction_type>);

}  // namespace edensync::odb
