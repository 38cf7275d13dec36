#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/concepts/site_ledger.hpp"
#include "edensync/skeleton/record_view.hpp"

namespace edensync::skeleton {

/// Step 7. Reads what a site remembers beside its records; models `ledger_reader`.
///
/// All of it is small and looked up by number, but for decisions, log and quarantine, which grow. Whatever is unknown is
/// no error: there is none of it, or it is empty.
class ledger_view : public record_view {
 public:
  std::optional<std::string> setting(std::string_view) const { not_written_yet("setting"); }
  std::vector<repository> repositories() const { not_written_yet("repositories"); }
  std::optional<repository> find_repository(const uid&) const { not_written_yet("find_repository"); }
  /// By `order`, then by id: the order in which they are run.
  std::vector<sync_task> tasks(repository_id) const { not_written_yet("tasks"); }
  /// Here and below: in order of id; of all repositories if it is 0.
  std::vector<sync_job> jobs(repository_id) const { not_written_yet("jobs"); }
  run_state get_run(repository_id) const { not_written_yet("get_run"); }
  std::vector<data_set> datasets() const { not_written_yet("datasets"); }
  watermark get_watermark(task_id, direction) const { not_written_yet("get_watermark"); }
  std::optional<resume_state> get_resume(task_id) const { not_written_yet("get_resume"); }
  std::optional<lease> get_lease(repository_id) const { not_written_yet("get_lease"); }
  /// Here and below: those with an id above the number, up to a limit.
  std::vector<quarantine_entry> quarantined(repository_id, std::int64_t, std::size_t) const {
    not_written_yet("quarantined");
  }
  std::uint64_t count_quarantined(repository_id) const { not_written_yet("count_quarantined"); }
  std::vector<open_reference> open_references(std::int64_t, std::size_t) const { not_written_yet("open_references"); }
  std::vector<open_reference> open_references_of(resource_id, record_handle) const {
    not_written_yet("open_references_of");
  }
  std::uint64_t count_open_references() const { not_written_yet("count_open_references"); }
  /// Newest first, on the record with this uid or found to be it (`twin`); if the uid is empty, of all records of the
  /// resource, but only those that `lost_or_refused` something.
  std::vector<decision_entry> decisions(std::string_view, const uid&, std::size_t) const {
    not_written_yet("decisions");
  }
  std::int64_t last_decision() const { not_written_yet("last_decision"); }
  /// In order of id, above the first number and up to the second, only those that `lost_or_refused` something.
  std::vector<decision_entry> decisions_between(repository_id, std::int64_t, std::int64_t, std::size_t) const {
    not_written_yet("decisions_between");
  }
  /// Newest first.
  std::vector<log_entry> log(repository_id, std::size_t) const { not_written_yet("log"); }
  std::vector<log_entry> log_after(repository_id, std::int64_t, std::size_t) const { not_written_yet("log_after"); }

 protected:
  using record_view::record_view;
};

}  // namespace edensync::skeleton
