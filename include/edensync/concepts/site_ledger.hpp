#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/data_set.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/core/sync_task.hpp"

namespace edensync {

/// Reads what a site must remember beside its records.
///
/// Errors: `failure_exception`. Thread safety: as the reader that it is part of.
template <class L>
concept ledger_reader = requires(L l, std::string_view key, const uid& id, repository_id repo, task_id task,
                                 direction d, resource_id resource, record_handle record, std::int64_t after,
                                 std::int64_t until, std::size_t limit) {
  { l.setting(key) } -> std::same_as<std::optional<std::string>>;
  { l.repositories() } -> std::same_as<std::vector<repository>>;
  { l.find_repository(id) } -> std::same_as<std::optional<repository>>;
  // In the order in which they are to be run: by `order`, then by id.
  { l.tasks(repo) } -> std::same_as<std::vector<sync_task>>;
  // In order of id; `repo` 0: of all repositories.
  { l.jobs(repo) } -> std::same_as<std::vector<sync_job>>;
  // Only the repository is set if nothing was written.
  { l.get_run(repo) } -> std::same_as<run_state>;
  // In order of id, those of all repositories and those hosted here.
  { l.datasets() } -> std::same_as<std::vector<data_set>>;
  // An empty watermark if there is none.
  { l.get_watermark(task, d) } -> std::same_as<watermark>;
  { l.get_resume(task) } -> std::same_as<std::optional<resume_state>>;
  { l.get_lease(repo) } -> std::same_as<std::optional<lease>>;
  // In order of id, those with an id above `after`; `repo` 0: of all repositories.
  { l.quarantined(repo, after, limit) } -> std::same_as<std::vector<quarantine_entry>>;
  { l.count_quarantined(repo) } -> std::same_as<std::uint64_t>;
  // In order of id, which is that in which they were added, those with an id above `after`.
  { l.open_references(after, limit) } -> std::same_as<std::vector<open_reference>>;
  // Those that this record holds, in order of id.
  { l.open_references_of(resource, record) } -> std::same_as<std::vector<open_reference>>;
  { l.count_open_references() } -> std::same_as<std::uint64_t>;
  // Newest first; an empty uid: of all records. Only those with something lost or refused if `id` is empty.
  { l.decisions(key, id, limit) } -> std::same_as<std::vector<decision_entry>>;
  // The id of the last one; 0 if there is none.
  { l.last_decision() } -> std::same_as<std::int64_t>;
  // In order of id, those of a repository with an id above `after`, up to `until`, with something lost or refused.
  { l.decisions_between(repo, after, until, limit) } -> std::same_as<std::vector<decision_entry>>;
  // Newest first; `repo` 0: of all.
  { l.log(repo, limit) } -> std::same_as<std::vector<log_entry>>;
  // In order of id, those with an id above `after`; `repo` 0: of all.
  { l.log_after(repo, after, limit) } -> std::same_as<std::vector<log_entry>>;
};

/// Writes it, in the transaction that it is part of.
template <class L>
concept ledger_writer = ledger_reader<L> &&
    requires(L l, std::string_view key, const repository& repo, const sync_task& t, task_id task, direction d,
             const watermark& w, const std::optional<resume_state>& resume, const lease& right, repository_id r,
             const quarantine_entry& q, const open_reference& o, std::int64_t id, const decision_entry& decided,
             const log_entry& line, resource_id resource, record_handle record, const data_set& set, dataset_id dataset,
             const sync_job& plan, job_id job, const run_state& run, timestamp before) {
  l.set_setting(key, key);
  // Inserts if id is 0, otherwise replaces; gives the id.
  { l.put_repository(repo) } -> std::same_as<repository_id>;
  // Removes the repository, its data sets, tasks, jobs, watermarks and quarantine; its log stays.
  l.erase_repository(r);
  { l.put_task(t) } -> std::same_as<task_id>;
  l.erase_task(task);
  { l.put_job(plan) } -> std::same_as<job_id>;
  l.erase_job(job);
  l.set_run(run);
  { l.put_dataset(set) } -> std::same_as<dataset_id>;
  // Removes the data set and its tasks.
  l.erase_dataset(dataset);
  l.set_watermark(task, d, w);
  l.set_resume(task, resume);
  l.set_lease(right);
  l.erase_lease(r);
  // Replaces the entry of the same repository, task, resource and uid (without a uid: the same payload), if there is
  // one, counts its attempts up and keeps since when it waits.
  { l.add_quarantine(q) } -> std::same_as<std::int64_t>;
  l.erase_quarantine(id);
  // One that waits already is not added again.
  l.add_open_reference(o);
  l.erase_open_reference(id);
  // Those that this record holds: its references are about to be written anew.
  l.erase_open_references(resource, record);
  // The store numbers it with the last sequence number given out; the entry's own number is not looked at.
  l.add_decision(decided);
  l.add_log(line);
  // Removes lines of the log and decisions that are older than this; numbers are not given again.
  l.forget_before(before);
};

}  // namespace edensync
