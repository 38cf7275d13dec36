// sync: one run with a repository.

#include <edensync/site/active_site.hpp>
#include <edensync/site/synchronize_files.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/beast/client.hpp>
#include <edensync/files/folder.hpp>
#include <ostream>

#include "commands.hpp"
#include "engine.hpp"
#include "open_site.hpp"

namespace eden_site {

namespace {

using kind = option::kind;

void tell(const edensync::transfer_report& t, std::ostream& out) {
  const bool pull = t.way == edensync::direction::pull;
  out << (pull ? "pull " : "push ") << t.resource << ": ";
  if (t.error) {
    out << "failed: " << t.error->text() << '\n';
    return;
  }
  const auto counts = pull ? std::optional(t.imported.total) : t.peer_counts;
  out << (pull ? t.imported.total.received : t.exported.records()) << " records";
  if (counts)
    out << ", " << counts->created << " created, " << counts->updated << " updated, " << counts->deleted << " deleted";
  if (!pull && t.peer_refused != 0) out << ", " << t.peer_refused << " refused there";
  if (t.waiting != 0) out << ", " << t.waiting << " in quarantine";
  out << '\n';
}

edensync::run_report run_folder(edensync::site<parts>& self, edensync::repository_id peer) {
  return edensync::synchronize_files(self, peer, edensync::files::open_folder);
}

edensync::run_report run_line(open_site& here, const edensync::repository& peer) {
  const auto known = edensync::admin::opened(peer, here.vault).value();
  edensync::active_site calling(here.site);
  const auto run = calling.synchronize_with(peer.id);
  edensync::beast::client client(known);
  // What fails stands in the report, too, and there with the transfer that it belongs to.
  (void)client.run(*run);
  return run->report();
}

void sync(const arguments& given, std::ostream& out) {
  const auto& name = given.text("repository");
  const auto here = site_of(given);
  const auto peer = edensync::admin::repositories<parts>(here->site).find(name).value();
  if (!peer.proxy.empty() || !here->choices.proxy.empty())
    edensync::throw_failure(edensync::error::bad_setting, "runs through a proxy are not possible yet");
  const auto alone = here->folder.lock_for_run(peer.id, given.has("wait")).value();

  const auto report = peer.type == "filesync" ? run_folder(here->site, peer.id) : run_line(*here, peer);
  for (const auto& t : report.transfers) tell(t, out);
  if (report.error) throw edensync::failure_exception(*report.error);
  if (!report.ok()) edensync::throw_failure(edensync::error::bad_setting, "not every transfer could be done");
}

}  // namespace

std::vector<command> sync_commands() {
  return {{"sync",
           "runs all that is configured for a repository; registers there first if need be",
           "--data DIR --repository N [--wait]\n\n"
           "  --wait   if another run with it is under way, begin when that has ended instead of failing\n\n"
           "  Prints a line for each pull and push. Fails if one of them did; the others are done all the same",
           {{"data"}, {"repository"}, {"wait", kind::flag}},
           sync}};
}

}  // namespace eden_site
