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

namespace can {

template <class L>
concept setting = requires(L l, std::string_view key) {
  { l.setting(key) } -> std::same_as<std::optional<std::string>>;
};
template <class L>
concept repositories = requires(L l) {
  { l.repositories() } -> std::same_as<std::vector<repository>>;
};
template <class L>
concept find_repository = requires(L l, const uid& id) {
  { l.find_repository(id) } -> std::same_as<std::optional<repository>>;
};
// In the order in which they are to be run: by `order`, then by id.
template <class L>
concept tasks = requires(L l, repository_id repo) {
  { l.tasks(repo) } -> std::same_as<std::vector<sync_task>>;
};
// In order of id; `repo` 0: of all repositories.
template <class L>
concept jobs = requires(L l, repository_id repo) {
  { l.jobs(repo) } -> std::same_as<std::vector<sync_job>>;
};
// Only the repository is set if nothing was written.
template <class L>
concept get_run = requires(L l, repository_id repo) {
  { l.get_run(repo) } -> std::same_as<run_state>;
};
// In order of id, those of all repositories and those hosted here.
template <class L>
concept datasets = requires(L l) {
  { l.datasets() } -> std::same_as<std::vector<data_set>>;
};
// An empty watermark if there is none.
template <class L>
concept get_watermark = requires(L l, task_id task, direction d) {
  { l.get_watermark(task, d) } -> std::same_as<watermark>;
};
template <class L>
concept get_resume = requires(L l, task_id task) {
  { l.get_resume(task) } -> std::same_as<std::optional<resume_state>>;
};
template <class L>
concept get_lease = requires(L l, repository_id repo) {
  { l.get_lease(repo) } -> std::same_as<std::optional<lease>>;
};
// In order of id, those with an id above `after`; `repo` 0: of all repositories.
template <class L>
concept quarantined = requires(L l, repository_id repo, std::int64_t after, std::size_t limit) {
  { l.quarantined(repo, after, limit) } -> std::same_as<std::vector<quarantine_entry>>;
};
template <class L>
concept count_quarantined = requires(L l, repository_id repo) {
  { l.count_quarantined(repo) } -> std::same_as<std::uint64_t>;
};
// In order of id, which is that in which they were added, those with an id above `after`.
template <class L>
concept open_references = requires(L l, std::int64_t after, std::size_t limit) {
  { l.open_references(after, limit) } -> std::same_as<std::vector<open_reference>>;
};
// Those that this record holds, in order of id.
template <class L>
concept open_references_of = requires(L l, resource_id resource, record_handle record) {
  { l.open_references_of(resource, record) } -> std::same_as<std::vector<open_reference>>;
};
template <class L>
concept count_open_references = requires(L l) {
  { l.count_open_references() } -> std::same_as<std::uint64_t>;
};
// Newest first, those on the record with this uid, and on one that was found to be it. If `id` is empty, those of all
// records with something lost or refused.
template <class L>
concept decisions = requires(L l, std::string_view key, const uid& id, std::size_t limit) {
  { l.decisions(key, id, limit) } -> std::same_as<std::vector<decision_entry>>;
};
// The id of the last one; 0 if there is none.
template <class L>
concept last_decision = requires(L l) {
  { l.last_decision() } -> std::same_as<std::int64_t>;
};
// In order of id, those of a repository with an id above `after`, up to `until`, with something lost or refused.
template <class L>
concept decisions_between = requires(L l, repository_id repo, std::int64_t after, std::int64_t until,
                                     std::size_t limit) {
  { l.decisions_between(repo, after, until, limit) } -> std::same_as<std::vector<decision_entry>>;
};
// Newest first; `repo` 0: of all.
template <class L>
concept log = requires(L l, repository_id repo, std::size_t limit) {
  { l.log(repo, limit) } -> std::same_as<std::vector<log_entry>>;
};
// In order of id, those with an id above `after`; `repo` 0: of all.
template <class L>
concept log_after = requires(L l, repository_id repo, std::int64_t after, std::size_t limit) {
  { l.log_after(repo, after, limit) } -> std::same_as<std::vector<log_entry>>;
};

}  // namespace can

/// Reads what a site must remember beside its records.
///
/// Errors: `failure_exception`. Thread safety: as the reader that it is part of.
template <class L>
concept ledger_reader = can::setting<L> && can::repositories<L> && can::find_repository<L> && can::tasks<L> &&
    can::jobs<L> && can::get_run<L> && can::datasets<L> && can::get_watermark<L> && can::get_resume<L> &&
    can::get_lease<L> && can::quarantined<L> && can::count_quarantined<L> && can::open_references<L> &&
    can::open_references_of<L> && can::count_open_references<L> && can::decisions<L> && can::last_decision<L> &&
    can::decisions_between<L> && can::log<L> && can::log_after<L>;

namespace can {

template <class L>
concept set_setting = requires(L l, std::string_view key) {
  l.set_setting(key, key);
};
// Inserts if id is 0, otherwise replaces; gives the id.
template <class L>
concept put_repository = requires(L l, const repository& repo) {
  { l.put_repository(repo) } -> std::same_as<repository_id>;
};
// Removes the repository, its data sets, tasks, jobs, watermarks and quarantine; its log stays.
template <class L>
concept erase_repository = requires(L l, repository_id r) {
  l.erase_repository(r);
};
template <class L>
concept put_task = requires(L l, const sync_task& t) {
  { l.put_task(t) } -> std::same_as<task_id>;
};
template <class L>
concept erase_task = requires(L l, task_id task) {
  l.erase_task(task);
};
template <class L>
concept put_job = requires(L l, const sync_job& plan) {
  { l.put_job(plan) } -> std::same_as<job_id>;
};
template <class L>
concept erase_job = requires(L l, job_id job) {
  l.erase_job(job);
};
template <class L>
concept set_run = requires(L l, const run_state& run) {
  l.set_run(run);
};
template <class L>
concept put_dataset = requires(L l, const data_set& set) {
  { l.put_dataset(set) } -> std::same_as<dataset_id>;
};
// Removes the data set and its tasks.
template <class L>
concept erase_dataset = requires(L l, dataset_id dataset) {
  l.erase_dataset(dataset);
};
template <class L>
concept set_watermark = requires(L l, task_id task, direction d, const watermark& w) {
  l.set_watermark(task, d, w);
};
template <class L>
concept set_resume = requires(L l, task_id task, const std::optional<resume_state>& resume) {
  l.set_resume(task, resume);
};
template <class L>
concept set_lease = requires(L l, const lease& right) {
  l.set_lease(right);
};
template <class L>
concept erase_lease = requires(L l, repository_id r) {
  l.erase_lease(r);
};
// Replaces the entry of the same repository, task, resource and uid (without a uid: the same payload), if there is
// one, adds its attempts to those there and keeps since when it waits; its own `since` is then when it was tried last.
template <class L>
concept add_quarantine = requires(L l, const quarantine_entry& q) {
  { l.add_quarantine(q) } -> std::same_as<std::int64_t>;
};
template <class L>
concept erase_quarantine = requires(L l, std::int64_t id) {
  l.erase_quarantine(id);
};
// One that waits already is not added again.
template <class L>
concept add_open_reference = requires(L l, const open_reference& o) {
  l.add_open_reference(o);
};
template <class L>
concept erase_open_reference = requires(L l, std::int64_t id) {
  l.erase_open_reference(id);
};
// Those that this record holds: its references are about to be written anew.
template <class L>
concept erase_open_references = requires(L l, resource_id resource, record_handle record) {
  l.erase_open_references(resource, record);
};
// The store numbers it with the last sequence number given out; the entry's own number is not looked at.
template <class L>
concept add_decision = requires(L l, const decision_entry& decided) {
  l.add_decision(decided);
};
template <class L>
concept add_log = requires(L l, const log_entry& line) {
  l.add_log(line);
};
// Removes lines of the log and decisions that are older than this; numbers are not given again. The last decision may stay.
template <class L>
concept forget_before = requires(L l, timestamp before) {
  l.forget_before(before);
};

}  // namespace can

/// Writes it, in the transaction that it is part of.
template <class L>
concept ledger_writer =
    ledger_reader<L> && can::set_setting<L> && can::put_repository<L> && can::erase_repository<L> && can::put_task<L> &&
    can::erase_task<L> && can::put_job<L> && can::erase_job<L> && can::set_run<L> && can::put_dataset<L> &&
    can::erase_dataset<L> && can::set_watermark<L> && can::set_resume<L> && can::set_lease<L> && can::erase_lease<L> &&
    can::add_quarantine<L> && can::erase_quarantine<L> && can::add_open_reference<L> && can::erase_open_reference<L> &&
    can::erase_open_references<L> && can::add_decision<L> && can::add_log<L> && can::forget_before<L>;

}  // namespace edensync
