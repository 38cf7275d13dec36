#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "edensync/concepts/check_store.hpp"
#include "edensync/skeleton/ledger_view.hpp"

namespace edensync::skeleton {

/// Writes; models `record_transaction`. It reads what it has written itself, and nobody else does before `commit`.
///
/// Thread safety: one thread at a time.
class transaction : public ledger_view {
 public:
  transaction(std::shared_ptr<const edensync::schema> resources, const write_context& w)
      : ledger_view(std::move(resources)), context_(w) {}
  transaction(transaction&&) noexcept = default;
  transaction(const transaction&) = delete;

  /// Step 2. Rolls back what was not committed, and lets the next writer in.
  ~transaction() = default;

  /// Step 3. A new record: next handle, next sequence number, origin of the context. Refuses (a value, not an error):
  /// no uuid, a uuid that is there; step 4: a value that does not fit its field, a live record without a mandatory field,
  /// content that another live record has in a unique field. The guide says with which reason.
  write_result insert(const record&) { not_written_yet("insert"); }

  /// Step 4. Writes the fields that are not absent; `deleted` and `replaced_by` always, the other stamps and authors where
  /// given. The uuid is not looked at. Unknown handle, here and below: throws `no_such_record`.
  write_result update(record_handle, const record&) { not_written_yet("update"); }

  /// Step 4. One field; version and origin stay, the record moves to the end of the change order.
  write_result patch(resource_id, record_handle, std::uint32_t, const value&) { not_written_yet("patch"); }

  /// Step 6. Another uid, in everything that points to the record or was merged into it, too. Only the record itself moves
  /// to the end of the change order. Refuses an empty uid and one that is taken.
  write_result rename(resource_id, record_handle, const uid&) { not_written_yet("rename"); }

  /// Step 4. From here on another origin than that of the context.
  void write_as(repository_id origin) { context_.origin = origin; }

  /// Step 5. To the end of the change order; `written` remembers the place before.
  void touch(resource_id, record_handle) { not_written_yet("touch"); }

  /// Step 2. All of it or, throwing `failure_exception`, nothing. When it returns, a power cut loses nothing of it, and the
  /// next writer may begin, though this object lives on. What was committed is not rolled back at its end.
  void commit() { not_written_yet("commit"); }

  // Step 7. The ledger, in the same commit as the records.

  void set_setting(std::string_view, std::string_view) { not_written_yet("set_setting"); }
  /// Each `put` inserts if the id is 0 and replaces otherwise, and what belongs to it (tasks, watermarks, resume state, lease)
  /// stays; ids are not used again.
  repository_id put_repository(const repository&) { not_written_yet("put_repository"); }
  /// Its data sets, tasks, jobs, run, lease, watermarks and quarantine go as well; its log stays.
  void erase_repository(repository_id) { not_written_yet("erase_repository"); }
  task_id put_task(const sync_task&) { not_written_yet("put_task"); }
  /// Its watermarks and resume state go as well.
  void erase_task(task_id) { not_written_yet("erase_task"); }
  job_id put_job(const sync_job&) { not_written_yet("put_job"); }
  void erase_job(job_id) { not_written_yet("erase_job"); }
  void set_run(const run_state&) { not_written_yet("set_run"); }
  dataset_id put_dataset(const data_set&) { not_written_yet("put_dataset"); }
  /// Its tasks go as well.
  void erase_dataset(dataset_id) { not_written_yet("erase_dataset"); }
  void set_watermark(task_id, direction, const watermark&) { not_written_yet("set_watermark"); }
  void set_resume(task_id, const std::optional<resume_state>&) { not_written_yet("set_resume"); }
  void set_lease(const lease&) { not_written_yet("set_lease"); }
  void erase_lease(repository_id) { not_written_yet("erase_lease"); }
  /// Replaces the entry of the same repository, task, resource and uid (without a uid: of the same payload), adds its
  /// attempts to those there, and keeps since when it waits; `last_tried` is `since` of the one that was given last.
  std::int64_t add_quarantine(const quarantine_entry&) { not_written_yet("add_quarantine"); }
  void erase_quarantine(std::int64_t) { not_written_yet("erase_quarantine"); }
  /// One for each field of a record: a later one takes the place of the one before.
  void add_open_reference(const open_reference&) { not_written_yet("add_open_reference"); }
  void erase_open_reference(std::int64_t) { not_written_yet("erase_open_reference"); }
  void erase_open_references(resource_id, record_handle) { not_written_yet("erase_open_references"); }
  /// With the next id, and the last sequence number of this transaction.
  void add_decision(const decision_entry&) { not_written_yet("add_decision"); }
  void add_log(const log_entry&) { not_written_yet("add_log"); }
  /// Lines of the log, and decisions.
  void forget_before(timestamp) { not_written_yet("forget_before"); }

 private:
  write_context context_;
};

// Says in a sentence what is missing or different.
static_assert(edensync::detail::check_transaction<transaction>::value);

}  // namespace edensync::skeleton
