// check, compare: whether all is well, and whether two sites have the same.

#include <edensync/log/redact.hpp>
#include <edensync/site/compare.hpp>
#include <edensync/admin/check_peer.hpp>
#include <edensync/admin/check_site.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/sqlite/check_file.hpp>
#include <filesystem>
#include <ostream>
#include <utility>

#include "certificates.hpp"
#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "peer_client.hpp"

namespace eden_site {

namespace {

using kind = option::kind;
using edensync::admin::answer;
using edensync::admin::finding;

finding check_folder(const data_folder& folder) {
  namespace fs = std::filesystem;
  std::error_code none;
  const bool open_to_others = (fs::status(folder.path(), none).permissions() &
                               (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
  return {"folder", open_to_others ? answer::no : answer::yes,
          open_to_others ? "others may look into it" : "it is its owner's only",
          open_to_others ? "chmod 700: passwords are in it" : ""};
}

// Whether the database is whole, with all its tables, before whoever opens it makes those anew that are missing.
std::vector<finding> check_database(const data_folder& folder) {
  std::vector<finding> all;
  const std::string advice = "go back to the last backup";
  const auto add = [&](std::string subject, std::string found,
                       const edensync::result<std::vector<std::string>>& wrong) {
    if (!wrong) all.push_back({subject, answer::no, wrong.error().text(), advice});
    if (!wrong) return;
    if (wrong->empty()) all.push_back({subject, answer::yes, std::move(found), {}});
    for (const auto& each : *wrong) all.push_back({subject, answer::no, each, advice});
  };
  const auto how = folder.store_options();
  add("database", "whole, and all references lead somewhere",
      edensync::detail::guarded([&] { return edensync::sqlite::check_file(how); }));
  // Of a damaged one nothing more can be told.
  if (!edensync::admin::all_hold(all)) return all;
  const auto described = folder.read_schema();
  if (!described)
    all.push_back({"descriptions", answer::no, described.error().text(), advice + ", or give it anew: schema add"});
  const auto none = edensync::schema::make({}).value();
  add("tables", "all are there",
      edensync::detail::guarded([&] { return edensync::sqlite::check_tables(how, described ? *described : none); }));
  return all;
}

// What is needed of this machine to reach the peers.
void check_means(const open_site& here, const std::vector<edensync::repository>& peers, std::vector<finding>& all) {
  const auto can_open = [&](const std::string& subject, const edensync::repository& r, const std::string& advice) {
    if (r.password.empty() && edensync::admin::detail::password_in(r.proxy).empty()) return;
    const auto opened = edensync::admin::opened(r, here.vault);
    all.push_back({subject, opened ? answer::yes : answer::no, opened ? "they can be read" : opened.error().info.ours(),
                   opened ? "" : advice});
  };
  can_open("credentials of the site", {.name = "proxy", .proxy = here.choices.proxy},
           "enter the password of the proxy anew: settings set");
  for (const auto& r : peers) {
    can_open("credentials " + r.name, r, "enter the password anew: repository set");
    if (r.ca_file.empty()) continue;
    const auto good = check_certificates(here.folder, r);
    const bool elsewhere = r.ca_file.starts_with('/');
    all.push_back(
        {"certificates " + r.name, good ? answer::yes : answer::no,
         good ? (elsewhere ? "they lie outside of this folder" : "they can be read") : good.error().info.ours(),
         good && !elsewhere ? "" : "name the file anew: repository set --ca"});
  }
}

void check_repository(open_site& here, const std::string& name, std::vector<finding>& all) {
  const auto found = edensync::admin::repositories<parts>(here.site).find(name);
  if (!found) return all.push_back({"repository", answer::no, found.error().text(), "eden-site repository list"});
  const auto& peer = *found;
  if (peer.type == "filesync") {
    std::error_code none;
    const bool there = std::filesystem::is_directory(peer.path, none);
    all.push_back({"reachable", there ? answer::yes : answer::no,
                   there ? "the folder is there" : "there is no folder " + peer.path,
                   there ? "" : "make it, or see whether the disk is mounted"});
  } else if (const auto client = client_for(here, peer); client && check_certificates(here.folder, peer)) {
    edensync::admin::check_peer<parts> op(here.site, peer, here.site.tasks(peer.id).value());
    // What fails there stands in the findings, too.
    (void)(*client)->run(op);
    all.insert(all.end(), op.findings().begin(), op.findings().end());
  } else {
    all.push_back({"reachable", answer::unknown, "it cannot be tried with what is missing here", "see above"});
  }
  const bool works = here.folder.has_worker().value();
  all.push_back({"a worker alive", works ? answer::yes : answer::no,
                 works ? "it leads what is due" : "nobody leads what is due",
                 works ? "" : "start eden-site worker, or serve with --worker"});
}

void check_ledger(const data_folder& folder, const arguments& given, std::vector<finding>& all) {
  auto here = open_site::open(folder);
  if (!here) return all.push_back({"site", answer::no, here.error().text(), "go back to the last backup"});
  const auto known = edensync::admin::check_site((*here)->site);
  const auto peers = edensync::admin::repositories<parts>((*here)->site).all();
  if (!known || !peers)
    return all.push_back(
        {"ledger", answer::no, (known ? peers.error() : known.error()).text(), "go back to the last backup"});
  all.insert(all.end(), known->begin(), known->end());
  check_means(**here, *peers, all);
  if (given.has("repository")) check_repository(**here, given.text("repository"), all);
}

void check(const arguments& given, std::ostream& out) {
  const auto folder = folder_of(given);
  // As long as it is held the schema stays the one that the database follows.
  const auto lock = folder.lock_for_use().value();
  auto all = check_database(folder);
  const bool whole = edensync::admin::all_hold(all);
  all.insert(all.begin(), check_folder(folder));
  if (whole) check_ledger(folder, given, all);
  listing lines;
  for (const auto& f : all)
    lines.add({{"subject", f.subject}, {"holds", to_text(f.holds)}, {"found", f.words}, {"advice", f.advice}});
  lines.print(out, given.has("json"));
  if (!edensync::admin::all_hold(all))
    edensync::throw_failure(edensync::error::bad_setting, "not everything is as it should be");
}

boost::json::value in_words(const std::optional<edensync::version_stamp>& v) {
  if (!v) return nullptr;
  const auto time = v->modified_on ? edensync::to_text(*v->modified_on) : std::string("no time");
  return boost::json::string(v->deleted ? time + " deleted" : time);
}

std::string_view difference(const edensync::record_difference& d) {
  return !d.there ? "only here" : !d.here ? "only there" : "differs";
}

void compare(const arguments& given, std::ostream& out) {
  const auto& name = given.text("repository");
  const auto here = site_of(given);
  const auto peer = edensync::admin::repositories<parts>(here->site).find(name).value();
  if (peer.url.empty())
    edensync::throw_failure(edensync::error::bad_setting, "this repository has no URL, so nobody can be asked");
  auto tasks = here->site.tasks(peer.id).value();
  if (given.has("resource")) {
    const auto& only = given.text("resource");
    std::erase_if(tasks, [&](const edensync::sync_task& t) { return t.resource != only; });
    // One that is not synchronised can be compared, too.
    if (tasks.empty()) tasks.push_back({.resource = only});
  }
  const bool json = given.has("json");
  // Each as it comes: nobody knows how many there are.
  const char* before = "[";
  edensync::compare<parts> op(here->site, std::move(tasks), [&](const edensync::record_difference& d) {
    if (json)
      out << std::exchange(before, ",")
          << json_text(boost::json::object{{"resource", d.resource},
                                           {"uuid", d.uuid},
                                           {"difference", difference(d)},
                                           {"here", in_words(d.here)},
                                           {"there", in_words(d.there)}});
    else
      out << d.resource << ' ' << harmless(d.uuid) << ' ' << difference(d) << ": here "
          << (d.here ? in_words(d.here).get_string().c_str() : "-") << ", there "
          << (d.there ? in_words(d.there).get_string().c_str() : "-") << '\n';
  });
  const auto client = client_for(*here, peer).value();
  (void)client->run(op);
  if (json) out << (*before == '[' ? "[]\n" : "]\n");
  std::uint64_t differences = 0;
  std::string left_out;
  for (const auto& r : op.reports()) {
    differences += r.differences;
    if (r.error) left_out += (left_out.empty() ? "" : "; ") + r.resource + ": " + r.error->text();
    if (json || r.error || op.error()) continue;
    out << r.resource << ": " << r.here << " records here, " << r.there << " there, " << r.differences << " differ"
        << (r.pulled ? " (all were pulled: the peer is no edensync site)" : "")
        << (r.changed ? " (the peer changed meanwhile)" : "") << '\n';
  }
  if (op.error()) throw edensync::failure_exception(*op.error());
  if (!left_out.empty())
    edensync::throw_failure(edensync::error::bad_setting, "not compared: " + edensync::redact(left_out));
  if (differences != 0) edensync::throw_failure(edensync::error::bad_setting, "the sites differ");
}

}  // namespace

std::vector<command> check_commands() {
  return {{"check",
           "looks whether the site is well, and whether a run with a repository would have what it needs",
           "--data DIR [--repository N] [--json]\n\n"
           "  --repository N   tries as well, one by one and without changing anything there: reachable, certificate,\n"
           "                   credentials, registered, clock, each resource, pushes accepted, a worker alive\n\n"
           "  A line for each: yes, no or unknown, and what to do about it. Fails if one is no",
           {{"data"}, {"repository"}, {"json", kind::flag}},
           check},
          {"compare",
           "names the records that a repository has and this site has not, or otherwise",
           "--data DIR --repository N [--resource T] [--json]\n\n"
           "  --resource T   only this table, with its components; else all that are configured for the repository\n\n"
           "  Of an edensync site only hashes are asked for, and what is equal is not sent; of an Eden everything is\n"
           "  pulled. Nothing is changed. Fails if something differs, or if a table is unknown at one of the two; the\n"
           "  others are compared all the same",
           {{"data"}, {"repository"}, {"resource"}, {"json", kind::flag}},
           compare}};
}

}  // namespace eden_site
