// log: what was done, and what was not.

#include <edensync/admin/explain.hpp>
#include <edensync/admin/logged_repository.hpp>
#include <ostream>

#include "commands.hpp"
#include "end_signals.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

using kind = option::kind;

boost::json::object entry(const edensync::log_entry& l) {
  return {{"id", l.id},
          {"at", edensync::to_text(l.at)},
          {"repository", l.repository_name},
          {"resource", l.resource},
          {"mode", l.mode},
          {"action", l.action},
          {"result", edensync::to_text(l.result)},
          {"remote", l.remote}};
}

boost::json::object counts_of(const edensync::log_entry& l) {
  const auto& c = l.counts;
  return {{"received", c.received},   {"created", c.created},     {"updated", c.updated},
          {"deleted", c.deleted},     {"unchanged", c.unchanged}, {"kept", c.kept},
          {"conflicts", c.conflicts}, {"refused", c.refused},     {"quarantined", c.quarantined}};
}

boost::json::object entry(const edensync::quarantine_entry& q) {
  return {{"quarantine", q.id},
          {"resource", q.resource},
          {"uuid", q.uuid.text()},
          {"since", edensync::to_text(q.since)},
          {"last_tried", edensync::to_text(q.last_tried)},
          {"attempts", q.attempts},
          {"explanation", edensync::admin::explanation(q)}};
}

void print_parts(std::ostream& out, const boost::json::array& parts) {
  for (const auto& each : parts) {
    out << '\n';
    print_entry(out, each.as_object(), false);
  }
}

// One line, with its counts, what was lost or refused by the way, and what waits in quarantine since.
void show_run(open_site& here, const arguments& given, std::ostream& out) {
  const auto id = static_cast<std::int64_t>(given.number("run", 0));
  auto now = here.store.snapshot();
  const auto found = now.log_after(0, id - 1, 1);
  if (found.empty() || found.front().id != id)
    edensync::throw_failure(edensync::error::no_such_entry, "the log has no line " + given.text("run"));
  const auto& l = found.front();
  auto e = entry(l);
  e["message"] = l.message;
  boost::json::array decisions, waiting;
  for (const auto& d : now.decisions_between(l.repository, l.decisions_after, l.decisions_until, 1000))
    decisions.push_back({{"resource", d.resource},
                         {"uuid", d.uuid.text()},
                         {"explanation", edensync::admin::explanation(d)},
                         {"loser", edensync::admin::loser_of(d)}});
  for (const auto& q : edensync::admin::quarantined_by(now, l, 1000)) waiting.push_back(entry(q));
  if (given.has("json")) {
    e["counts"] = counts_of(l);
    e["decisions"] = std::move(decisions);
    e["quarantine"] = std::move(waiting);
    print_entry(out, e, true);
    return;
  }
  for (const auto& [name, n] : counts_of(l)) e[name] = n;
  print_entry(out, e, false);
  print_parts(out, decisions);
  print_parts(out, waiting);
}

// Lines as they come, the newest last, until SIGTERM or SIGINT comes.
void follow(open_site& here, edensync::repository_id only, bool json, std::ostream& out) {
  const end_signals ends;
  const auto newest = here.store.snapshot().log(0, 1);
  std::int64_t after = newest.empty() ? 0 : newest.front().id;
  do {
    for (const auto& l : here.store.snapshot().log_after(only, after, 1000)) {
      after = l.id;
      auto e = entry(l);
      e["message"] = l.message;
      if (json)
        print_entry(out, e, true);
      else
        out << edensync::to_text(l.at) << ' ' << l.repository_name << ' ' << l.resource << ' ' << l.mode << ' '
            << edensync::to_text(l.result) << ": " << harmless(l.message) << '\n';
    }
    out.flush();
  } while (out && !ends.wait_for(1));
}

void log(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  if (given.has("run")) return show_run(*here, given, out);
  edensync::repository_id only = 0;
  if (given.has("repository")) only = edensync::admin::logged_repository(here->site, given.text("repository")).value();
  if (given.has("follow")) return follow(*here, only, given.has("json"), out);
  listing all;
  for (const auto& l : here->site.log(given.number("last", 100), only).value()) {
    auto e = entry(l);
    if (given.has("json")) e["counts"] = counts_of(l);
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
                         {"loser", edensync::admin::loser_of(d)}});
  }
  boost::json::array waiting;
  for (const auto& q : edensync::admin::quarantined(now, resource, id)) {
    auto each = entry(q);
    for (const auto& known : names)
      if (known.id == q.repository) each["repository"] = known.name;
    waiting.push_back(std::move(each));
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
    e["quarantine"] = std::move(waiting);
    print_entry(out, e, true);
    return;
  }
  print_entry(out, e, false);
  print_parts(out, waiting);
  print_parts(out, decisions);
}

}  // namespace

std::vector<command> log_commands() {
  return {
      {"explain",
       "tells whether a record waits in quarantine, and what was decided about it, and why, the newest decision first",
       "--data DIR --resource T [--last N] [--json] UUID\n\n"
       "  --last N   how many decisions; 20 unless told\n\n"
       "  The version that lost is shown as S3XML where both sides had something to lose. Of a record that was found "
       "by\n"
       "  its content, and has another UUID here, either UUID will do",
       {{"data"}, {"resource"}, {"last"}, {"json", kind::flag}},
       explain},
      {"log",
       "shows the synchronisation log, the newest line first",
       "--data DIR [--repository N] [--last N | --run ID | --follow] [--json]\n\n"
       "  --repository N   only what concerns it, by its name or one that it had; also one that was removed\n"
       "  --last N         how many lines; 100 unless told\n"
       "  --run ID         one line with its counts, each conflict and refusal with its explanation, and what of its "
       "table\n"
       "                   waits in quarantine since then, or did before\n"
       "  --follow         lines as they come, the newest last, until SIGTERM or SIGINT comes",
       {{"data"}, {"repository"}, {"last"}, {"run"}, {"follow", kind::flag}, {"json", kind::flag}},
       log}};
}

}  // namespace eden_site
