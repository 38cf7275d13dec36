// init, schema, settings: a site as a whole.

#include <edensync/core/proxy_address.hpp>
#include <edensync/log/redact.hpp>
#include <edensync/admin/job_text.hpp>
#include <edensync/admin/retention.hpp>
#include <ostream>
#include <utility>

#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using kind = option::kind;

void init(const arguments& given, std::ostream& out) {
  if (!given.others().empty()) throw usage_error("what is " + given.others().front() + '?');
  const auto& where = given.text("data");
  if (given.has("admin") != given.has("password-file"))
    throw usage_error("--admin and --password-file belong together");
  if (!given.has("admin")) {
    out << make_site(where, nullptr).value() << '\n';
    return;
  }
  const first_account first{given.text("admin"), read_password(given.text("password-file")).value()};
  out << make_site(where, &first).value() << '\n';
}

void schema_add(const arguments& given, std::ostream& out) {
  if (given.others().empty()) throw usage_error("which files?");
  const auto folder = data_folder::find(given.text("data")).value();
  for (const auto& table : add_schema(folder, given.others()).value()) out << table << '\n';
}

void schema_list(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  listing all;
  for (const auto& r : *here->resources) {
    boost::json::array components;
    for (const auto& c : r.components()) components.emplace_back((*here->resources)[c.resource].name());
    all.add({{"table", r.name()}, {"fields", r.fields().size()}, {"components", std::move(components)}});
  }
  all.print(out, given.has("json"));
}

void settings_show(const arguments& given, std::ostream& out) {
  const auto here = site_of(given);
  const auto& c = here->choices;
  print_entry(out,
              {{"uuid", here->site.uuid().value().text()},
               {"domain", c.domain},
               {"public_url", c.public_url},
               {"proxy", edensync::redact(c.proxy)},
               {"mode", to_text(c.mode)},
               {"strict_master", c.strict_master},
               {"log_retention", c.log_retention == 0 ? "for ever" : admin::duration_text(c.log_retention)}},
              given.has("json"));
}

void settings_set(const arguments& given, std::ostream&) {
  const bool strict = given.has("strict-master");
  if (!given.has("domain") && !given.has("public-url") && !given.has("proxy") && !given.has("mode") && !strict &&
      !given.has("log-retention") && !given.has("no-strict-master"))
    throw usage_error("what is to be set?");
  if (strict && given.has("no-strict-master")) throw usage_error("--strict-master or --no-strict-master?");
  const auto mode = admin::parse_site_mode(given.maybe("mode").value_or("eden"));
  if (!mode) throw usage_error("--mode is eden or edensync");
  std::optional<std::int64_t> retention;
  if (given.has("log-retention")) {
    const auto time = admin::parse_duration(given.text("log-retention"));
    if (!time) throw usage_error("--log-retention: " + time.error().info.ours());
    // Seconds are hardly meant, and what is forgotten does not come back.
    if (*time != 0 && given.text("log-retention").find_last_not_of("0123456789") == std::string::npos)
      throw usage_error("--log-retention needs a unit, as in 90d");
    retention = *time;
  }
  const auto proxy = proxy_of(given);
  const auto take = [&](std::string_view name, std::string& into) {
    if (const auto text = given.maybe(name)) into = *text;
  };
  const auto here = site_of(given);
  here->site
      .ledger([&](auto& ledger) {
        auto c = admin::read_choices(ledger);
        take("domain", c.domain);
        take("public-url", c.public_url);
        if (proxy) {
          // What is sealed cannot be checked any more.
          admin::detail::check_proxy(*proxy).value();
          c.proxy = admin::with_password(*proxy, here->seal()).value();
        }
        if (given.has("mode")) c.mode = *mode;
        if (retention) c.log_retention = *retention;
        if (strict || given.has("no-strict-master")) c.strict_master = strict;
        admin::write_choices(ledger, admin::checked(std::move(c)).value());
      })
      .value();
  admin::forget_old_log(here->site).value();
}

}  // namespace

data_folder folder_of(const arguments& given) {
  if (!given.others().empty()) throw usage_error("what is " + given.others().front() + '?');
  return data_folder::find(given.text("data")).value();
}

std::unique_ptr<open_site> site_of(const arguments& given) { return open_site::open(folder_of(given)).value(); }

std::optional<std::string> proxy_of(const arguments& given) {
  auto address = given.maybe("proxy");
  if (!given.has("proxy-password-file")) return address;
  auto proxy = edensync::parse_proxy_address(address.value_or("")).value();
  if (proxy.user.empty() || !proxy.password.empty())
    throw usage_error("with --proxy-password-file, --proxy is http://user@host:port");
  proxy.password = read_password(given.text("proxy-password-file")).value();
  return proxy.text();
}

std::vector<command> site_commands() {
  return {
      {"init",
       "makes a site in a folder and prints its UUID",
       "--data DIR [--admin NAME --password-file FILE]\n\n"
       "  --data DIR             the site's folder; it is created if it is not there\n"
       "  --admin NAME           an account that may do everything\n"
       "  --password-file FILE   its password: the only line of the file",
       {{"data"}, {"admin"}, {"password-file"}},
       init},
      {"schema add",
       "takes descriptions of tables in, all or none, and prints which tables the site has",
       "--data DIR FILE...\n\n"
       "  FILE   Eden's description of a table (GET PREFIX/NAME/fields.xml), or a supplement with what those leave "
       "out\n"
       "         (JSON, an object for each table); which it is shows in its content. What comes later replaces what "
       "was\n"
       "         said of the same table before. Not while the site is served or synchronised",
       {{"data"}},
       schema_add},
      {"schema list",
       "lists the tables of the site",
       "--data DIR [--json]",
       {{"data"}, {"json", kind::flag}},
       schema_list},
      {"settings show",
       "shows the site's UUID and settings",
       "--data DIR [--json]",
       {{"data"}, {"json", kind::flag}},
       settings_show},
      {"settings set",
       "changes settings; a server that runs takes them when it is started again",
       "--data DIR [--domain D] [--public-url U] [--proxy U [--proxy-password-file FILE]]\n"
       "                  [--mode eden|edensync] [--[no-]strict-master]\n"
       "                  [--log-retention TIME]\n\n"
       "  --domain D       the site's host name in documents; uids that begin with it are its own\n"
       "  --public-url U   the site's address in documents\n"
       "  --proxy U        http://[user@]host:port: how repositories are reached that have no proxy of their own; "
       "empty:\n"
       "                   without one\n"
       "  --proxy-password-file FILE   the password there: the only line of the file\n"
       "  --mode M         eden: as an Eden of 2024, registered peers may push at once, and whoever may pull is told "
       "who\n"
       "                   made and owns a record (e-mail addresses). edensync: a peer may push once it was allowed "
       "to\n"
       "                   (repository set --accept-push) or if an account that may administer registered it\n"
       "  --strict-master  under the conflict policy MASTER no foreign change wins where the record was created; at an "
       "Eden\n"
       "                   it does, if the update policy is OTHER\n"
       "  --log-retention TIME   how long the log and decisions are kept, with its unit, as in 90d; 0: for ever",
       {{"data"},
        {"domain"},
        {"public-url"},
        {"proxy"},
        {"proxy-password-file"},
        {"mode"},
        {"log-retention"},
        {"strict-master", kind::flag},
        {"no-strict-master", kind::flag}},
       settings_set},
  };
}

}  // namespace eden_site
