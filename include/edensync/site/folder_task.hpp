#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "edensync/concepts/document_folder.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/folder_state.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/left_undone.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/unlogged_import.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

/// What reading and writing of files have in common: one task of a repository, its folder, and the run that they are in.
///
/// Lifetime: all of them outlive it. Thread safety: one thread at a time.
template <class Parts, document_folder Folder>
struct folder_task {
  site<Parts>& self;
  Folder& folder;
  edensync::repository& repository;
  const sync_task& task;
  const run_hooks& hooks;
  held_lease<Parts>& lease;
  /// Where in the run, for the progress.
  std::size_t number = 0;
  std::size_t tasks = 0;

  /// THIS and OTHER always exchange everything.
  bool everything() const { return task.update == policy_name::keep_local || task.update == policy_name::take_remote; }

  /// Whether the run is to end; keeps the lease. Throws `busy` if that is lost.
  bool stop() const {
    if (auto kept = lease.keep(); !kept) throw failure_exception(kept.error());
    return hooks.is_to_end();
  }

  /// What a failure is: whatever goes wrong once the run is to end goes wrong because of that.
  failure judged(const failure& why) const {
    return hooks.is_to_end() && !(why.code == error::busy) ? hooks.end() : why;
  }

  void show(direction way, std::uint64_t records, std::uint64_t bytes) const {
    if (hooks.progress) hooks.progress({task.resource, way, number, tasks, records, bytes});
  }

  log_entry stamped(log_entry e) const {
    e.at = self.now();
    e.repository = repository.id;
    e.repository_name = repository.name;
    return e;
  }

  /// Writes what has been done, in one transaction; `write(t, state)` changes the task's state.
  template <class F>
  result<void> settle(F&& write) const {
    return self.ledger([&](auto& t) {
      lease.check(t);
      auto state = get_folder_state(t, task.id);
      write(t, state);
      t.set_setting(folder_state::key(task.id), state.to_json());
      forget_unlogged(t, repository.id);
    });
  }
};

}  // namespace edensync
