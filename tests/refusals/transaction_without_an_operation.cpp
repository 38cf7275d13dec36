// refused: edensync: record_reader needs find(resource_id, uid) -> optional<found_record>
// refused: edensync: record_reader needs find_key(resource_id, uint32_t, value) -> vector<found_record>
// refused: edensync: record_reader needs find_match(match_query) -> optional<found_record>
// refused: edensync: record_reader needs load(resource_id, record_handle, stored_record) -> void
// refused: edensync: record_reader needs changes(change_query) -> record_cursor
// refused: edensync: record_reader needs components(resource_id, uint32_t, resource_id, span<const record_handle>, sequence_number) -> record_cursor
// refused: edensync: record_reader needs referrers(resource_id, record_handle) -> vector<referrer>
// refused: edensync: record_reader needs sequence() -> sequence_number
// refused: edensync: record_reader needs epoch() -> string
// refused: edensync: record_reader needs spool() -> record_spool
// refused: edensync: ledger_reader needs setting(string_view) -> optional<string>
// refused: edensync: ledger_reader needs repositories() -> vector<repository>
// refused: edensync: ledger_reader needs find_repository(uid) -> optional<repository>
// refused: edensync: ledger_reader needs tasks(repository_id) -> vector<sync_task>
// refused: edensync: ledger_reader needs jobs(repository_id) -> vector<sync_job>
// refused: edensync: ledger_reader needs get_run(repository_id) -> run_state
// refused: edensync: ledger_reader needs datasets() -> vector<data_set>
// refused: edensync: ledger_reader needs get_watermark(task_id, direction) -> watermark
// refused: edensync: ledger_reader needs get_resume(task_id) -> optional<resume_state>
// refused: edensync: ledger_reader needs get_lease(repository_id) -> optional<lease>
// refused: edensync: ledger_reader needs quarantined(repository_id, int64_t, size_t) -> vector<quarantine_entry>
// refused: edensync: ledger_reader needs count_quarantined(repository_id) -> uint64_t
// refused: edensync: ledger_reader needs open_references(int64_t, size_t) -> vector<open_reference>
// refused: edensync: ledger_reader needs open_references_of(resource_id, record_handle) -> vector<open_reference>
// refused: edensync: ledger_reader needs count_open_references() -> uint64_t
// refused: edensync: ledger_reader needs decisions(string_view, uid, size_t) -> vector<decision_entry>
// refused: edensync: ledger_reader needs last_decision() -> int64_t
// refused: edensync: ledger_reader needs decisions_between(repository_id, int64_t, int64_t, size_t) -> vector<decision_entry>
// refused: edensync: ledger_reader needs log(repository_id, size_t) -> vector<log_entry>
// refused: edensync: ledger_reader needs log_after(repository_id, int64_t, size_t) -> vector<log_entry>
// refused: edensync: ledger_writer needs set_setting(string_view, string_view)
// refused: edensync: ledger_writer needs put_repository(repository) -> repository_id
// refused: edensync: ledger_writer needs erase_repository(repository_id)
// refused: edensync: ledger_writer needs put_task(sync_task) -> task_id
// refused: edensync: ledger_writer needs erase_task(task_id)
// refused: edensync: ledger_writer needs put_job(sync_job) -> job_id
// refused: edensync: ledger_writer needs erase_job(job_id)
// refused: edensync: ledger_writer needs set_run(run_state)
// refused: edensync: ledger_writer needs put_dataset(data_set) -> dataset_id
// refused: edensync: ledger_writer needs erase_dataset(dataset_id)
// refused: edensync: ledger_writer needs set_watermark(task_id, direction, watermark)
// refused: edensync: ledger_writer needs set_resume(task_id, optional<resume_state>)
// refused: edensync: ledger_writer needs set_lease(lease)
// refused: edensync: ledger_writer needs erase_lease(repository_id)
// refused: edensync: ledger_writer needs add_quarantine(quarantine_entry) -> int64_t
// refused: edensync: ledger_writer needs erase_quarantine(int64_t)
// refused: edensync: ledger_writer needs add_open_reference(open_reference)
// refused: edensync: ledger_writer needs erase_open_reference(int64_t)
// refused: edensync: ledger_writer needs erase_open_references(resource_id, record_handle)
// refused: edensync: ledger_writer needs add_decision(decision_entry)
// refused: edensync: ledger_writer needs add_log(log_entry)
// refused: edensync: ledger_writer needs forget_before(timestamp)
// refused: edensync: record_transaction needs insert(record) -> write_result
// refused: edensync: record_transaction needs update(record_handle, record) -> write_result
// refused: edensync: record_transaction needs patch(resource_id, record_handle, uint32_t, value) -> write_result
// refused: edensync: record_transaction needs rename(resource_id, record_handle, uid) -> write_result
// refused: edensync: record_transaction needs write_as(repository_id)
// refused: edensync: record_transaction needs touch(resource_id, record_handle)
// refused: edensync: record_transaction needs commit()
#include "edensync/concepts/check_store.hpp"

#include "edensync/memory/transaction.hpp"

// A store's transaction that can do everything but one thing, once for each thing.
namespace {

using whole = edensync::memory::transaction;

#ifndef EDENSYNC_CORRECTED
#define EDENSYNC_WITHOUT(operation)    \
  struct without_##operation : whole { \
    using whole::whole;                \
    void operation() = delete;         \
  };                                   \
  static_assert(edensync::detail::check_transaction<without_##operation>::value);
#else
#define EDENSYNC_WITHOUT(operation)
static_assert(edensync::detail::check_transaction<whole>::value);
#endif

EDENSYNC_WITHOUT(find)
EDENSYNC_WITHOUT(find_key)
EDENSYNC_WITHOUT(find_match)
EDENSYNC_WITHOUT(load)
EDENSYNC_WITHOUT(changes)
EDENSYNC_WITHOUT(components)
EDENSYNC_WITHOUT(referrers)
EDENSYNC_WITHOUT(sequence)
EDENSYNC_WITHOUT(epoch)
EDENSYNC_WITHOUT(spool)
EDENSYNC_WITHOUT(setting)
EDENSYNC_WITHOUT(repositories)
EDENSYNC_WITHOUT(find_repository)
EDENSYNC_WITHOUT(tasks)
EDENSYNC_WITHOUT(jobs)
EDENSYNC_WITHOUT(get_run)
EDENSYNC_WITHOUT(datasets)
EDENSYNC_WITHOUT(get_watermark)
EDENSYNC_WITHOUT(get_resume)
EDENSYNC_WITHOUT(get_lease)
EDENSYNC_WITHOUT(quarantined)
EDENSYNC_WITHOUT(count_quarantined)
EDENSYNC_WITHOUT(open_references)
EDENSYNC_WITHOUT(open_references_of)
EDENSYNC_WITHOUT(count_open_references)
EDENSYNC_WITHOUT(decisions)
EDENSYNC_WITHOUT(last_decision)
EDENSYNC_WITHOUT(decisions_between)
EDENSYNC_WITHOUT(log)
EDENSYNC_WITHOUT(log_after)
EDENSYNC_WITHOUT(set_setting)
EDENSYNC_WITHOUT(put_repository)
EDENSYNC_WITHOUT(erase_repository)
EDENSYNC_WITHOUT(put_task)
EDENSYNC_WITHOUT(erase_task)
EDENSYNC_WITHOUT(put_job)
EDENSYNC_WITHOUT(erase_job)
EDENSYNC_WITHOUT(set_run)
EDENSYNC_WITHOUT(put_dataset)
EDENSYNC_WITHOUT(erase_dataset)
EDENSYNC_WITHOUT(set_watermark)
EDENSYNC_WITHOUT(set_resume)
EDENSYNC_WITHOUT(set_lease)
EDENSYNC_WITHOUT(erase_lease)
EDENSYNC_WITHOUT(add_quarantine)
EDENSYNC_WITHOUT(erase_quarantine)
EDENSYNC_WITHOUT(add_open_reference)
EDENSYNC_WITHOUT(erase_open_reference)
EDENSYNC_WITHOUT(erase_open_references)
EDENSYNC_WITHOUT(add_decision)
EDENSYNC_WITHOUT(add_log)
EDENSYNC_WITHOUT(forget_before)
EDENSYNC_WITHOUT(insert)
EDENSYNC_WITHOUT(update)
EDENSYNC_WITHOUT(patch)
EDENSYNC_WITHOUT(rename)
EDENSYNC_WITHOUT(write_as)
EDENSYNC_WITHOUT(touch)
EDENSYNC_WITHOUT(commit)

}  // namespace
