// check, compare: whether all is well, and whether two sites have the same.

#include <unistd.h>

#include <edensync/log/redact.hpp>
#include <edensync/site/compare.hpp>
#include <edensync/admin/check_peer.hpp>
#include <edensync/admin/check_site.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/sqlite/check_file.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

#include "accounts.hpp"
#include "certificates.hpp"
#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "peer_client.hpp"
#include "rehearsal.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

using kind = option::kind;
using edensync::admin::answer;
using edensync::admin::finding;

// Whether the folder can be read, which `wrong` tells, and by nobody else.
finding check_folder(const data_folder& folder, std::error_code& wrong) {
  namespace fs = std::filesystem;
  // Opened, because whoever may not look into it may still know that it is there.
  const fs::directory_iterator opened(folder.path(), wrong);
  if (wrong)
    return {"folder", answer::no, file_failure(folder.path(), wrong).info.ours(),
            "see whether it is the right one, whether its disk is mounted, and whose it is"};
  const bool open_to_others = (fs::status(folder.path(), wrong).permissions() &
                               (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
  return {"folder", open_to_others ? answer::no : answer::yes,
          open_to_others ? "others may look into it" : "it is its owner's only",
          open_to_others ? "chmod 700: passwords are in it" : ""};
}

// Whether whoever runs this may read and write what lies there. What may not be looked at can be whole, so that nobody has
// to go back to a backup for it.
bool has_rights(const data_folder& folder, std::vector<finding>& all) {
  namespace fs = std::filesystem;
  const auto before = all.size();
  const auto need = [&](const fs::path& what, int rights) {
    if (::access(what.c_str(), rights) == 0 || errno == ENOENT || errno == ENOTDIR) return;
    all.push_back({"rights", answer::no, file_failure(what).info.ours(),
                   "see whose it is, and whether its disk can be written; nothing has to be lost for it"});
  };
  constexpr int in_folder = R_OK | X_OK;
  need(folder.path(), in_folder | W_OK);
  for (const auto* const name : {"site.sqlite", "site.sqlite-wal", "site.sqlite-shm", "lock"})
    need(folder.path() / name, R_OK | W_OK);
  for (const auto& each : {folder.files(), folder.path() / "runs"}) need(each, in_folder | W_OK);
  need(folder.schemas(), in_folder);
  std::error_code ignored;
  constexpr auto what_it_can = fs::directory_options::skip_permission_denied;
  for (const auto& each : fs::recursive_directory_iterator(folder.schemas(), what_it_can, ignored))
    need(each.path(), each.is_directory(ignored) ? in_folder : R_OK);
  return all.size() == before;
}

// Of a folder without a site nothing else can be told.
bool has_database(const data_folder& folder, std::vector<finding>& all) {
  const auto found = data_folder::find(folder.path());
  if (found) return true;
  const bool lost = found.error().code == edensync::error::store_damaged;
  all.push_back({"database", answer::no, found.error().info.ours(),
                 lost ? "put the last backup in its place" : "name the folder of a site, or make one: init"});
  return false;
}

// What could not be looked at may be whole.
std::string advice_on(const edensync::failure& why) {
  const std::string last_resort = "go back to the last backup";
  const bool damaged = why.code == edensync::error::store_damaged || why.code == edensync::error::bad_schema;
  return damaged ? last_resort
                 : "see whether its files can be read and written, and whether there is room; if so, " + last_resort;
}

// Whether the database is whole, with all its tables, before whoever opens it makes those anew that are missing.
std::vector<finding> check_database(const data_folder& folder) {
  std::vector<finding> all;
  const std::string advice = "go back to the last backup";
  const auto add = [&](std::string subject, std::string found,
                       const edensync::result<std::vector<std::string>>& wrong) {
    if (!wrong) all.push_back({subject, answer::no, wrong.error().text(), advice_on(wrong.error())});
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
  // Who could take descriptions anew is the database, if it is whole.
  if (!described)
    all.push_back(
        {"descriptions", answer::no, described.error().text(),
         advice_on(described.error()) + (described.error().code == edensync::error::store_damaged
                                             ? ""
                                             : ", or give anew what is named here, all at once: schema add")});
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
    if (!std::filesystem::is_directory(peer.path, none))
      all.push_back(
          {"reachable", answer::no, "there is no folder " + peer.path, "make it, or see whether the disk is mounted"});
    else if (const auto may = check_exchange_folder(here, peer); !may)
      all.push_back(
          {"reachable", answer::no, may.error().info.ours(), "see whose it is, and whether its disk can be written"});
    else
      all.push_back({"reachable", answer::yes, "the folder is there", {}});
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

// A site that only asks others needs none.
finding check_accounts(const data_folder& folder) {
  const auto all = list_accounts(folder);
  if (!all) return {"accounts", answer::no, all.error().text(), advice_on(all.error())};
  if (all->empty()) return {"accounts", answer::unknown, "there is none, so nobody can ask this site", "user add"};
  const auto administrators = std::count_if(all->begin(), all->end(), [](const edensync::account& each) {
    return each.level == edensync::access_level::administer;
  });
  return {"accounts",
          answer::yes,
          std::to_string(all->size()) + ", of them administrators: " + std::to_string(administrators),
          {}};
}

void check_ledger(const data_folder& folder, const arguments& given, std::vector<finding>& all) {
  auto here = open_site::open(folder);
  if (!here) return all.push_back({"site", answer::no, here.error().text(), advice_on(here.error())});
  const auto known = edensync::admin::check_site((*here)->site);
  const auto peers = edensync::admin::repositories<parts>((*here)->site).all();
  if (!known || !peers) {
    const auto why = known ? peers.error() : known.error();
    return all.push_back({"ledger", answer::no, why.text(), advice_on(why)});
  }
  all.insert(all.end(), known->begin(), known->end());
  check_means(**here, *peers, all);
  all.push_back(check_accounts(folder));
  if (given.has("repository")) check_repository(**here, given.text("repository"), all);
}

void check_all(const data_folder& folder, const arguments& given, std::vector<finding>& all) {
  const auto unknown = [&] { all.push_back({"database", answer::unknown, "it cannot be looked at", "see above"}); };
  std::error_code wrong;
  all.push_back(check_folder(folder, wrong));
  if (wrong || !has_rights(folder, all)) return unknown();
  if (!has_database(folder, all)) return;
  // As long as it is held the schema stays the one that the database follows.
  const auto lock = folder.lock_for_use();
  if (!lock) {
    all.push_back({"lock", answer::no, lock.error().text(), "see whose the folder is, and whether there is room"});
    return unknown();
  }
  const auto database = check_database(folder);
  all.insert(all.end(), database.begin(), database.end());
  if (edensync::admin::all_hold(database)) check_ledger(folder, given, all);
}

void check(const arguments& given, std::ostream& out) {
  if (!given.others().empty()) throw usage_error("what is " + given.others().front() + '?');
  const data_folder folder(given.text("data"));
  std::vector<finding> all;
  // What was found before something failed is told as well.
  const auto ended = edensync::detail::guarded([&] { check_all(folder, given, all); });
  if (!ended) all.push_back({"check", answer::no, ended.error().text(), "it could not go on"});
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
  if (tasks.empty())
    edensync::throw_failure(edensync::error::bad_setting,
                            "there is nothing to compare: no resource is configured for this repository");
  const bool json = given.has("json");
  // Each as it comes: nobody knows how many there are.
  const char* before = "[";
  const auto add = [&](const boost::json::object& one) { out << std::exchange(before, ",") << json_text(one); };
  edensync::compare<parts> op(here->site, std::move(tasks), [&](const edensync::record_difference& d) {
    if (json)
      add({{"resource", d.resource},
           {"uuid", d.uuid},
           {"difference", difference(d)},
           {"here", in_words(d.here)},
           {"there", in_words(d.there)},
           {"reason", nullptr}});
    else
      out << d.resource << ' ' << harmless(d.uuid) << ' ' << difference(d) << ": here "
          << (d.here ? in_words(d.here).get_string().c_str() : "-") << ", there "
          << (d.there ? in_words(d.there).get_string().c_str() : "-") << '\n';
  });
  const auto client = client_for(*here, peer).value();
  (void)client->run(op);
  if (json) {
    for (const auto& r : op.reports())
      if (r.error)
        add({{"resource", r.resource},
             {"uuid", nullptr},
             {"difference", "not compared"},
             {"here", nullptr},
             {"there", nullptr},
             {"reason", edensync::redact(r.error->text())}});
    out << (*before == '[' ? "[]\n" : "]\n");
  }
  std::uint64_t differences = 0;
  std::string left_out;
  for (const auto& r : op.reports()) {
    differences += r.differences;
    if (json && r.pulled)
      std::cerr << "eden-site: " << r.resource << ": all were pulled, the peer is no edensync site\n";
    if (r.error) left_out += (left_out.empty() ? "" : "; ") + r.resource + ": " + r.error->text();
    if (json || r.error) continue;
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
  return {
      {"check",
       "looks whether the site is well, and whether a run with a repository would have what it needs",
       "--data DIR [--repository N] [--json]\n\n"
       "  --repository N   tries as well, one by one and without changing anything there: reachable, certificate,\n"
       "                   credentials, registered, clock, each resource and its columns, pushes accepted,\n"
       "                   a worker alive\n\n"
       "  A line for each: yes, no or unknown, and what to do about it. Fails if one is no",
       {{"data"}, {"repository"}, {"json", kind::flag}},
       check},
      {"compare",
       "names the records that a repository has and this site has not, or otherwise",
       "--data DIR --repository N [--resource T] [--json]\n\n"
       "  --resource T   only this table, with its components; else all that are configured for the repository\n\n"
       "  Of an edensync site only hashes are asked for, and what is equal is not sent; of an Eden everything is\n"
       "  pulled. Nothing is changed. The status is 1 if something differs, or if a table could not be compared, as\n"
       "  it is unknown at one of the two; the others are compared all the same. With --json such a table is an\n"
       "  entry whose difference is \"not compared\", with the reason. Without resources there is nothing to compare,\n"
       "  which is a failure",
       {{"data"}, {"repository"}, {"resource"}, {"json", kind::flag}},
       compare}};
}

}  // namespace eden_site
