#include "rehearsal.hpp"

#include <edensync/sqlite/copy_file.hpp>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "end_signals.hpp"
#include "engine.hpp"
#include "peer_client.hpp"

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
void remove_leftovers(const data_folder& folder) {
  std::error_code ignored;
  for (const auto& each : fs::directory_iterator(folder.path(), ignored))
    if (each.path().filename().string().starts_with("dry_run.")) fs::remove(each.path(), ignored);
}

}  // namespace

edensync::result<rehearsal> rehearse(open_site& here, const edensync::repository& peer) {
  if (peer.type == "filesync")
    return edensync::make_failure(edensync::error::bad_setting,
                                  "a run with a folder uses its files up: there is no dry run");
  const end_signals ends;
  auto line = client_for(here, peer);
  if (!line) return line.error();
  const auto alone = here.folder.lock_for_dry_run();
  if (!alone) return alone.error();
  remove_leftovers(here.folder);
  const on_end_signal cancel(ends, [&] { (*line)->cancel(); });
  const passing_file copy{here.folder.path() / ("dry_run." + here.site.make_uid().text().substr(9))};
  return edensync::detail::guarded([&] {
    edensync::sqlite::copy_as_it_is(here.folder.store_options(), copy.name.string());
    auto how = here.folder.store_options();
    how.path = copy.name.string();
    how.synchronous = "OFF";
    edensync::sqlite::store store(how, here.resources);
    edensync::site<parts> there(store, *here.resources, here.clock, here.uids, here.site.settings());
    there.ledger([&](auto& t) { t.erase_lease(peer.id); }).value();
    const auto before = store.snapshot().last_decision();

    edensync::active_site calling(there);
    const auto run = calling.synchronize_with(peer.id, {.dry_run = true});
    // What fails stands in the report, too.
    (void)(*line)->run(*run);
    auto now = store.snapshot();
    return rehearsal{run->report(), now.decisions_between(peer.id, before, now.last_decision(), 1000)};
  });
}

}  // namespace eden_site
