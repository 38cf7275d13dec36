// job: when repositories are synchronised by themselves.

#include <edensync/admin/job_text.hpp>
#include <edensync/admin/jobs.hpp>
#include <edensync/admin/repositories.hpp>
#include <charconv>
#include <functional>
#include <map>
#include <ostream>
#include <utility>

#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using edensync::sync_job;
using kind = option::kind;

template <class T>
T in_words(const edensync::result<T>& read, std::string_view name) {
  if (!read) throw usage_error("--" + std::string(name) + ": " + read.error().info.ours());
  return *read;
}

std::optional<edensync::timestamp> moment_of(const arguments& given, std::string_view name) {
  const auto text = given.maybe(name).value_or("");
  return text.empty() ? std::nullopt : std::optional(in_words(admin::parse_moment(text), name));
}

// What the command line says of a job, as a change of it.
std::function<void(sync_job&)> change_of(const arguments& given) {
  sync_job said;
  said.start = moment_of(given, "start");
  said.end = moment_of(given, "end");
  said.repeats = static_cast<std::uint32_t>(given.number("repeat", 0, 0xffffffff));
  if (given.has("every")) said.period = in_words(admin::parse_duration(given.text("every")), "every");
  if (given.has("every") && said.period < 1) throw usage_error("--every is one second at least");
  if (given.has("timeout")) said.timeout = in_words(admin::parse_duration(given.text("timeout")), "timeout");
  if (given.has("enabled") && given.has("disabled")) throw usage_error("--enabled or --disabled, not both");
  return [=, &given](sync_job& j) {
    if (given.has("start")) j.start = said.start;
    if (given.has("end")) j.end = said.end;
    if (given.has("repeat")) j.repeats = said.repeats;
    if (given.has("every")) j.period = said.period;
    if (given.has("timeout")) j.timeout = said.timeout;
    if (given.has("enabled") || given.has("disabled")) j.enabled = given.has("enabled");
  };
}

struct named_job {
  edensync::repository_id repository;
  edensync::job_id id;
};

// The one of the repository, or the one of its several that is named.
named_job which(const arguments& given, open_site& here) {
  const auto r = admin::repositories<parts>(here.site).find(given.text("repository")).value().id;
  if (given.has("job")) return {r, static_cast<edensync::job_id>(given.number("job", 0))};
  const auto all = admin::jobs<parts>(here.site).of(r).value();
  if (all.size() != 1)
    edensync::throw_failure(edensync::error::no_such_entry, all.empty()
                                                                ? "the repository has no job"
                                                                : "the repository has several jobs: which --job?");
  return {r, all.front().id};
}

void add(const arguments& given, std::ostream& out) {
  const auto& name = given.text("repository");
  (void)given.text("every");
  sync_job j;
  change_of(given)(j);
  const auto here = site_of(given);
  j.repository = admin::repositories<parts>(here->site).find(name).value().id;
  out << admin::jobs<parts>(here->site).add(std::move(j)).value().id << '\n';
}

void set(const arguments& given, std::ostream&) {
  (void)given.text("repository");
  const auto change = change_of(given);
  const auto here = site_of(given);
  const auto j = which(given, *here);
  admin::jobs<parts>(here->site).change(j.repository, j.id, change).value();
}

boost::json::value moment(const std::optional<edensync::timestamp>& t) {
  return t ? boost::json::value(edensync::to_text(*t)) : nullptr;
}

void list(const arguments& given, std::ostream& out) {
  const auto name = given.maybe("repository");
  const auto here = site_of(given);
  admin::repositories<parts> repositories(here->site);
  std::map<edensync::repository_id, std::string> names;
  for (const auto& r : repositories.all().value()) names[r.id] = r.name;
  listing all;
  for (const auto& j : admin::jobs<parts>(here->site).of(name ? repositories.find(*name).value().id : 0).value())
    all.add({{"job", j.id},
             {"repository", names[j.repository]},
             {"enabled", j.enabled},
             {"start", moment(j.start)},
             {"end", moment(j.end)},
             {"every", admin::duration_text(j.period)},
             {"repeat", j.repeats},
             {"timeout", admin::duration_text(j.timeout)},
             {"status", edensync::to_text(j.status)},
             {"next_run", moment(edensync::schedule::next_run(j, here->site.now()))},
             {"last_run", moment(j.last_run)},
             {"times_run", j.times_run},
             {"failures", j.failures},
             {"message", j.message}});
  all.print(out, given.has("json"));
}

void remove(const arguments& given, std::ostream&) {
  const auto here = site_of(given);
  const auto j = which(given, *here);
  admin::jobs<parts>(here->site).remove(j.repository, j.id).value();
}

void reset(const arguments& given, std::ostream&) {
  const auto here = site_of(given);
  const auto j = which(given, *here);
  admin::jobs<parts>(here->site).reset(j.repository, j.id).value();
}

const std::vector<option> description{{"data"},
                                      {"repository"},
                                      {"every"},
                                      {"start"},
                                      {"end"},
                                      {"repeat"},
                                      {"timeout"},
                                      {"enabled", kind::flag},
                                      {"disabled", kind::flag}};

constexpr const char* meant =
    "[--start T] [--end T] [--repeat N] [--timeout D] [--enabled|--disabled]\n\n"
    "  --every D     from the beginning of a run to that of the next: 90s, 5m, 1h, 2d, 1w\n"
    "  --start T     date and time of the first run, in UTC: 2026-11-23T08:30; at once unless told\n"
    "  --end T       no run begins later (UTC)\n"
    "  --repeat N    how many runs are to be completed; 0, as unless told: no limit\n"
    "  --timeout D   after which a run is ended, at the next record; 0: never; 600s unless told. The job goes on\n"
    "  --disabled    it is kept, but not run\n\n"
    "  Each job runs all resources of the repository, which may have several. A run that is missed is not caught up.\n"
    "  After a failure it is tried again in a minute, then in two, in four, up to an hour; where somebody has to do\n"
    "  something first (status needs_person), after three tries once a day, or when it is reset";

constexpr const char* named =
    "--data DIR --repository N [--job ID]\n\n"
    "  --job ID   its number, if the repository has several";

}  // namespace

std::vector<command> job_commands() {
  auto with_job = description;
  with_job.push_back({"job"});
  const std::vector<option> name{{"data"}, {"repository"}, {"job"}};
  return {
      {"job add", "adds a job to a repository's schedule, and prints its number",
       std::string("--data DIR --repository N --every D\n               ") + meant, description, add},
      {"job set", "changes a job; what is not said stays. Its next run is planned anew",
       std::string("--data DIR --repository N [--job ID] [--every D]\n               ") + meant, with_job, set},
      {"job list",
       "lists the jobs of all repositories, or of one",
       "--data DIR [--repository N] [--json]",
       {{"data"}, {"repository"}, {"json", kind::flag}},
       list},
      {"job remove", "removes a job", named, name, remove},
      {"job reset", "lets a job run at once that waits because it failed", named, name, reset},
  };
}

}  // namespace eden_site
