// quarantine: records that could not be taken, and what is done about them.

#include <edensync/admin/quarantine.hpp>
#include <edensync/admin/repositories.hpp>
#include <ostream>

#include "commands.hpp"
#include "engine.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using kind = option::kind;
using quarantine = admin::quarantine<parts>;

std::string name_of(const std::vector<edensync::repository>& all, edensync::repository_id id) {
  for (const auto& r : all)
    if (r.id == id) return r.name;
  return {};
}

boost::json::object entry(const edensync::quarantine_entry& q, const std::vector<edensync::repository>& known) {
  return {{"id", q.id},
          {"repository", name_of(known, q.repository)},
          {"resource", q.resource},
          {"uuid", q.uuid.text()},
          {"since", edensync::to_text(q.since)},
          {"last_tried", edensync::to_text(q.last_tried)},
          {"attempts", q.attempts},
          {"reason", edensync::to_text(q.reason)},
          {"message", q.message}};
}

std::int64_t number_of(const arguments& given) {
  (void)given.text("id");
  return static_cast<std::int64_t>(given.number("id", 0));
}

void list(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  const auto known = here->site.repositories().value();
  edensync::repository_id only = 0;
  if (given.has("repository")) only = admin::repositories<parts>(here->site).find(given.text("repository")).value().id;
  listing all;
  for (const auto& q : quarantine(here->site).all(only, given.number("last", 1000)).value()) all.add(entry(q, known));
  all.print(out, given.has("json"));
}

void show(const arguments& given, std::ostream& out) {
  const auto id = number_of(given);
  const auto here = site_of(given);
  const auto q = quarantine(here->site).find(id).value();
  auto e = entry(q, here->site.repositories().value());
  e["modified_on"] = q.modified_on ? boost::json::value(edensync::to_text(*q.modified_on)) : nullptr;
  if (given.has("json")) e["document"] = q.payload;
  print_entry(out, e, given.has("json"));
  if (!given.has("json")) out << '\n' << q.payload << '\n';
}

void correct(const arguments& given, std::ostream& out) {
  const auto id = number_of(given);
  if (given.others().size() != 1) throw usage_error("which file?");
  const auto document = read_text(given.others().front()).value();
  const auto here = open_site::open(data_folder::find(given.text("data")).value()).value();
  const auto number = quarantine(here->site).correct(id, document).value();
  out << "it waits under number " << number << '\n';
}

void retry(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  std::vector<edensync::repository> which;
  if (given.has("repository")) {
    which.push_back(admin::repositories<parts>(here->site).find(given.text("repository")).value());
  } else {
    which = here->site.repositories().value();
    which.emplace_back();  // what was imported by hand
  }
  std::uint64_t taken = 0;
  for (const auto& r : which) {
    // A worker that finds nobody at work takes the lease of whoever has one.
    const auto alone = here->folder.lock_for_run(r.id).value();
    taken += quarantine(here->site).retry(r).value();
  }
  out << taken << " taken\n";
}

void drop(const arguments& given, std::ostream&) {
  const auto id = number_of(given);
  const auto here = site_of(given);
  quarantine(here->site).drop(id).value();
}

}  // namespace

std::vector<command> quarantine_commands() {
  return {
      {"quarantine list",
       "lists the records that could not be taken, here or by a peer",
       "--data DIR [--repository N] [--last N] [--json]\n\n"
       "  They are offered again at each run with their repository, and leave when they are taken",
       {{"data"}, {"repository"}, {"last"}, {"json", kind::flag}},
       list},
      {"quarantine show",
       "shows one of them, with its document",
       "--data DIR --id N [--json]",
       {{"data"}, {"id"}, {"json", kind::flag}},
       show},
      {"quarantine correct",
       "puts a corrected document in the place of one, which holds the same record, and tells under which number it "
       "waits",
       "--data DIR --id N FILE",
       {{"data"}, {"id"}},
       correct},
      {"quarantine retry",
       "offers them again now; those that a peer refused wait for the next run",
       "--data DIR [--repository N]",
       {{"data"}, {"repository"}},
       retry},
      {"quarantine drop",
       "gives one up; a younger version of the record may still come",
       "--data DIR --id N",
       {{"data"}, {"id"}},
       drop},
  };
}

}  // namespace eden_site
