// log: what was done, and what was not.

#include <edensync/admin/repositories.hpp>
#include <algorithm>
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
  auto lines = here->site.log(given.number("last", 100), only).value();
  std::reverse(lines.begin(), lines.end());
  listing all;
  for (const auto& l : lines) {
    const auto& c = l.counts;
    boost::json::object e{{"at", edensync::to_text(l.at)},
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

}  // namespace

std::vector<command> log_commands() {
  return {{"log",
           "shows the synchronisation log, the newest line last",
           "--data DIR [--repository N] [--last N] [--json]\n\n"
           "  --repository N   only what concerns it\n"
           "  --last N         how many lines; 100 unless told",
           {{"data"}, {"repository"}, {"last"}, {"json", kind::flag}},
           log}};
}

}  // namespace eden_site
