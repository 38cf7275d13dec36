// repository: whom this site synchronises with.

#include <edensync/log/redact.hpp>
#include <edensync/admin/repositories.hpp>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

#include "certificates.hpp"
#include "commands.hpp"
#include "engine.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "peer_client.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

using kind = option::kind;
using repositories = edensync::admin::repositories<parts>;

boost::json::value text_or_null(const std::string& text) {
  return text.empty() ? boost::json::value() : boost::json::value(text);
}

boost::json::object short_entry(const edensync::repository& r) {
  return {{"name", r.name},
          {"uuid", text_or_null(r.uuid.text())},
          {"type", r.type},
          {"url", text_or_null(r.type == "filesync" ? r.path : r.url)},
          {"accept_push", r.accept_push},
          {"last_connected", r.last_connected ? boost::json::value(edensync::to_text(*r.last_connected)) : nullptr}};
}

// Passwords are shown to nobody.
boost::json::object entry(const edensync::repository& r) {
  return {{"name", r.name},
          {"uuid", text_or_null(r.uuid.text())},
          {"type", r.type},
          {"url", text_or_null(r.url)},
          {"path", text_or_null(r.path)},
          {"username", text_or_null(r.username)},
          {"has_password", !r.password.empty()},
          {"proxy", text_or_null(edensync::redact(r.proxy))},
          {"ca", text_or_null(r.ca_file)},
          {"pin", text_or_null(r.pin)},
          {"accept_push", r.accept_push},
          {"synchronise_uuids", r.synchronise_uuids},
          {"registered_by", text_or_null(r.account)},
          {"edensync", r.native},
          {"last_connected", r.last_connected ? boost::json::value(edensync::to_text(*r.last_connected)) : nullptr}};
}

// The one name of a folder, which leads there from wherever a worker is begun.
std::string whole_path(const std::string& typed) {
  if (typed.empty()) return {};
  std::error_code wrong;
  auto path = std::filesystem::absolute(typed, wrong).lexically_normal();
  if (wrong) throw edensync::failure_exception(file_failure(typed, wrong, edensync::error::bad_setting));
  if (!path.has_filename()) path = path.parent_path();
  return path.string();
}

// What the command line says of a repository, as a change of it.
std::function<void(edensync::repository&)> change_of(const arguments& given) {
  const auto accept = given.choice("accept-push"), uuids = given.choice("synchronise-uuids");
  std::optional<std::string> password;
  if (given.has("password-file")) password = read_password(given.text("password-file")).value();
  const auto proxy = proxy_of(given);
  if (const auto type = given.maybe("type"); type && *type != "eden" && *type != "data" && *type != "filesync")
    throw usage_error("--type is eden, data or filesync");
  return [=, &given](edensync::repository& r) {
    const auto take = [&](std::string_view name, std::string& into) {
      if (const auto text = given.maybe(name)) into = *text;
    };
    take("type", r.type);
    take("url", r.url);
    if (const auto text = given.maybe("path")) r.path = whole_path(*text);
    take("username", r.username);
    take("account", r.account);
    if (proxy) r.proxy = *proxy;
    take("pin", r.pin);
    if (password) r.password = *password;
    if (const auto text = given.maybe("uuid")) r.uuid = edensync::uid(*text);
    if (accept) r.accept_push = *accept;
    if (uuids) r.synchronise_uuids = *uuids;
  };
}

// What is saved makes itself known to its peer, as in Eden, whose words these are.
void register_there(open_site& here, const edensync::repository& r, const arguments& given, std::ostream& out) {
  if (r.type != "eden" || r.url.empty() || given.has("no-register")) return;
  auto line = client_for(here, r);
  edensync::active_site calling(here.site);
  const auto asking = calling.register_at(r);
  if (line) (void)(*line)->run(*asking);
  const auto why = line ? asking->why_not() : std::optional(line.error());
  if (!why) {
    out << "Successfully registered at the repository.\n";
    return;
  }
  out << "Could not auto-register at the repository, please register manually.\n"
      << edensync::redact(why->text()) << '\n';
}

// Saves a repository with the certificates of a file, if one is given; those that nobody knows any more go.
template <class Save>
edensync::repository save(const open_site& here, const std::optional<std::string>& file, const Save& how) {
  const auto saved = [&]() -> edensync::result<edensync::repository> {
    const auto held = here.folder.lock_certificates();
    if (!held) return held.error();
    std::optional<std::string> kept;
    if (file) {
      auto name = keep_certificates(here.folder, *file);
      if (!name) return name.error();
      kept = std::move(*name);
    }
    return how(kept);
  }();
  drop_unused_certificates(here);
  return saved.value();
}

void add(const arguments& given, std::ostream& out) {
  edensync::repository r{.name = given.text("name")};
  change_of(given)(r);
  const auto here = site_of(given);
  const auto saved = save(*here, given.maybe("ca"), [&](const std::optional<std::string>& certificates) {
    r.ca_file = certificates.value_or("");
    return repositories(here->site, here->seal()).add(std::move(r));
  });
  register_there(*here, saved, given, out);
}

void set(const arguments& given, std::ostream& out) {
  const auto& name = given.text("name");
  const auto change = change_of(given);
  const auto here = site_of(given);
  const auto saved = save(*here, given.maybe("ca"), [&](const std::optional<std::string>& certificates) {
    return repositories(here->site, here->seal()).change(name, [&](edensync::repository& r) {
      change(r);
      if (certificates) r.ca_file = *certificates;
      if (const auto other = given.maybe("rename")) r.name = *other;
    });
  });
  // Only what has to do with the line makes the peer worth asking.
  for (const auto* const option : {"url", "username", "password-file", "proxy", "uuid", "ca", "pin"})
    if (given.has(option)) return register_there(*here, saved, given, out);
}

void list(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  listing all;
  for (const auto& r : repositories(here->site).all().value()) all.add(short_entry(r));
  all.print(out, given.has("json"));
}

void show(const arguments& given, std::ostream& out) {
  const auto& name = given.text("name");
  const auto here = site_of(given);
  print_entry(out, entry(repositories(here->site).find(name).value()), given.has("json"));
}

void remove(const arguments& given, std::ostream&) {
  const auto& name = given.text("name");
  const auto here = site_of(given);
  repositories(here->site).remove(name).value();
  drop_unused_certificates(*here);
}

const std::vector<option> description{{"data"},
                                      {"name"},
                                      {"type"},
                                      {"url"},
                                      {"path"},
                                      {"username"},
                                      {"account"},
                                      {"password-file"},
                                      {"proxy"},
                                      {"proxy-password-file"},
                                      {"ca"},
                                      {"pin"},
                                      {"uuid"},
                                      {"accept-push", kind::flag},
                                      {"no-accept-push", kind::flag},
                                      {"synchronise-uuids", kind::flag},
                                      {"no-synchronise-uuids", kind::flag},
                                      {"no-register", kind::flag}};

constexpr const char* described =
    "\n                      [--username U] [--password-file FILE] [--proxy URL\n"
    "                      [--proxy-password-file FILE]] [--ca FILE] [--pin SHA256] [--uuid U]\n"
    "                      [--account A] [--[no-]accept-push] [--[no-]synchronise-uuids]\n\n"
    "  --name N               its name; where one is named that is here, its UUID will do, too\n"
    "  --type T               eden: another site; data: public data sets; filesync: a folder\n"
    "  --url U                where it is, with the application: https://host:port/eden\n"
    "  --path P               the folder, for filesync; its whole path is kept\n"
    "  --username U           this site's account there\n"
    "  --password-file FILE   its password: the only line of the file\n"
    "  --proxy URL            http://[user@]host:port: how it is reached, if not by the site's own proxy\n"
    "  --proxy-password-file FILE   the password there: the only line of the file\n"
    "  --ca FILE              over https: certificates in PEM that are believed instead of this machine's; the site\n"
    "                         keeps a copy\n"
    "  --pin SHA256           over https: its certificate is this one; without --ca, nothing else matters\n"
    "  --uuid U               its UUID, if it cannot be learned by registering\n"
    "  --account A            the account of this site that may speak for it; unless told, whichever registers first\n"
    "  --accept-push          it may push to this site\n"
    "  --synchronise-uuids    a record that is found by its content takes over the repository's UUID\n"
    "  --no-register          it is only saved: this site registers there with the first run";

}  // namespace

std::vector<command> repository_commands() {
  auto with_rename = description;
  with_rename.push_back({"rename"});
  return {
      {"repository add", "adds a repository",
       std::string("--data DIR --name N [--type eden|data|filesync] [--url U] [--path P]") + described, description,
       add},
      {"repository set", "changes a repository; what is not said stays",
       std::string("--data DIR --name N [--rename N] [--type eden|data|filesync] [--url U] [--path P]") + described,
       with_rename, set},
      {"repository list", "lists the repositories", "--data DIR [--json]", {{"data"}, {"json", kind::flag}}, list},
      {"repository show",
       "shows a repository",
       "--data DIR --name N [--json]",
       {{"data"}, {"name"}, {"json", kind::flag}},
       show},
      {"repository remove",
       "removes a repository and its resources; records and log stay",
       "--data DIR --name N",
       {{"data"}, {"name"}},
       remove},
  };
}

}  // namespace eden_site
