#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "edensync/core/data_set.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/core/sync_task.hpp"

namespace edensync::memory::detail {

/// A value that is copied only when it is written to. A copy of it shares the content until then.
template <class T>
class shared_copy {
 public:
  shared_copy() : content_(std::make_shared<T>()) {}
  shared_copy(const shared_copy& other) : content_(other.content_) {}
  shared_copy(shared_copy&&) noexcept = default;
  shared_copy& operator=(const shared_copy&) = delete;
  shared_copy& operator=(shared_copy&&) noexcept = default;
  ~shared_copy() = default;

  const T& operator*() const { return *content_; }
  const T* operator->() const { return content_.get(); }

  T& edit() {
    if (!mine_) {
      content_ = std::make_shared<T>(*content_);
      mine_ = true;
    }
    return *content_;
  }

 private:
  std::shared_ptr<T> content_;
  // Nobody else has the content: it was made by `edit` and not copied since, as only finished states are copied.
  bool mine_ = false;
};

/// A record and the arrival of its commit, which all records of one transaction share and `commit` settles.
struct row {
  stored_record content;
  std::shared_ptr<const timestamp> arrival;
};

/// The records of one resource. A handle is a place in `rows`, counted from 1; rows are never removed.
struct table {
  std::vector<std::shared_ptr<const row>> rows;
  std::map<uid, record_handle> by_uid;
  std::map<sequence_number, record_handle> by_sequence;

  const row* find(record_handle h) const {
    const auto place = static_cast<std::uint64_t>(h);
    return place == 0 || place > rows.size() ? nullptr : rows[place - 1].get();
  }
};

/// References that wait, at most one for each field of a record.
struct open_list {
  std::int64_t last = 0;
  std::map<std::int64_t, open_reference> entries;
  std::map<std::tuple<resource_id, record_handle, std::uint32_t>, std::int64_t> by_field;

  /// Replaces what the same field waited for before.
  void add(open_reference o) {
    const auto [it, added] = by_field.try_emplace({o.resource, o.record, o.field}, last + 1);
    if (added) ++last;
    o.id = it->second;
    entries.insert_or_assign(o.id, std::move(o));
  }

  void erase(std::int64_t id) {
    const auto it = entries.find(id);
    if (it == entries.end()) return;
    by_field.erase({it->second.resource, it->second.record, it->second.field});
    entries.erase(it);
  }

  std::vector<open_reference> of(resource_id resource, record_handle record) const {
    std::vector<open_reference> all;
    for (auto it = by_field.lower_bound({resource, record, 0}); it != by_field.end(); ++it) {
      if (std::get<0>(it->first) != resource || std::get<1>(it->first) != record) break;
      all.push_back(entries.at(it->second));
    }
    return all;
  }

  void erase_of(resource_id resource, record_handle record) {
    for (const auto& each : of(resource, record)) erase(each.id);
  }
};

struct quarantine_list {
  std::int64_t last = 0;
  std::map<std::int64_t, quarantine_entry> entries;
};

/// The small rest of the ledger.
struct configuration {
  std::map<std::string, std::string, std::less<>> settings;
  repository_id last_repository = 0;
  std::map<repository_id, repository> repositories;
  task_id last_task = 0;
  std::map<task_id, sync_task> tasks;
  job_id last_job = 0;
  std::map<job_id, sync_job> jobs;
  std::map<repository_id, run_state> runs;
  dataset_id last_dataset = 0;
  std::map<dataset_id, data_set> datasets;
  std::map<std::pair<task_id, direction>, watermark> watermarks;
  std::map<task_id, resume_state> resumes;
  std::map<repository_id, lease> leases;
};

/// Everything that a store holds at one moment.
struct state {
  /// One for each resource of the schema.
  std::vector<shared_copy<table>> tables;
  shared_copy<configuration> config;
  shared_copy<quarantine_list> quarantine;
  shared_copy<open_list> open;
  shared_copy<std::vector<std::shared_ptr<const decision_entry>>> decisions;
  shared_copy<std::vector<std::shared_ptr<const log_entry>>> log;
  std::int64_t last_decision = 0;
  std::int64_t last_log = 0;
  sequence_number sequence = 0;
  /// The arrival of the last commit that wrote records.
  std::optional<timestamp> arrival;
  /// The youngest modified_on ever written, and what it was when the store was last served from.
  std::optional<timestamp> youngest;
  std::optional<timestamp> served;
};

}  // namespace edensync::memory::detail
