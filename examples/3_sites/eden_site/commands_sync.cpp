// sync, status, cancel: runs that somebody asks for, watches and cancels; worker: the program that leads them.

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <edensync/job/run_words.hpp>
#include <edensync/log/redact.hpp>
#include <edensync/admin/explain.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/admin/runs.hpp>
#include <atomic>
#include <chrono>
#include <iostream>
#include <optional>
#include <ostream>
#include <thread>
#include <utility>

#include "commands.hpp"
#include "end_signals.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "rehearsal.hpp"
#include "run_loop.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using kind = option::kind;
using repositories = admin::repositories<parts>;
using runs = admin::runs<parts>;

// A process of its own leads what was asked for, and ends.
void begin_in_background(const data_folder& folder) {
  std::string words[] = {"eden-site", "worker", "--data", folder.path().string(), "--once"};
  char* pointers[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  // Not to end with the terminal.
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
  pid_t id = 0;
  const int wrong = ::posix_spawn(&id, "/proc/self/exe", &files, &how, pointers, ::environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (wrong != 0) edensync::throw_failure(edensync::error::not_configured, "no process can be begun");
}

// Leads the run itself if nobody else does.
edensync::run_state wait_for(open_site& here, edensync::repository_id peer) {
  const end_signals ends;
  // What the run did is printed in the end.
  edensync::stream_sink events(std::cerr, edensync::event_form::text, edensync::event_level::error);
  std::atomic<bool> interrupted{false};
  const on_end_signal cancel(ends, [&] {
    (void)runs(here.site).cancel(peer);
    interrupted = true;
  });
  std::optional<std::chrono::steady_clock::time_point> since;
  for (;;) {
    if (!here.folder.has_worker().value()) {
      const auto led = run_loop(here, events, {.only = peer, .jobs = false}).work_off();
      // A disk that is full stays so; what was asked for stays asked for.
      if (!led && !(led.error().code == edensync::error::store_locked)) throw edensync::failure_exception(led.error());
    }
    const auto s = runs(here.site).of(peer).value();
    if (!s.requested && !s.running()) return s;
    // Whoever leads it may hang: then it is up to others to take it over.
    const auto now = std::chrono::steady_clock::now();
    if (interrupted && !since) since = now;
    if (since && now - *since > std::chrono::seconds(15))
      edensync::throw_failure(edensync::error::cancelled, "the run has not ended yet");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void dry_run(open_site& here, const edensync::repository& peer, bool json, std::ostream& out) {
  const auto r = rehearse(here, peer).value();
  boost::json::array transfers, decisions;
  for (const auto& d : r.decisions)
    decisions.push_back({{"resource", d.resource},
                         {"uuid", d.uuid.text()},
                         {"explanation", admin::explanation(d)},
                         {"loser", admin::loser_of(d)}});
  for (const auto& t : r.report.transfers) {
    const auto& c = t.imported.total;
    const bool pull = t.way == edensync::direction::pull;
    // What the peer would make of a push it cannot be asked.
    const auto here_only = [&](std::uint64_t n) { return pull ? boost::json::value(n) : boost::json::value(); };
    transfers.push_back({{"resource", t.resource},
                         {"direction", pull ? "pull" : "push"},
                         {"records", pull ? c.received : t.exported.records()},
                         {"created", here_only(c.created)},
                         {"updated", here_only(c.updated)},
                         {"deleted", here_only(c.deleted)},
                         {"kept", here_only(c.kept)},
                         {"refused", here_only(c.refused)},
                         {"quarantined", here_only(c.quarantined)},
                         {"file", t.file.empty() ? boost::json::value() : boost::json::value(t.file)},
                         {"given_up", t.given_up ? boost::json::value(edensync::redact(t.given_up->text())) : nullptr},
                         {"error", t.error ? boost::json::value(edensync::redact(t.error->text())) : nullptr}});
  }
  if (json) {
    const auto& who = r.report.identity;
    print_entry(out,
                {{"transfers", std::move(transfers)},
                 {"decisions", std::move(decisions)},
                 {"registration", who ? boost::json::value(edensync::redact(who->text())) : nullptr},
                 {"untold", boost::json::array(r.report.untold.begin(), r.report.untold.end())}},
                true);
  } else {
    out << edensync::run_words(r.report);
    for (const auto& d : decisions) {
      out << '\n';
      print_entry(out, d.as_object(), false);
    }
  }
  if (const auto why = edensync::why_not(r.report); !why.empty())
    edensync::throw_failure(edensync::error::bad_setting, why);
}

void sync(const arguments& given, std::ostream& out) {
  const auto& name = given.text("repository");
  const auto here = site_of(given);
  const auto peer = repositories(here->site).find(name).value();
  if (given.has("dry-run")) return dry_run(*here, peer, given.has("json"), out);
  const auto ended_before = runs(here->site).request(peer.id, "sync").value();
  if (!given.has("wait")) {
    if (!here->folder.has_worker().value()) begin_in_background(here->folder);
    out << "asked for; eden-site status shows how far it is\n";
    return;
  }
  const auto s = wait_for(*here, peer.id);
  if (s.runs == ended_before) edensync::throw_failure(edensync::error::cancelled);
  out << s.words;
  auto ledger = here->store.snapshot();
  const auto message = admin::run_message(ledger, peer, s);
  if (message.empty()) return;
  // The words of what failed stand above.
  const bool in_part = !s.words.empty() && s.how != edensync::run_end::cancelled;
  edensync::throw_failure(edensync::error::bad_setting, in_part ? "not everything could be done" : message);
}

boost::json::value moment(const std::optional<edensync::timestamp>& t) {
  return t ? boost::json::value(edensync::to_text(*t)) : nullptr;
}

boost::json::object entry(open_site& here, const edensync::repository& r) {
  auto ledger = here.store.snapshot();
  const auto s = ledger.get_run(r.id);
  std::optional<edensync::timestamp> next;
  for (const auto& j : ledger.jobs(r.id))
    if (const auto due = edensync::schedule::next_run(j, here.site.now()); due && (!next || *due < *next)) next = due;
  const auto left = admin::estimate(s, here.site.now());
  const auto lease = ledger.get_lease(r.id);
  return {{"repository", r.name},
          {"phase", admin::run_phase(s)},
          {"resource", s.running() ? boost::json::value(s.resource) : nullptr},
          {"task", s.running() ? boost::json::value(s.task) : nullptr},
          {"tasks", s.running() ? boost::json::value(s.tasks) : nullptr},
          {"records", s.running() ? boost::json::value(s.records) : nullptr},
          {"bytes", s.running() ? boost::json::value(s.bytes) : nullptr},
          {"began", s.running() ? moment(s.began) : nullptr},
          {"alive", s.running() ? moment(s.alive) : nullptr},
          {"held_until", lease && lease->expires > here.site.now() ? moment(lease->expires) : nullptr},
          {"seconds_left", left ? boost::json::value(*left) : nullptr},
          {"requested", moment(s.requested)},
          {"runs", s.runs},
          {"last_ended", moment(s.ended)},
          {"last_took", s.runs != 0 ? boost::json::value(s.took) : nullptr},
          {"last_result", edensync::to_text(s.how)},
          {"message", admin::run_message(ledger, r, s)},
          {"next_run", moment(next)},
          {"worker", here.folder.has_worker().value()}};
}

void status(const arguments& given, std::ostream& out) {
  const auto name = given.maybe("repository");
  const auto here = site_of(given);
  if (name) return print_entry(out, entry(*here, repositories(here->site).find(*name).value()), given.has("json"));
  listing all;
  for (const auto& r : repositories(here->site).all().value()) {
    auto e = entry(*here, r);
    // What fits into a line.
    if (!given.has("json"))
      e = {{"repository", e["repository"]}, {"phase", e["phase"]},           {"resource", e["resource"]},
           {"records", e["records"]},       {"last_ended", e["last_ended"]}, {"last_result", e["last_result"]},
           {"next_run", e["next_run"]},     {"worker", e["worker"]},         {"message", e["message"]}};
    all.add(std::move(e));
  }
  all.print(out, given.has("json"));
}

void cancel(const arguments& given, std::ostream&) {
  const auto& name = given.text("repository");
  const auto here = site_of(given);
  runs(here->site).cancel(repositories(here->site).find(name).value().id).value();
}

void work(const arguments& given, std::ostream& out) {
  const end_signals ends;
  const auto here = site_of(given);
  here->site.uuid().value();
  auto events = events_of(given);
  if (given.has("once")) {
    run_loop loop(*here, events, {.jobs = false});
    const on_end_signal stop(ends, [&] { loop.stop(); });
    loop.work_off().value();
    return;
  }
  const worker_thread working(*here, events);
  out << "working for " << here->folder.path().string() << std::endl;
  ends.wait();
}

}  // namespace

std::vector<command> sync_commands() {
  return {
      {"sync",
       "asks for a run with a repository, of all that is configured for it; registers there first if need be",
       "--data DIR --repository N [--wait | --dry-run [--json]]\n\n"
       "  --wait   waits for its end, and prints a line for each pull and push; fails if one of them did, the others\n"
       "           are done all the same. SIGINT and SIGTERM cancel it\n\n"
       "  --dry-run   tells what a run would do, and whose changes would be lost, on a copy of the database: the peer "
       "is\n"
       "           only asked, who it is and whether it takes pushes as well; nothing changes there but its log, "
       "nothing\n"
       "           here or in a folder; what it cannot tell without registering there is named. One at a time with a\n"
       "           repository; SIGINT and SIGTERM end it\n\n"
       "  A worker leads the run. Without one a process of its own does, or with --wait this one. During a run with "
       "the\n"
       "  repository it comes after that",
       {{"data"}, {"repository"}, {"wait", kind::flag}, {"dry-run", kind::flag}, {"json", kind::flag}},
       sync},
      {"status",
       "shows what is going on with all repositories, or one: phase, records, last and next run, and what is wrong",
       "--data DIR [--repository N] [--json]\n\n"
       "  Phases: idle, requested, beginning, pull, push, ending. Times are UTC; seconds_left is how long the run "
       "goes\n"
       "  on if it takes as long as the last one",
       {{"data"}, {"repository"}, {"json", kind::flag}},
       status},
      {"cancel",
       "ends the run with a repository at the next record, and withdraws what was asked for",
       "--data DIR --repository N",
       {{"data"}, {"repository"}},
       cancel},
      {"worker",
       "leads the runs that are due or asked for, until SIGTERM or SIGINT comes",
       "--data DIR [--once] [--log-json]\n\n"
       "  --once       only those that somebody asked for, and ends when there are no more\n"
       "  --log-json   the lines on standard error, one for each run, transfer and error, are JSON\n\n"
       "  Prints \"working for DIR\" once it does. It looks once a second what is to be done. Several may work for a\n"
       "  site. When it ends, it ends its runs at a record; the next one goes on with them, also if it was killed",
       {{"data"}, {"once", kind::flag}, {"log-json", kind::flag}},
       work},
  };
}

}  // namespace eden_site
