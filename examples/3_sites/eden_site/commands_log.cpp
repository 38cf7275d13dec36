// log: what was done, and what was not.

#include <edensync/admin/explain.hpp>
#include <edensync/admin/repositories.hpp>
#include <ostream>

#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

using kind = option::kind;

void log(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  edensync::repository_id only = 0;
  if (given.has("repository"))
    only = edensync::admin::repositories<parts>(here->site).find(given.text("repository")).value().id;
  listing all;
  for (const auto& l : here->site.log(given.number("last", 100), only).value()) {
    const auto& c = l.counts;
    boost::json::object e{{"id", l.id},
                          {"at", edensync::to_text(l.at)},
                          {"repository", l.repository_name},
                          {"resource", l.resource},
                          {"mode", l.mode},
                          {"action", l.action},
                          {"result", edensync::to_text(l.result)},
                          {"remote", l.remote}};
    if (given.has("json"))
      e["counts"] = {{"received", c.received},   {"created", c.created},     {"updated", c.updated},
                     {"deleted", c.deleted},     {"unchanged", c.unchanged}, {"kept", c.kept},
                     {"conflicts", c.conflicts}, {"refused", c.refused},     {"quarantined", c.quarantined}};
    e["message"] = l.message;
    all.add(std::move(e));
  }
  all.print(out, given.has("json"));
}

void explain(const arguments& given, std::ostream& out) {
  const auto& resource = given.text("resource");
  if (given.others().size() != 1) throw usage_error("which record? Its UUID is wanted");
  const edensync::uid id(given.others().front());
  const auto here = open_site::open(data_folder::find(given.text("data")).value()).value();
  const auto r = here->resources->find(resource);
  if (r == edensync::no_resource)
    edensync::throw_failure(edensync::error::no_such_entry, "there is no table " + resource);
  auto now = here->store.snapshot();
  const auto found = now.find(r, id);
  const auto names = now.repositories();
  boost::json::array decisions;
  for (const auto& d : now.decisions(resource, id, given.number("last", 20))) {
    std::string from;
    for (const auto& each : names)
      if (each.id == d.repository) from = each.name;
    decisions.push_back({{"at", edensync::to_text(d.at)},
                         {"repository", from},
                         {"decision", edensync::to_text(d.outcome.what)},
                         {"explanation", edensync::admin::explanation(d)},
                         {"loser", d.loser}});
  }
  const auto& v = found ? found->version : edensync::version_stamp{};
  boost::json::object e{
      {"resource", resource},
      {"uuid", id.text()},
      {"state", !found      ? "not here"
                : v.deleted ? "deleted"
                            : "here"},
      {"modified_on", v.modified_on ? boost::json::value(edensync::to_text(*v.modified_on)) : nullptr},
      {"mci", v.mci ? boost::json::value(*v.mci) : nullptr}};
  if (given.has("json")) {
    e["decisions"] = std::move(decisions);
    print_entry(out, e, true);
    return;
  }
  print_entry(out, e, false);
  for (const auto& d : decisions) {
    out << '\n';
    print_entry(out, d.as_object(), false);
  }
}

}  // namespace

std::vector<command> log_commands() {
  return {{"explain",
           "tells what was decided about a record, and why, the newest decision first",
           "--data DIR --resource T [--last N] [--json] UUID\n\n"
           "  --last N   how many decisions; 20 unless told\n\n"
           "  The version that lost is shown as S3XML where both sides had something to lose",
           {{"data"}, {"resource"}, {"last"}, {"json", kind::flag}},
           explain},
          {"log",
           "shows the synchronisation log, the newest line first",
           "--data DIR [--repository N] [--last N] [--json]\n\n"
           "  --repository N   only what concerns it\n"
           "  --last N         how many lines; 100 unless told",
           {{"data"}, {"repository"}, {"last"}, {"json", kind::flag}},
           log}};
}

}  // namespace eden_site
