#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/concepts/document_folder.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/file_name.hpp"
#include "edensync/site/export_file.hpp"
#include "edensync/site/folder_task.hpp"
#include "edensync/site/import_file.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/log_unlogged.hpp"
#include "edensync/site/run_folder.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

namespace detail {

// Takes the files of one task; says whether its push makes sense: one broken file does not keep it back.
template <class Parts, document_folder Folder>
bool import_files(const folder_task<Parts, Folder>& at, run_report& report) {
  const auto fail = [&](const failure& why) {
    transfer_report r;
    r.resource = at.task.resource;
    r.error = why;
    report.transfers.push_back(std::move(r));
    at.self.note(at.stamped(log_lines::import_file_failed(at.task.resource, at.repository.path, why)));
    return false;
  };
  if (at.self.resources().find(at.task.resource) == no_resource)
    return fail(make_failure(error::unknown_resource, at.task.resource));
  auto all = at.folder.list();
  if (!all) return fail(all.error());
  folder_state state;
  auto ready = at.settle([&](auto&, folder_state& s) {
    // What is not there any more need not be remembered.
    std::erase_if(s.done, [&](const folder_file& f) { return std::find(all->begin(), all->end(), f) == all->end(); });
    state = s;
  });
  if (!ready) return fail(ready.error());
  const std::string_view pattern = at.task.infile_pattern.empty() ? "*.xml" : std::string_view(at.task.infile_pattern);
  std::erase_if(*all, [&](const folder_file& f) { return state.is_done(f) || !matches_file_pattern(f.name, pattern); });
  std::sort(all->begin(), all->end(), [](const folder_file& a, const folder_file& b) {
    return std::tie(a.written, a.name) < std::tie(b.written, b.name);
  });
  bool any = false;
  for (const auto& f : *all) {
    import_file<Parts, Folder> step(at, f);
    const auto done = step.run();
    if (!done || *done) report.transfers.push_back(step.report());
    if (!done) {
      report.transfers.back().error = done.error();
      return false;
    }
    any = any || *done;
  }
  if (!any) at.self.note(at.stamped(log_lines::no_files(at.task.resource)));
  return true;
}

}  // namespace detail

/// One run with a repository that is a folder (type `filesync`): each task first takes the files that are new there,
/// oldest first, then writes what it has to tell.
///
/// `open(path)` gives the folder of the repository, a `document_folder`. The run holds the repository's lease. Broken
/// files stand in the report and the log, and stay where they are. In a dry run (`run_hooks`) all files stay as they are,
/// and the report names those that would be written.
/// Errors: in the report, `not_configured` if the repository has no path. Nothing throws.
/// Thread safety: any, if the store may be shared. Source: spec/protocol.md §10; docs/design/decisions.md.
template <class Parts, class Open>
run_report synchronize_files(site<Parts>& self, repository_id id, Open&& open, run_hooks hooks = {}) {
  using folder_type = run_folder<std::remove_cvref_t<decltype(*open(std::string()))>>;
  run_report report;
  repository peer;
  const auto note = [&](log_entry e) {
    e.at = self.now();
    e.repository = peer.id;
    e.repository_name = peer.name;
    self.note(std::move(e));
  };
  const auto end = [&](failure why, std::optional<log_entry> line = {}) {
    const auto& done = report.transfers;
    // A transfer that was cancelled itself has said so.
    const bool told =
        why.code == error::cancelled && !done.empty() && done.back().error && done.back().error->code == why.code;
    if (!told) note(line ? std::move(*line) : log_lines::run_failed(why));
    report.error = std::move(why);
    return report;
  };
  auto known = self.repositories();
  if (!known) return end(known.error());
  for (auto& r : *known)
    if (r.id == id) peer = std::move(r);
  if (peer.id == 0) return end(make_failure(error::not_configured, "there is no such repository"));
  if (peer.path.empty())
    return end(make_failure(error::not_configured, "No path set for repository"), log_lines::no_path());
  held_lease<Parts> lease(self, id, hooks.lease);
  if (auto held = lease.take(); !held) {
    if (held.error().code == make_error_code(error::busy)) return end(held.error(), log_lines::already_active());
    return end(held.error());
  }
  log_unlogged(self, peer);
  auto tasks = self.tasks(id);
  if (!tasks) return end(tasks.error());
  auto opened = open(std::as_const(peer.path));
  if (!opened) return end(opened.error());
  folder_type folder(std::move(*opened), hooks.dry_run);

  std::size_t number = 0;
  for (const auto& task : *tasks) {
    folder_task<Parts, folder_type> at{self, folder, peer, task, hooks, lease, ++number, tasks->size()};
    const auto goes_on = detail::guarded([&] {
      if (at.stop()) throw failure_exception(hooks.end());
    });
    if (!goes_on) return end(goes_on.error());
    bool pulled = true;
    if (pulls(task.mode)) pulled = detail::import_files(at, report);
    if (pulled && pushes(task.mode)) {
      export_file<Parts, folder_type> step(at, *tasks);
      if (step.run()) report.transfers.push_back(step.report());
    }
  }
  (void)self.ledger([&](auto& t) { update_repository(t, id, [&](repository& r) { r.last_connected = self.now(); }); });
  return report;
}

}  // namespace edensync
