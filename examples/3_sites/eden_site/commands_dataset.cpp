// dataset: public data sets, those that this site offers and those that it takes from others.

#include <edensync/log/redact.hpp>
#include <edensync/site/data_sets.hpp>
#include <edensync/admin/repositories.hpp>
#include <edensync/admin/tasks.hpp>
#include <ostream>
#include <utility>

#include "archives.hpp"
#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using kind = option::kind;

// 0: this site.
edensync::repository_id host_of(const arguments& given, open_site& here) {
  if (!given.has("repository")) return 0;
  const auto r = admin::repositories<parts>(here.site).find(given.text("repository")).value();
  if (r.type != "data") edensync::throw_failure(edensync::error::bad_setting, r.name + " is not of type data");
  return r.id;
}

edensync::data_set find(const arguments& given, open_site& here) {
  const auto& code = given.text("code");
  const auto host = host_of(given, here);
  for (auto& d : here.store.snapshot().datasets())
    if (d.repository == host && d.code == code) return d;
  edensync::throw_failure(edensync::error::no_such_entry, "there is no data set " + code);
}

void add(const arguments& given, std::ostream&) {
  edensync::data_set d{.code = given.text("code"), .name = given.maybe("name").value_or(given.text("code"))};
  d.comments = given.maybe("comments").value_or("");
  const auto here = site_of(given);
  d.repository = host_of(given, *here);
  edensync::put_dataset(here->site, std::move(d)).value();
}

void set(const arguments& given, std::ostream&) {
  const auto here = site_of(given);
  auto d = find(given, *here);
  if (d.repository != 0) edensync::throw_failure(edensync::error::bad_setting, "its host says what belongs to it");
  if (const auto text = given.maybe("name")) d.name = *text;
  if (const auto text = given.maybe("comments")) d.comments = *text;
  if (const auto text = given.maybe("archive-url")) {
    if (!text->empty() && !text->starts_with("http://") && !text->starts_with("https://"))
      edensync::throw_failure(edensync::error::bad_setting, "the URL of an archive begins with http:// or https://");
    if (edensync::redact(*text) != *text)
      edensync::throw_failure(edensync::error::bad_setting,
                              "everybody is told this URL: no credentials belong into it");
    d.archive_url = *text;
    d.use_archive = !text->empty();
  }
  edensync::put_dataset(here->site, std::move(d)).value();
}

void list(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  auto ledger = here->store.snapshot();
  const auto known = ledger.repositories();
  listing all;
  for (const auto& d : ledger.datasets()) {
    boost::json::array resources;
    for (const auto& t : ledger.tasks(d.repository))
      if (t.dataset == d.id) resources.emplace_back(t.resource);
    std::string host;
    for (const auto& r : known)
      if (r.id == d.repository) host = r.name;
    all.add({{"code", d.code},
             {"name", d.name},
             {"repository", d.repository == 0 ? boost::json::value() : boost::json::value(host)},
             {"archive", d.archive_url.empty() ? boost::json::value() : boost::json::value(d.archive_url)},
             {"resources", std::move(resources)}});
  }
  all.print(out, given.has("json"));
}

void archive(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  out << archive_dataset(*here, find(given, *here)).value() << " bytes\n";
}

void remove(const arguments& given, std::ostream&) {
  const auto here = site_of(given);
  const auto d = find(given, *here);
  edensync::erase_dataset(here->site, d.id).value();
  std::error_code ignored;
  if (d.repository == 0) std::filesystem::remove(here->folder.archive(d.code), ignored);
}

void add_resource(const arguments& given, std::ostream&) {
  edensync::sync_task t{.resource = given.text("resource")};
  for (const auto& text : given.all("filter")) {
    auto f = admin::parse_task_filter(text);
    if (!f) throw usage_error("--filter " + text + ": " + f.error().info.ours());
    t.filters.push_back(std::move(*f));
  }
  const auto here = site_of(given);
  t.dataset = find(given, *here).id;
  edensync::check_filters(t, *here->resources, here->site.now()).value();
  for (const auto& each : here->store.snapshot().tasks(0))
    if (each.dataset == t.dataset && each.resource == t.resource)
      edensync::throw_failure(edensync::error::bad_setting, t.resource + " is in this data set already");
  edensync::put_dataset_task(here->site, std::move(t)).value();
}

void remove_resource(const arguments& given, std::ostream&) {
  const auto& resource = given.text("resource");
  const auto here = site_of(given);
  const auto d = find(given, *here);
  for (const auto& t : here->store.snapshot().tasks(0))
    if (t.dataset == d.id && t.resource == resource) return edensync::erase_dataset_task(here->site, t.id).value();
  edensync::throw_failure(edensync::error::no_such_entry, resource + " is not in this data set");
}

}  // namespace

std::vector<command> dataset_commands() {
  return {
      {"dataset add",
       "offers a public data set, or takes one from a repository of type data",
       "--data DIR --code C [--name N] [--comments TEXT] [--repository N]\n\n"
       "  --code C         what others call it by: a letter, then letters, digits, '_', '-' and '.'\n"
       "  --repository N   it is offered there; sync takes what belongs to it. Without: this site offers it to all\n"
       "                   who may pull",
       {{"data"}, {"code"}, {"name"}, {"comments"}, {"repository"}},
       add},
      {"dataset set",
       "changes a data set that this site offers; what is not said stays",
       "--data DIR --code C [--name N] [--comments TEXT] [--archive-url URL]\n\n"
       "  --archive-url URL   its archive lies there, and is fetched without credentials; empty: there is none",
       {{"data"}, {"code"}, {"name"}, {"comments"}, {"archive-url"}},
       set},
      {"dataset add-resource",
       "adds a table to a data set that this site offers",
       "--data DIR --code C --resource T [--filter '[T]key=value']...",
       {{"data"}, {"code"}, {"resource"}, {"filter", kind::many}},
       add_resource},
      {"dataset remove-resource",
       "takes a table out of a data set that this site offers",
       "--data DIR --code C --resource T",
       {{"data"}, {"code"}, {"resource"}},
       remove_resource},
      {"dataset list", "lists the data sets", "--data DIR [--json]", {{"data"}, {"json", kind::flag}}, list},
      {"dataset archive",
       "packs a data set that this site offers, so that others need not pull all of it; again: packs it anew",
       "--data DIR --code C",
       {{"data"}, {"code"}},
       archive},
      {"dataset remove",
       "removes a data set; records stay",
       "--data DIR --code C [--repository N]",
       {{"data"}, {"code"}, {"repository"}},
       remove},
  };
}

}  // namespace eden_site
