// check, compare: whether all is well, and whether two sites have the same.

#include <edensync/site/compare.hpp>
#include <edensync/admin/check_peer.hpp>
#include <edensync/admin/check_site.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/sqlite/check_file.hpp>
#include <filesystem>
#include <ostream>
#include <utility>

#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "peer_client.hpp"

namespace eden_site {

namespace {

using kind = option::kind;
using edensync::admin::answer;
using edensync::admin::finding;

// What lies in the folder, before anything of it is believed.
std::vector<finding> check_folder(const data_folder& folder) {
  namespace fs = std::filesystem;
  std::vector<finding> all;
  std::error_code none;
  const bool open_to_others = (fs::status(folder.path(), none).permissions() &
                               (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
  all.push_back({"folder", open_to_others ? answer::no : answer::yes,
                 open_to_others ? "others may look into it" : "it is its owner's only",
                 open_to_others ? "chmod 700: passwords are in it" : ""});
  const auto wrong = edensync::detail::guarded([&] { return edensync::sqlite::check_file(folder.store_options()); });
  const std::string advice = "go back to the last backup";
  if (!wrong) all.push_back({"database", answer::no, wrong.error().text(), advice});
  if (wrong && wrong->empty()) all.push_back({"database", answer::yes, "whole, and all references lead somewhere", {}});
  if (wrong)
    for (const auto& each : *wrong) all.push_back({"database", answer::no, each, advice});
  return all;
}

void check_repository(open_site& here, const std::string& name, std::vector<finding>& all) {
  const auto peer = edensync::admin::repositories<parts>(here.site).find(name).value();
  if (peer.type == "filesync") {
    std::error_code none;
    const bool there = std::filesystem::is_directory(peer.path, none);
    all.push_back({"reachable", there ? answer::yes : answer::no,
                   there ? "the folder is there" : "there is no folder " + peer.path,
                   there ? "" : "make it, or see whether the disk is mounted"});
  } else {
    edensync::admin::check_peer<parts> op(here.site, peer, here.site.tasks(peer.id).value());
    const auto client = client_for(here, peer);
    // What fails there stands in the findings, too.
    if (client)
      (void)(*client)->run(op);
    else
      all.push_back({"credentials", answer::no, client.error().text(), "enter the password anew: repository set"});
    all.insert(all.end(), op.findings().begin(), op.findings().end());
  }
  const bool works = here.folder.has_worker().value();
  all.push_back({"a worker alive", works ? answer::yes : answer::no,
                 works ? "it leads what is due" : "nobody leads what is due",
                 works ? "" : "start eden-site worker, or serve with --worker"});
}

void check(const arguments& given, std::ostream& out) {
  const auto folder = folder_of(given);
  auto all = check_folder(folder);
  // Of a damaged database nothing more can be told.
  if (edensync::admin::all_hold({all.back()})) {
    auto here = open_site::open(folder);
    if (here) {
      auto known = edensync::admin::check_site((*here)->site).value();
      all.insert(all.end(), known.begin(), known.end());
      if (given.has("repository")) check_repository(**here, given.text("repository"), all);
    } else {
      all.push_back({"site", answer::no, here.error().text(), "see the descriptions in its folder schema"});
    }
  }
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
  listing all;
  const bool json = given.has("json");
  edensync::compare<parts> op(here->site, std::move(tasks), [&](const edensync::record_difference& d) {
    if (json)
      all.add({{"resource", d.resource},
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
  if (op.error()) throw edensync::failure_exception(*op.error());
  std::uint64_t differences = 0;
  for (const auto& r : op.reports()) {
    differences += r.differences;
    if (!json)
      out << r.resource << ": " << r.here << " records here, " << r.there << " there, " << r.differences << " differ"
          << (r.pulled ? " (all were pulled: the peer is no edensync site)" : "")
          << (r.changed ? " (the peer changed meanwhile)" : "") << '\n';
  }
  if (json) all.print(out, true);
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
           "  pulled. Nothing is changed. Fails if something differs",
           {{"data"}, {"repository"}, {"resource"}, {"json", kind::flag}},
           compare}};
}

}  // namespace eden_site
