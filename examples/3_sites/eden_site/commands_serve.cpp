// serve: answers whoever has an account, until it is told to stop.

#include <edensync/log/logged_refusals.hpp>
#include <edensync/site/log_unlogged.hpp>
#include <edensync/site/logged_answer.hpp>
#include <edensync/admin/retention.hpp>
#include <edensync/beast/server.hpp>
#include <charconv>
#include <iostream>
#include <optional>
#include <ostream>

#include "accounts.hpp"
#include "archives.hpp"
#include "commands.hpp"
#include "end_signals.hpp"
#include "engine.hpp"
#include "open_site.hpp"
#include "run_loop.hpp"

namespace eden_site {

namespace {

struct address {
  std::string host;
  std::uint16_t port = 0;
};

// HOST:PORT, [HOST]:PORT.
address address_of(const std::string& text) {
  address a;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) throw usage_error("--listen is HOST:PORT");
  a.host = text.substr(0, colon);
  const bool bracketed = a.host.starts_with('[') && a.host.ends_with(']');
  if (bracketed) a.host = a.host.substr(1, a.host.size() - 2);
  if (a.host == "localhost") a.host = "127.0.0.1";
  if (a.host.empty() || (a.host.find(':') != std::string::npos) != bracketed)
    throw usage_error("--listen is HOST:PORT");
  const auto* const begin = text.data() + colon + 1;
  const auto* const last = text.data() + text.size();
  const auto [end, wrong] = std::from_chars(begin, last, a.port);
  if (wrong != std::errc() || end != last) throw usage_error("--listen is HOST:PORT");
  return a;
}

std::string base_of(const arguments& given) {
  auto base = given.maybe("base").value_or("/eden");
  while (base.ends_with('/')) base.pop_back();
  if (!base.empty() && (!base.starts_with('/') || base.find_first_of("?# ") != std::string::npos))
    throw usage_error("--base is a path such as /eden");
  return base;
}

void serve(const arguments& given, std::ostream& out) {
  const auto where = address_of(given.text("listen"));
  const auto base = base_of(given);
  if (given.has("tls-cert") != given.has("tls-key")) throw usage_error("--tls-cert and --tls-key belong together");

  const end_signals ends;
  const auto here = site_of(given);
  here->site.uuid().value();
  // Lines that cannot be written now are by the next server.
  const auto known = here->folder.lock_as_server(
      [&] { (void)here->site.ledger([&](auto& t) { edensync::log_unlogged_pushes(t, here->site.now()); }); });
  if (!known) throw edensync::failure_exception(known.error());
  authenticator accounts(here->folder);
  edensync::passive_site answering(
      here->site,
      {.authenticate = [&](std::string_view name, std::string_view password) { return accounts(name, password); },
       .accept_pushes = here->choices.mode == edensync::admin::site_mode::eden,
       .download = [&](std::string_view name) { return served_archive(*here, name); },
       .open_metrics = given.has("open-metrics"),
       .anonymous_pulls = given.has("anonymous-pulls"),
       .is_well = [&] { return accounts.is_well(); }});
  edensync::beast::server_options how;
  how.address = where.host;
  how.port = where.port;
  how.base_path = base;
  how.tls = {given.maybe("tls-cert").value_or(""), given.maybe("tls-key").value_or("")};
  auto events = events_of(given);
  edensync::logged_refusals refusals(events, here->clock);
  how.on_refused = [&](const edensync::refused_request& what) { refusals(what); };
  using answer = edensync::logged_answer<edensync::stream_sink, parts::clock>;
  edensync::beast::server server(
      [&](const auto& request) {
        return std::make_unique<answer>(events, here->clock, request, answering.handle(request), base);
      },
      how);
  // It is the command line that is wrong, and no repository.
  if (const auto begun = server.start(); !begun)
    edensync::throw_failure(edensync::error::bad_setting, begun.error().info.ours());

  const bool six = where.host.find(':') != std::string::npos;
  out << "listening on http" << (given.has("tls-cert") ? "s://" : "://") << (six ? "[" + where.host + "]" : where.host)
      << ':' << server.port() << base << std::endl;
  std::optional<worker_thread> working;
  if (given.has("worker")) working.emplace(*here, events);
  for (bool ended = false; !ended; ended = ends.wait_for(3600))
    if (const auto kept = edensync::admin::forget_old_log(here->site); !kept)
      events.write({.at = here->site.now(),
                    .level = edensync::event_level::error,
                    .event = "error",
                    .message = kept.error().text()});
  working.reset();
  server.stop();
}

}  // namespace

edensync::stream_sink events_of(const arguments& given) {
  return edensync::stream_sink(std::cerr,
                               given.has("log-json") ? edensync::event_form::json : edensync::event_form::text);
}

std::vector<command> serve_commands() {
  return {{"serve",
           "answers other sites, until SIGTERM or SIGINT comes",
           "--data DIR --listen HOST:PORT [--base /eden] [--tls-cert FILE --tls-key FILE] [--worker] [--open-metrics]\n"
           "                      [--anonymous-pulls] [--log-json]\n\n"
           "  --listen HOST:PORT   a numeric address; port 0 takes a free one\n"
           "  --base PATH          what stands in front of Eden's addresses\n"
           "  --tls-cert FILE      for https: the certificate and those between it and its authority, in PEM\n"
           "  --tls-key FILE       its key, in PEM, without a password\n"
           "  --worker             it leads the runs as well that are due or asked for; see eden-site worker --help\n"
           "  --open-metrics       BASE/metrics is for everybody, and not for administrators only\n"
           "  --anonymous-pulls    who brings no credentials may pull; nothing else\n"
           "  --log-json           the lines on standard error, one for each request and run, are JSON\n\n"
           "  Prints \"listening on http://HOST:PORT/BASE\" once it does. Passwords are sent with every request: have\n"
           "  https here or in front, before you listen on more than this machine",
           {{"data"},
            {"listen"},
            {"base"},
            {"tls-cert"},
            {"tls-key"},
            {"worker", option::kind::flag},
            {"open-metrics", option::kind::flag},
            {"anonymous-pulls", option::kind::flag},
            {"log-json", option::kind::flag}},
           serve}};
}

}  // namespace eden_site
