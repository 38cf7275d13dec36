#include "rehearsal.hpp"

#include <unistd.h>

#include <edensync/site/synchronize_files.hpp>
#include <edensync/files/folder.hpp>
#include <edensync/sqlite/copy_file.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "end_signals.hpp"
#include "engine.hpp"
#include "peer_client.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

namespace fs = std::filesystem;

// A file that goes, and what SQLite puts beside it, whatever happens.
struct passing_file {
  fs::path name;
  ~passing_file() {
    std::error_code ignored;
    for (const auto* const tail : {"", "-wal", "-shm", "-journal"}) fs::remove(name.string() + tail, ignored);
  }
};

// Of dry runs that were killed.
void remove_leftovers(const data_folder& folder, const std::string& beginning) {
  std::error_code ignored;
  for (const auto& each : fs::directory_iterator(folder.path(), ignored))
    if (each.path().filename().string().starts_with(beginning)) fs::remove(each.path(), ignored);
}

}  // namespace

edensync::result<void> check_exchange_folder(open_site& here, const edensync::repository& peer) {
  const auto tasks = here.site.tasks(peer.id);
  if (!tasks) return tasks.error();
  const bool writes = std::any_of(tasks->begin(), tasks->end(), [](const edensync::sync_task& t) {
    return edensync::pushes(t.mode) || (edensync::pulls(t.mode) && t.delete_input_files);
  });
  if (::access(peer.path.c_str(), R_OK | X_OK | (writes ? W_OK : 0)) == 0) return {};
  return file_failure(peer.path, {errno, std::generic_category()}, edensync::error::not_configured);
}

edensync::result<rehearsal> rehearse(open_site& here, const edensync::repository& peer) {
  const auto alone = here.folder.lock_for_dry_run(peer.id);
  if (!alone) return alone.error();
  // The lock goes with the dry run: before it is given back.
  const passing_file locked{here.folder.dry_run_lock(peer.id)};
  const auto beginning = "dry_run." + std::to_string(peer.id) + ".";
  remove_leftovers(here.folder, beginning);
  const end_signals ends;
  std::unique_ptr<edensync::beast::client> line;
  if (peer.type != "filesync") {
    auto made = client_for(here, peer);
    if (!made) return made.error();
    line = std::move(*made);
  }
  std::atomic<bool> ended{false};
  const on_end_signal cancel(ends, [&] {
    ended = true;
    if (line) line->cancel();
  });
  const passing_file copy{here.folder.path() / (beginning + here.site.make_uid().text().substr(9))};
  return edensync::detail::guarded([&] {
    edensync::sqlite::copy_as_it_is(here.folder.store_options(), copy.name.string());
    auto how = here.folder.store_options();
    how.path = copy.name.string();
    how.synchronous = "OFF";
    edensync::sqlite::store store(how, here.resources);
    edensync::site<parts> there(store, *here.resources, here.clock, here.uids, here.site.settings());
    there.ledger([&](auto& t) { t.erase_lease(peer.id); }).value();
    const auto before = store.snapshot().last_decision();

    edensync::run_hooks hooks{.cancelled = [&ended] { return ended.load(); }, .dry_run = true};
    edensync::run_report report;
    if (line) {
      edensync::active_site calling(there);
      const auto run = calling.synchronize_with(peer.id, std::move(hooks));
      // What fails stands in the report, too.
      (void)line->run(*run);
      report = run->report();
    } else {
      report = edensync::synchronize_files(there, peer.id, edensync::files::open_folder, std::move(hooks));
      // As nothing was written, nobody has met it yet.
      const auto may = check_exchange_folder(here, peer);
      if (!report.error && !may) report.error = may.error();
    }
    auto now = store.snapshot();
    return rehearsal{std::move(report), now.decisions_between(peer.id, before, now.last_decision(), 1000)};
  });
}

}  // namespace eden_site
