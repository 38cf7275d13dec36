#include "edensync/site/passive_site.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "edensync/site/log_unlogged.hpp"
#include "support/import_rig.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct told {
  response_head head;
  std::string body;
  std::string status() const {
    const auto m = parse_status_message(body);
    return m ? m->message : "";
  }
};

// A passive site and whoever asks it.
struct asked_site : one_site {
  std::optional<passive_site<parts>> role;

  explicit asked_site(passive_settings s = {.authenticate = {}, .accept_pushes = true})
      : one_site("asked", 1, memory::manual_clock(second(1000))) {
    role.emplace(self, std::move(s));
  }

  told ask(std::string method, std::string target, std::string_view body = {}, std::string user = {},
           std::string password = {}, bool native = false, std::size_t piece = 1 << 16) {
    request_head head;
    head.method = std::move(method);
    head.target = std::move(target);
    head.user = std::move(user);
    head.password = std::move(password);
    head.has_body = !body.empty();
    if (native) head.headers.set(std::string(headers::version), "1");
    const auto answer = role->handle(head);
    while (!body.empty() && answer->wants_body()) {
      answer->on_body(body.substr(0, piece));
      body.remove_prefix(std::min(piece, body.size()));
    }
    answer->on_end();
    told out{answer->head(), {}};
    std::string buffer(100, '\0');
    for (;;) {
      const auto n = answer->read_body(buffer).value();
      if (n == 0) return out;
      out.body.append(buffer, 0, n);
    }
  }

  told pull(std::string_view more = {}, bool native = false) {
    return ask("GET", "/sync/sync.xml?resource=org_office" + std::string(more), {}, {}, {}, native);
  }
  told push(std::string_view body, std::string_view more = {}, bool native = false) {
    return ask("POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer" + std::string(more), body, {}, {},
               native);
  }
  repository_id know(repository r = {.uuid = id_of("peer"), .name = "Peer", .accept_push = true}) {
    return self.put(r).value();
  }
  std::string line(std::string_view name) { return line_of(store.snapshot(), offices, name); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_passive)

// --- who may ask what ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(requests_are_checked_in_edens_order) {
  asked_site s;
  struct row {
    std::string method, target;
    unsigned status;
    std::string words;
  };
  const std::vector<row> all{
      {"GET", "/sync/sync.xml", 200, "Mixed"},
      {"GET", "/sync/sync.xml?resource=mixed", 200, "Mixed"},
      {"GET", "/sync/sync.xml?resource=nonsense", 400, "Invalid request"},
      {"GET", "/sync/sync.xml?resource=gis_location", 400, "\"statuscode\": \"400\"}"},
      {"GET", "/sync/sync.xml?resource=auth_user", 400, "\"statuscode\": \"400\"}"},
      {"GET", "/sync/sync.xml?resource=org_office", 200, "<s3xml"},
      {"GET", "/org/office/sync.xml", 200, "<s3xml"},
      {"DELETE", "/sync/sync.xml?resource=org_office", 405, "Unsupported method"},
      {"GET", "/sync/repository/register.json", 405, "Unsupported method"},
      {"DELETE", "/sync/repository/register.json", 405, "Unsupported method"},
      {"POST", "/sync/repository/register.xml", 415, "Unsupported data format"},
      {"GET", "/default/index", 404, "invalid function (default/index)"},
      {"GET", "/sync/<b>nosuch</b>.xml", 404, "invalid function (sync/bnosuch/b)"},
      {"GET", "", 404, "invalid function"},
      {"GET", "/sync/sync.json?resource=org_office", 405, "Unsupported method"},
      {"GET", "/sync/sync.s3json?resource=org_office", 200, "<s3xml"},
      {"POST", "/sync/sync.xml?resource=org_office", 403, "Registration required"},
      {"POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:nobody", 403, "Registration required"},
  };
  for (const auto& r : all) BOOST_TEST_CONTEXT(r.method << ' ' << r.target) {
      const auto t = s.ask(r.method, r.target);
      BOOST_TEST(t.head.status == r.status);
      BOOST_TEST(t.body.find(r.words) != std::string::npos, t.body);
      BOOST_TEST(t.head.headers.get(headers::version) == "1");
    }
}

BOOST_AUTO_TEST_CASE(strangers_are_turned_away_before_anything_else) {
  asked_site s({.authenticate = [](std::string_view u, std::string_view p) { return u == "sync" && p == "secret"; },
                .accept_pushes = true,
                .realm = "relief"});
  s.put(an("a"));
  for (const auto target : {"/sync/sync.xml?resource=org_office", "/sync/repository/register.json", "/nonsense"})
    for (const std::string password : {"", "wrong"}) {
      const auto t = s.ask("GET", target, {}, password.empty() ? "" : "sync", password);
      BOOST_TEST(t.head.status == 401u);
      BOOST_TEST(t.head.headers.get("WWW-Authenticate") == "Basic realm=\"relief\"");
      BOOST_TEST(t.body.find("urn:uuid") == std::string::npos);
    }
  // Whoever guesses is told of, wherever it is tried.
  for (const std::string target : {"/metrics", "/edensync/compare", "/default/download/x.zip"}) {
    BOOST_TEST(s.ask("GET", target, {}, target, "wrong").head.status == 401u);
    BOOST_TEST(last_line(s).find("wrong credentials of " + target) != std::string::npos, last_line(s));
  }
  BOOST_TEST(s.ask("GET", "/sync/sync.xml?resource=org_office", {}, "sync", "secret").head.status == 200u);
}

BOOST_AUTO_TEST_CASE(who_cannot_be_looked_up_is_no_stranger) {
  bool readable = false;
  const auto look_up = [&](std::string_view, std::string_view) -> edensync::access {
    if (!readable) throw_failure(error::store_failed, "no accounts");
    return true;
  };
  asked_site s({.authenticate = look_up, .is_well = [&] { return readable; }});
  s.self.uuid().value();
  // However often it is tried, nobody has to wait for it.
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(s.ask("GET", "/sync/sync.xml?resource=org_office", {}, "sync", "secret").head.status == 503u);
  BOOST_TEST_REQUIRE(s.log().size() == 1u);
  BOOST_TEST(last_line(s).find("no accounts") != std::string::npos, last_line(s));
  BOOST_TEST(s.ask("GET", "/health").head.status == 503u);
  readable = true;
  BOOST_TEST(s.ask("GET", "/sync/sync.xml?resource=org_office", {}, "sync", "secret").head.status == 200u);
  BOOST_TEST(s.ask("GET", "/health").head.status == 200u);
}

BOOST_AUTO_TEST_CASE(every_request_that_is_turned_away_leaves_a_line) {
  struct row {
    std::string method, target, line, resource;
  };
  const std::string sync = "/sync/sync.xml?resource=", pulls = "pull/incoming send fatal: ";
  const std::string pushes = "push/incoming receive fatal (remote): ", registers = "register/incoming none error: ";
  const std::vector<row> all{
      {"GET", "/sync/sync.xml", pulls + "Mixed resource synchronization not supported", ""},
      {"GET", sync + "mixed", pulls + "Mixed resource synchronization not supported", "mixed"},
      {"POST", sync + "mixed", pushes + "Mixed resource synchronization not supported", "mixed"},
      {"GET", sync + "nonsense", pulls + "Invalid request", "nonsense"},
      {"GET", sync + "gis_location", pulls + "undefined table: gis_location", "gis_location"},
      {"POST", sync + "gis_location", pushes + "undefined table: gis_location", "gis_location"},
      {"DELETE", sync + "org_office", pulls + "Unsupported method!", "org_office"},
      {"GET", "/sync/repository/register.json", registers + "Unsupported method!", "none"},
      {"POST", "/sync/repository/register.xml", registers + "Unsupported data format!", "none"},
      {"POST", "/sync/repository/register.json", registers + "Not a JSON object", "none"},
  };
  for (const auto& r : all) BOOST_TEST_CONTEXT(r.method << ' ' << r.target) {
      asked_site s;
      s.ask(r.method, r.target);
      BOOST_TEST_REQUIRE(s.log().size() == 1u);
      BOOST_TEST(last_line(s) == r.line);
      BOOST_TEST(s.log()[0].resource == r.resource);
      BOOST_TEST((s.log()[0].at == second(1000)));
    }
  // Whoever asks for something else is no peer.
  asked_site s;
  s.ask("GET", "/favicon.ico");
  BOOST_TEST(s.log().empty());
}

BOOST_AUTO_TEST_CASE(no_column_of_the_log_holds_the_password_of_a_request) {
  asked_site s;
  const std::string secret = "se<same";
  for (const std::string as : {"x_se<same", "se%3Csame", "x_se&lt;same", "se&lt;same"}) {
    s.ask("GET", "/sync/sync.xml?resource=" + as, {}, "ann", secret);
    s.ask("POST", "/sync/sync.xml?resource=" + as + "&repository=urn:uuid:peer", "<s3xml/>", "ann", secret);
    s.ask("DELETE", "/sync/sync.xml?resource=" + as, {}, "ann", secret);
  }
  int n = 0;
  for (const std::string as : {"se<same", "Camp se&lt;same"})
    s.ask("POST", "/sync/repository/register.json",
          R"({"uuid": "urn:uuid:)" + std::to_string(++n) + R"(", "name": ")" + as + R"("})", "ann", secret);
  BOOST_TEST(s.log().size() == 14u);
  for (const auto& e : s.log())
    for (const auto& column : {e.resource, e.message, e.action, e.mode, e.repository_name})
      BOOST_TEST((column.find("same") == std::string::npos), column);
  for (const auto& r : s.self.repositories().value()) BOOST_TEST(r.name.find("same") == std::string::npos, r.name);
  BOOST_TEST(s.log()[0].repository_name == "Camp ***");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_served_leaves_a_line) {
  for (const std::string method : {"GET", "POST"})
    for (std::uint64_t n = 1; n < 4; ++n) {
      asked_site s;
      s.know();
      s.store.fail_at(s.store.operations() + n);
      const auto t = s.ask(method, "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer",
                           method == "POST" ? document({an_office("a")}) : "");
      BOOST_TEST_REQUIRE(s.log().size() == 1u);
      if (t.head.status != 503u && t.head.status != 500u) continue;
      BOOST_TEST((s.log()[0].result == log_result::error || s.log()[0].result == log_result::fatal));
      BOOST_TEST(s.log()[0].resource == "org_office");
    }
}

BOOST_AUTO_TEST_CASE(wrong_credentials_leave_a_line_for_each_user_and_minute) {
  asked_site s({.authenticate = [](std::string_view, std::string_view p) { return p == "secret"; }});
  const auto ask = [&](std::string user, std::string method = "GET", std::string path = "/sync/sync.xml") {
    const auto status = s.ask(std::move(method), std::move(path), {}, std::move(user), "wrong").head.status;
    // Who guesses too much has to wait (login_throttle).
    BOOST_TEST((status == 401u || status == 429u));
  };
  ask("ann");
  BOOST_TEST(last_line(s) == "pull/incoming send fatal: Authentication Required: wrong credentials of ann");
  for (int i = 0; i < 50; ++i) ask("ann");
  BOOST_TEST(s.log().size() == 2u);
  BOOST_TEST(last_line(s) == "pull/incoming send fatal: Too many failed logins of ann");
  ask("bob", "POST", "/sync/repository/register.json");
  BOOST_TEST(last_line(s) == "register/incoming none error: Authentication Required: wrong credentials of bob");
  s.clock.advance(59);
  const auto before = s.log().size();
  s.clock.advance(3);
  ask("ann", "POST");
  BOOST_TEST(s.log().size() == before + 1);
  BOOST_TEST(last_line(s) == "push/incoming receive fatal (remote): Authentication Required: wrong credentials of ann");
  // Names are not looked at any more once there are too many, and cannot fill the log either.
  for (int i = 0; i < 2000; ++i) ask("user" + std::to_string(i));
  BOOST_TEST(s.log(5000).size() <= 4 + 2 * line_limit::most_keys);
  s.clock.advance(60);
  ask("a\nb");
  BOOST_TEST(last_line(s).ends_with("of a b"));
  // Guesses count wherever they are tried; who only comes by elsewhere does not.
  ask("carl", "GET", "/nonsense");
  BOOST_TEST(last_line(s).ends_with("of carl"));
  s.clock.advance(61);
  const auto lines = s.log(5000).size();
  s.ask("GET", "/nonsense");
  BOOST_TEST(s.log(5000).size() == lines);
}

BOOST_AUTO_TEST_CASE(only_a_pull_may_be_anonymous_and_only_if_that_is_switched_on) {
  const auto authenticate = [](std::string_view, std::string_view p) { return p == "secret"; };
  const std::string pull = "/sync/sync.xml?resource=org_office";
  for (const bool on : {false, true}) {
    asked_site s({.authenticate = authenticate, .accept_pushes = true, .anonymous_pulls = on});
    s.know();
    BOOST_TEST(s.ask("GET", pull).head.status == (on ? 200u : 401u));
    BOOST_TEST(s.ask("GET", pull, {}, "ann", "wrong").head.status == 401u);
    BOOST_TEST(s.ask("POST", pull + "&repository=urn:uuid:peer", document({an_office("a")})).head.status == 401u);
    BOOST_TEST(s.contents().empty());
    for (const auto* other : {"/metrics", "/sync/repository/register.json", "/edensync/compare"})
      BOOST_TEST(s.ask("GET", other).head.status == 401u);
  }
}

BOOST_AUTO_TEST_CASE(a_push_that_is_turned_away_leaves_a_line) {
  asked_site s;
  s.push(document({an_office("a")}));
  BOOST_TEST(s.contents().empty());
  BOOST_TEST_REQUIRE(s.log().size() == 1u);
  BOOST_TEST(s.log()[0].mode == "push/incoming");
  BOOST_TEST(s.log()[0].message == "Registration required");
  s.know({.uuid = id_of("peer"), .name = "Peer", .accept_push = false});
  const auto t = s.push(document({an_office("a")}));
  BOOST_TEST(t.head.status == 403u);
  BOOST_TEST(t.status() == "Pushes are not accepted from this repository");
  BOOST_TEST(s.contents().empty());
  BOOST_TEST(s.log(1)[0].repository == s.self.repositories().value().front().id);
  BOOST_TEST(s.log(1)[0].repository_name == "Peer");
}

BOOST_AUTO_TEST_CASE(a_repository_that_was_entered_by_hand_belongs_to_whom_uses_it_first) {
  asked_site s;
  s.know();
  const auto push = [&](const std::string& user) {
    return s
        .ask("POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer", document({an_office("a")}), user)
        .head.status;
  };
  // Who asks whether a push would be taken takes nothing.
  BOOST_TEST(
      s.ask("POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer", {}, "two", {}, true).head.status ==
      200u);
  BOOST_TEST(s.self.repositories().value().front().account == "");
  BOOST_TEST(push("one") == 200u);
  BOOST_TEST(s.self.repositories().value().front().account == "one");
  BOOST_TEST(push("two") == 403u);
  BOOST_TEST(last_line(s).find("Registration required") != std::string::npos, last_line(s));
  BOOST_TEST(push("one") == 200u);
}

// What came whole need not come again.
BOOST_AUTO_TEST_CASE(a_push_whose_line_breaks_keeps_what_came_whole) {
  asked_site s;
  s.know();
  request_head head;
  head.method = "POST";
  head.target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer";
  head.has_body = true;
  for (const auto code : {error::broken_transfer, error::limit_exceeded}) {
    const auto names = code == error::broken_transfer ? std::pair("a", "b") : std::pair("c", "d");
    const auto answer = s.role->handle(head);
    const auto text = document({an_office(names.first), an_office(names.second)});
    answer->on_body(std::string_view(text).substr(0, text.size() - 40));
    answer->on_failure(make_failure(code, "gone"));
    BOOST_TEST(s.line(names.first).empty() == (code == error::limit_exceeded));
    BOOST_TEST(s.line(names.second).empty());
    BOOST_TEST(s.log(1)[0].counts.created == (code == error::broken_transfer ? 1u : 0u));
    BOOST_TEST(last_line(s).starts_with("push/incoming receive "), last_line(s));
  }
}

// Of two that were under way at once each is told; one that was answered is not told again.
BOOST_AUTO_TEST_CASE(what_a_killed_server_took_of_a_push_stands_in_the_log) {
  asked_site s;
  const auto peer = s.know();
  request_head head;
  head.method = "POST";
  head.target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer";
  head.has_body = true;
  {
    test_site self(s.store, relief(), s.clock, s.uids, {.batch_elements = 2});
    passive_site<parts> role(self, {.accept_pushes = true});
    const auto one = role.handle(head), other = role.handle(head), whole = role.handle(head);
    const auto feed = [](responder& to, const std::string& text, std::size_t but) {
      to.on_body(std::string_view(text).substr(0, text.size() - but));
    };
    feed(*one, document({an_office("a"), an_office("b"), an_office("c"), an_office("d"), an_office("e")}), 20);
    feed(*other, document({an_office("f"), an_office("g"), an_office("h")}), 20);
    feed(*whole, document({an_office("i"), an_office("j"), an_office("k")}), 0);
    BOOST_TEST(unlogged_pushes(s.store.snapshot()).size() == 3u);
    whole->on_end();
    // It dies, and with it what it knew.
  }
  BOOST_TEST(s.contents().size() == 9u);
  BOOST_TEST(s.log().size() == 1u);
  BOOST_TEST(s.self.ledger([&](auto& t) { log_unlogged_pushes(t, s.self.now()); }).has_value());
  const auto log = s.log();
  BOOST_TEST_REQUIRE(log.size() == 3u);
  std::uint64_t created = 0;
  for (const auto& e : log) {
    created += e.counts.created;
    BOOST_TEST(e.mode == "push/incoming");
    BOOST_TEST(e.action == "receive");
    BOOST_TEST(e.resource == "org_office");
    BOOST_TEST(e.repository == peer);
    const bool told = e.message.find("the server ended without a word") != std::string::npos;
    BOOST_TEST(told == (e.counts.created != 3u), e.message);
    if (told) BOOST_TEST((e.result == log_result::error));
  }
  BOOST_TEST(created == 9u);
  BOOST_TEST(unlogged_pushes(s.store.snapshot()).empty());
  BOOST_TEST(s.self.ledger([&](auto& t) { log_unlogged_pushes(t, s.self.now()); }).has_value());
  BOOST_TEST(s.log().size() == 3u);
}

// --- registration -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(registrations_are_answered_as_eden_does) {
  asked_site s({.authenticate = {}, .accept_pushes = false});
  const auto own = s.self.uuid().value();
  const auto post = [&](std::string_view body, std::string user = "one") {
    const auto t = s.ask("PUT", "/sync/repository/register.json", body, user);
    return std::pair(t.head.status, parse_register_reply(t.body).value_or(register_reply{false, "?", {}}));
  };
  auto [status, reply] = post(R"({"uuid": "urn:uuid:peer", "name": "Peer", "apitype": "eden"})");
  BOOST_TEST(status == 200u);
  BOOST_TEST((reply == register_reply{true, "Registration successful", own}));
  auto known = s.self.repositories().value().front();
  BOOST_TEST(known.name == "Peer");
  BOOST_TEST(known.account == "one");
  BOOST_TEST(!known.accept_push);
  BOOST_TEST(known.url.empty());
  BOOST_TEST(last_line(s) == "register/incoming none success: Registration successful");

  // An administrator lets it push, and calls it something else; a new registration does not take that back.
  known.accept_push = true;
  known.name = "North";
  s.self.put(known).value();
  std::tie(status, reply) = post(R"({"uuid": "urn:uuid:peer", "name": "New name", "apitype": "filesync"})");
  BOOST_TEST((reply == register_reply{true, "Registration update successful", own}));
  BOOST_TEST(s.self.repositories().value().front().name == "North");
  BOOST_TEST(s.self.repositories().value().front().type == "eden");
  BOOST_TEST(s.self.repositories().value().front().accept_push);

  // Missing uuid: under 200, and with the sender.
  std::tie(status, reply) = post(R"({"name": "x"})");
  BOOST_TEST(status == 200u);
  BOOST_TEST((reply == register_reply{false, "No repository identifier specified", own}));
  BOOST_TEST(last_line(s) == "register/incoming none error: No repository identifier specified");

  for (const auto body : {"", "[]", "nonsense", "{"}) BOOST_TEST(post(body).first == 400u);
  BOOST_TEST(s.self.repositories().value().size() == 1u);

  // The types that an Eden knows are kept, and no others.
  post(R"({"uuid": "urn:uuid:odd", "name": "Odd", "apitype": "eden\u0007 or what"})");
  post(R"({"uuid": "urn:uuid:other", "name": "Other", "apitype": "ccrm"})");
  for (const auto& r : s.self.repositories().value())
    BOOST_TEST(r.type == (r.name == "Other" ? "ccrm" : "eden"), r.name);
}

BOOST_AUTO_TEST_CASE(a_newcomer_is_called_what_a_site_can_be_called) {
  asked_site s({.authenticate = {}, .accept_pushes = true});
  const auto post = [&](const std::string& uuid) {
    return s.ask("POST", "/sync/repository/register.json", R"({"uuid": ")" + uuid + R"(", "name": "x"})").head.status;
  };
  for (const auto& uuid : {std::string("a b"), std::string("bad\xff"), std::string(129, 'u')}) {
    BOOST_TEST(post(uuid) == 400u, uuid);
    BOOST_TEST(last_line(s) == "register/incoming none error: The repository identifier is none");
  }
  BOOST_TEST(post(s.self.uuid().value().text()) == 400u);
  BOOST_TEST(last_line(s) == "register/incoming none error: The repository identifier is this site's own");
  BOOST_TEST(s.self.repositories().value().empty());
  BOOST_TEST(post(std::string(128, 'u')) == 200u);
}

BOOST_AUTO_TEST_CASE(newcomers_take_nobodys_name) {
  asked_site s({.authenticate = {}, .accept_pushes = false});
  s.know({.uuid = id_of("base"), .name = "Base"});
  const auto called = [&](const std::string& uuid, const std::string& name, const std::string& user = "one") {
    const auto t = s.ask("POST", "/sync/repository/register.json",
                         R"({"uuid": ")" + uuid + R"(", "name": ")" + name + R"("})", user);
    const auto r = s.store.snapshot().find_repository(uid(uuid));
    return t.head.status == 200u && r ? r->name : std::to_string(t.head.status);
  };
  BOOST_TEST(called("urn:uuid:1", "Base") == "Base (2)");
  BOOST_TEST(called("urn:uuid:2", "Base") == "Base (3)");
  BOOST_TEST(called("urn:uuid:3", id_of("base").text()) == "urn:uuid:3");
  BOOST_TEST(called("urn:uuid:4", "") == "urn:uuid:4");
  BOOST_TEST(called("plain", "x") == "x");
  BOOST_TEST(called("urn:uuid:5", "plain") == "plain (2)");
  BOOST_TEST(called("urn:uuid:6", std::string(5000, 'n')) == std::string(64, 'n'));
  // Each in UTF-8, and cut between characters.
  BOOST_TEST(called("urn:uuid:7", "bad\xffname", "three") == "bad\xef\xbf\xbdname");
  BOOST_TEST(called("urn:uuid:8", std::string(63, 'm') + "\xc3\xa9", "three") == std::string(63, 'm'));
  for (int i = 0; i < 92; ++i) called("urn:uuid:many" + std::to_string(i), "Many");
  BOOST_TEST(called("urn:uuid:100", "Many") == "Many (93)");
  BOOST_TEST(called("urn:uuid:101", "Many") == "403");
  BOOST_TEST(called("urn:uuid:101", "Other", "two") == "Other");
}

BOOST_AUTO_TEST_CASE(a_registration_belongs_to_its_account) {
  asked_site s(
      {.authenticate = [](std::string_view u, std::string_view) { return !u.empty(); }, .accept_pushes = true});
  const std::string body = R"({"uuid": "urn:uuid:peer", "name": "Peer"})";
  BOOST_TEST(s.ask("POST", "/sync/repository/register.json", body, "one", "x").head.status == 200u);
  const auto other = s.ask("POST", "/sync/repository/register.json", body, "two", "x");
  BOOST_TEST(other.head.status == 403u);
  BOOST_TEST(s.self.repositories().value().front().account == "one");
  // For another account the repository does not exist.
  const std::string target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer";
  BOOST_TEST(s.ask("POST", target, document({an_office("a")}), "two", "x").head.status == 403u);
  BOOST_TEST(s.contents().empty());
  BOOST_TEST(s.ask("POST", target, document({an_office("a")}), "one", "x").head.status == 200u);
  BOOST_TEST(s.contents().size() == 1u);
  s.ask("GET", target, {}, "two", "x");
  BOOST_TEST(s.log(1)[0].repository == 0);
}

// --- pulls --------------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_pull_is_answered_and_logged) {
  asked_site s;
  s.know();
  s.put(an("a"));
  s.put(an("b"));
  const auto t = s.pull("&repository=urn:uuid:peer");
  BOOST_TEST(t.head.status == 200u);
  BOOST_TEST(t.head.headers.get("Content-Type") == "text/xml");
  BOOST_TEST(last_line(s) == "pull/incoming send success: Data sent to peer (2 records)");
  BOOST_TEST(s.log(1)[0].repository_name == "Peer");
  BOOST_TEST((s.self.repositories().value().front().last_connected == second(1000)));
  // Strangers are served all the same, as by an Eden.
  BOOST_TEST(s.pull("&repository=urn:uuid:stranger").body.find("urn:uuid:a") != std::string::npos);
  BOOST_TEST(s.log(1)[0].repository == 0);
  BOOST_TEST(s.pull("&msince=2030-01-01T00:00:00").body.find("<resource") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(filters_and_what_cannot_be_understood_of_them) {
  asked_site s;
  s.put(an("Foo"));
  s.put(an("Bar"));
  BOOST_TEST(s.pull("&[~]~.name__like=Fo%2A").body.find("Bar") == std::string::npos);
  BOOST_TEST(s.pull("&[org_office]~.name=Bar").body.find("Foo") == std::string::npos);
  const auto both = s.pull("&[~]~.nonsense=1").body;
  BOOST_TEST((both.find("Foo") != std::string::npos && both.find("Bar") != std::string::npos));
  // An Eden dies of a value that it cannot read, and sends nothing.
  const auto refused = s.pull("&[~]~.floors=many");
  BOOST_TEST(refused.head.status == 400u);
  BOOST_TEST(refused.body.find("the value does not fit the field: many") != std::string::npos);
  // What is not told cannot be found out by asking.
  BOOST_TEST(s.pull("&[~]~.created_by$email__like=a*").head.status == 400u);
}

BOOST_AUTO_TEST_CASE(pages_are_at_the_table_s_own_address_and_so_are_deletions_that_were_asked_for) {
  asked_site s;
  for (const char* name : {"a", "b", "c", "d"}) s.put(an(name));
  BOOST_TEST(s.self.erase<office>(id_of("b")).has_value());
  const auto names = [&](const char* target) {
    std::string out;
    const auto body = s.ask("GET", target).body;
    for (auto at = body.find("urn:uuid:"); at != std::string::npos; at = body.find("urn:uuid:", at + 1))
      out += body[at + 9];
    return out;
  };
  BOOST_TEST(names("/org/office/sync.xml?repository=x&start=1&limit=2") == "cd");
  BOOST_TEST(names("/org/office/sync.xml?limit=2") == "ac");
  BOOST_TEST(names("/org/office/sync.xml?start=1") == "acd");
  BOOST_TEST(names("/org/office/sync.xml?start=1&limit=9&include_deleted=True") == "cdb");
  BOOST_TEST(names("/org/office/sync.xml?start=0&limit=9&[~]~.name__gt=a") == "cd");
  BOOST_TEST(names("/sync/sync.xml?resource=org_office&start=1&limit=2") == "acdb");
  BOOST_TEST(names("/sync/sync.xml?resource=org_office&~.name=a") == "acdb");
}

BOOST_AUTO_TEST_CASE(components_come_to_an_eden_that_asks_for_none) {
  asked_site s;
  s.put(an("a"));
  s.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("a")}}).value();
  for (const bool native : {false, true})
    BOOST_TEST((s.pull("&mcomponents=None", native).body.find("org_room") != std::string::npos) == !native);
}

BOOST_AUTO_TEST_CASE(filters_reach_over_references_and_components) {
  asked_site s;
  organisation aid{.uuid = id_of("o"), .name = "Aid"};
  s.self.put(aid).value();
  auto a = an("a");
  a.organisation_id = edensync::link<organisation>{aid.uuid};
  s.put(a);
  s.put(an("b"));
  s.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("b")}}).value();
  const auto holds = [&](const char* query, const char* name, bool native = false) {
    return s.pull(query, native).body.find("<resource name=\"org_office\" uuid=\"urn:uuid:" + std::string(name)) !=
           std::string::npos;
  };
  BOOST_TEST(holds("&[~]~.organisation_id$name=Aid", "a"));
  BOOST_TEST(!holds("&[~]~.organisation_id$name=Aid", "b"));
  BOOST_TEST(holds("&[~]room.name=r", "b"));
  BOOST_TEST(!holds("&[~]room.name=r", "a"));
  // A deletion has lost its organisation: an Eden does not hear of it then, an edensync site does.
  BOOST_TEST(s.self.erase<office>(id_of("a")).has_value());
  BOOST_TEST(!holds("&[~]~.organisation_id$name=Aid", "a"));
  BOOST_TEST(holds("&[~]~.name=a", "a"));
  BOOST_TEST(!holds("&[~]~.name=b", "a"));
  BOOST_TEST(holds("&[~]~.name=b", "a", true));
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_in_the_middle_breaks_the_answer_off) {
  asked_site s;
  for (int i = 0; i < 300; ++i) s.put(an("a" + std::to_string(i)));
  request_head head;
  head.target = "/sync/sync.xml?resource=org_office";
  const auto answer = s.role->handle(head);
  answer->on_end();
  BOOST_TEST(answer->head().status == 200u);
  std::string buffer(1000, '\0');
  BOOST_TEST(answer->read_body(buffer).has_value());
  s.store.fail_at(s.store.operations() + 1);
  // Some records are read ahead.
  auto rest = answer->read_body(buffer);
  while (rest && *rest != 0) rest = answer->read_body(buffer);
  BOOST_TEST(rest.has_error());
  BOOST_TEST(last_line(s).starts_with("pull/incoming send fatal"));
}

// Readers never wait for a writer, and what they leave in the log is no reason to.
BOOST_AUTO_TEST_CASE(a_pull_does_not_wait_for_a_writer_to_be_logged) {
  asked_site s;
  const auto peer = s.know();
  s.put(an("a"));
  s.store.set_patience(std::chrono::seconds(30));
  {
    auto open = s.store.begin(s.self.context());
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) BOOST_TEST(s.pull("&repository=urn:uuid:peer").head.status == 200u);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(10)));
    BOOST_TEST(s.store.snapshot().log(0, 100).empty());
  }
  // Whoever writes next takes the lines along, and what was to be noted with them.
  s.clock.advance(5);
  s.put(an("b"));
  const auto log = s.store.snapshot().log(0, 100);
  BOOST_TEST_REQUIRE(log.size() == 3u);
  BOOST_TEST((log[0].at == second(1000)));
  BOOST_TEST(log[0].repository == peer);
  BOOST_TEST((s.self.repositories().value().front().last_connected == second(1000)));
}

// --- an Eden that pulls -------------------------------------------------------------------------------------------------

namespace {

// Asks as Eden does: from its youngest record plus one second.
struct eden_client {
  import_rig here;
  std::optional<timestamp> msince;

  void pull(asked_site& s) {
    const auto t = s.pull(msince ? "&msince=" + to_text(*msince) : "");
    const auto done = here.take(t.body).value();
    if (done.youngest) msince = *done.youngest + 1;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_eden_that_asks_from_its_youngest_second_plus_one_misses_nothing) {
  asked_site s;
  s.know();
  eden_client eden;
  const auto equal = [&] { BOOST_TEST(eden.here.contents() == s.contents(), boost::test_tools::per_element()); };
  s.put(an("a"));
  eden.pull(s);
  // The same second.
  s.put(an("b"));
  s.put(an("a", "1"));
  eden.pull(s);
  equal();
  s.put(an("c"));
  eden.pull(s);
  equal();
  // A record that arrives late with an old time of its own.
  s.clock.advance(100);
  s.put(an("d"));
  eden.pull(s);
  s.push(document({an_office("late", 5), an_office("young", 9000)}));
  eden.pull(s);
  equal();
  // The youngest one is from the future now, and edits go on.
  s.put(an("e"));
  eden.pull(s);
  equal();
  s.push(document({element("org_office", "late").at(6).deleted()}));
  s.self.erase<office>(id_of("d")).value();
  eden.pull(s);
  equal();
  // The clock goes back.
  s.clock.set(second(10));
  s.put(an("f"));
  eden.pull(s);
  equal();
}

BOOST_AUTO_TEST_CASE(a_commit_during_an_answer_comes_with_the_next_one) {
  asked_site s;
  eden_client eden;
  s.put(an("a"));
  {
    auto open = s.store.begin(s.self.context());
    record r;
    r.resource = offices;
    r.uuid = id_of("b");
    r.version = {second(1000), 0, false};
    r.fields.emplace_back(std::string("b"));
    open.insert(r).value();
    // The log of the answer has to wait for the writer, so only the document is looked at.
    s.store.set_patience(std::chrono::milliseconds(1));
    eden.pull(s);
    open.commit();
  }
  eden.pull(s);
  BOOST_TEST(eden.here.contents() == s.contents(), boost::test_tools::per_element());
}

// --- pushes -------------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_push_is_taken_and_answered_with_a_message) {
  asked_site s;
  const auto peer = s.know();
  const auto t = s.push(document({an_office("a", 1), an_office("b", 2).data("floors", "x")}));
  BOOST_TEST(t.head.status == 200u);
  BOOST_TEST(t.head.headers.get("Content-Type") == "text/html");
  const auto m = parse_status_message(t.body);
  BOOST_TEST_REQUIRE(m.has_value());
  BOOST_TEST(m->success());
  BOOST_TEST(m->records.value() == 1u);
  BOOST_TEST(m->created.size() == 1u);
  BOOST_TEST_REQUIRE(m->refused.size() == 1u);
  BOOST_TEST((m->refused[0].uuid == id_of("b")));
  BOOST_TEST(m->refused[0].message.find("floors") != std::string::npos);
  BOOST_TEST(last_line(s).starts_with("push/incoming receive warning (remote): Data received from peer"));
  BOOST_TEST(s.log(1)[0].repository == peer);
  BOOST_TEST(s.quarantine().size() == 1u);
  BOOST_TEST(s.push(document({an_office("c", 1)})).head.status == 200u);
  BOOST_TEST(last_line(s) ==
             "push/incoming receive warning (remote): Data received from peer\n1 records wait in quarantine");
}

BOOST_AUTO_TEST_CASE(records_of_unknown_tables_are_told_to_both_sides) {
  asked_site s;
  s.know();
  const auto text = document({an_office("a", 1), element("no_such", "x").at(1), element("auth_user", "u").at(1)});
  const auto t = s.push(text, {}, true);
  const std::string words = "1 records left out, of tables that are not known here: no_such (1)";
  BOOST_TEST(t.head.status == 200u);
  BOOST_TEST(t.status() == words);
  BOOST_TEST(last_line(s) == "push/incoming receive warning (remote): Data received from peer\n" + words);
  // An Eden leaves them out without a word, and is not told either.
  BOOST_TEST(s.push(text).status().empty());
  BOOST_TEST(last_line(s) == "push/incoming receive warning (remote): Data received from peer\n" + words);
  const auto both = s.push(document({an_office("b", 2).data("floors", "x"), element("no_such", "x").at(1)}), {}, true);
  BOOST_TEST(both.status().ends_with("invalid items ignored; " + words), both.status());
  BOOST_TEST(parse_status_message(both.body)->refused.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_push_is_told_to_leave_records_in_quarantine_each_time) {
  asked_site s;
  s.know();
  s.push(document({an_office("b", 2).data("floors", "x")}));
  s.push(document({an_office("c", 3)}));
  BOOST_TEST(last_line(s) ==
             "push/incoming receive warning (remote): Data received from peer\n1 records wait in quarantine");
}

BOOST_AUTO_TEST_CASE(bad_documents_are_answered_with_400_and_leave_nothing) {
  std::string deep = "<s3xml>";
  for (int i = 0; i < 100; ++i) deep += "<resource name=\"org_office\">";
  for (const std::string& body :
       {std::string(), std::string("nonsense"), document({an_office("a")}).substr(0, 100), deep,
        std::string("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><s3xml>&y;</s3xml>"),
        std::string("<?xml version='1.0' encoding='utf-8'?><s3xml>\xff</s3xml>")})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
      asked_site s;
      s.know();
      const auto t =
          s.ask("POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer", body, {}, {}, false, piece);
      const auto m = parse_status_message(t.body);
      BOOST_TEST_REQUIRE(m.has_value());
      BOOST_TEST(t.head.status == 400u);
      BOOST_TEST(!m->success());
      BOOST_TEST(m->message.starts_with("XML Parse error: "));
      BOOST_TEST(s.contents().empty());
      BOOST_TEST(s.log().size() == 1u);
      BOOST_TEST(last_line(s).starts_with("push/incoming receive fatal"));
      BOOST_TEST(s.push(document({an_office("b")})).head.status == 200u);
    }
}

BOOST_AUTO_TEST_CASE(a_push_of_something_else_is_answered_with_400_that_names_its_root) {
  for (const std::string root : {"html", "HTML", "x:html"})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
      asked_site s;
      s.know();
      const auto body = "<?xml version='1.0'?><" + root + ">" + an_office("a").text() + "</" + root + ">";
      const auto t =
          s.ask("POST", "/sync/sync.xml?resource=org_office&repository=urn:uuid:peer", body, {}, {}, false, piece);
      BOOST_TEST(t.head.status == 400u);
      BOOST_TEST(t.status().find(root) != std::string::npos, t.status());
      BOOST_TEST(s.contents().empty());
      BOOST_TEST_REQUIRE(s.log().size() == 1u);
      BOOST_TEST(last_line(s).starts_with("push/incoming receive fatal"));
      BOOST_TEST(last_line(s).find(root) != std::string::npos);
    }
}

// Recorded at an Eden (eden-wire, "push-other-root").
BOOST_AUTO_TEST_CASE(a_push_with_another_root_is_taken_unless_it_is_in_a_namespace) {
  for (const std::string root : {"data", "s3xml", "x"}) {
    asked_site s;
    s.know();
    BOOST_TEST(s.push("<" + root + ">" + an_office("a").text() + "</" + root + ">").head.status == 200u);
    BOOST_TEST(s.contents().size() == 1u);
    const auto foreign =
        s.push("<" + root + " xmlns=\"http://example.org\">" + an_office("b").text() + "</" + root + ">");
    BOOST_TEST(foreign.head.status == 200u);
    BOOST_TEST(parse_status_message(foreign.body)->records.value() == 0u);
    BOOST_TEST(s.contents().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_locked_store_is_told_to_come_again) {
  asked_site s;
  s.know();
  s.store.set_patience(std::chrono::milliseconds(1));
  {
    auto open = s.store.begin({});
    BOOST_TEST(s.push(document({an_office("a")})).head.status == 503u);
  }
  BOOST_TEST_REQUIRE(s.log().size() == 1u);
  BOOST_TEST(last_line(s).starts_with("push/incoming receive error: the database is in use"));
}

// --- whose policies -----------------------------------------------------------------------------------------------------

namespace {

// What becomes of an office that is here at second 10 and comes with another content at this second.
std::string after_push(std::string_view parameters, std::int64_t at, std::optional<sync_task> task = std::nullopt,
                       std::string_view element = {}) {
  asked_site s;
  const auto peer = s.know();
  if (task) {
    task->repository = peer;
    s.self.put(*task).value();
  }
  auto t = s.store.begin({second(10), this_site});
  record r;
  r.resource = offices;
  r.uuid = id_of("a");
  r.version = {second(10), 0, false};
  r.fields.emplace_back(std::string("ours"));
  t.insert(r).value();
  t.commit();
  s.push(element.empty() ? document({an_office("a", at).data("name", "theirs")}) : std::string(element), parameters);
  return s.line("a");
}

const std::string ours = "org_office a @10 name=ours";

}  // namespace

BOOST_AUTO_TEST_CASE(this_and_other_are_seen_from_this_side) {
  BOOST_TEST(after_push("&update_policy=THIS", 5) == "org_office a @5 name=theirs");
  BOOST_TEST(after_push("&update_policy=THIS", 15) == "org_office a @15 name=theirs");
  BOOST_TEST(after_push("&update_policy=OTHER", 5) == ours);
  BOOST_TEST(after_push("&update_policy=OTHER", 15) == ours);
}

BOOST_AUTO_TEST_CASE(newer_and_master_look_the_same_from_both_sides) {
  BOOST_TEST(after_push("&update_policy=NEWER", 5) == ours);
  BOOST_TEST(after_push("&update_policy=NEWER", 15) == "org_office a @15 name=theirs");
  BOOST_TEST(after_push("&update_policy=MASTER", 15) == ours);
}

BOOST_AUTO_TEST_CASE(without_a_policy_the_newer_version_wins) {
  for (const auto none : {"", "&update_policy=nonsense", "&update_policy=newer"}) {
    BOOST_TEST(after_push(none, 5) == ours);
    BOOST_TEST(after_push(none, 15) == "org_office a @15 name=theirs");
  }
}

BOOST_AUTO_TEST_CASE(the_strategy_that_is_sent_holds) {
  BOOST_TEST(after_push("&strategy=create", 15) == ours);
  BOOST_TEST(after_push("&strategy=create,update", 15) == "org_office a @15 name=theirs");
  BOOST_TEST(after_push("&strategy=create,update", 15, std::nullopt,
                        document({element("org_office", "a").at(20).deleted()})) == ours);
}

BOOST_AUTO_TEST_CASE(the_conflict_policy_that_is_sent_holds) {
  const std::string both = "&update_policy=NEWER&msince=" + to_text(second(8));
  BOOST_TEST(after_push(both, 15) == "org_office a @15 name=theirs");
  BOOST_TEST(after_push(both + "&conflict_policy=NEWER", 15) == "org_office a @15 name=theirs");
  // Theirs: OTHER wins, that is we.
  BOOST_TEST(after_push(both + "&conflict_policy=OTHER", 15) == ours);
  BOOST_TEST(after_push(both + "&conflict_policy=THIS", 15) == "org_office a @15 name=theirs");
  // Nothing changed here since then: no conflict.
  BOOST_TEST(after_push("&conflict_policy=OTHER&msince=" + to_text(second(12)), 15) == "org_office a @15 name=theirs");
}

BOOST_AUTO_TEST_CASE(a_task_of_this_site_wins_over_what_is_sent_and_is_not_mirrored) {
  const sync_task mine{.resource = "org_office", .update = policy_name::keep_local};
  BOOST_TEST(after_push("&update_policy=THIS", 15, mine) == ours);
  sync_task theirs = mine;
  theirs.update = policy_name::take_remote;
  BOOST_TEST(after_push("&update_policy=OTHER", 5, theirs) == "org_office a @5 name=theirs");
  sync_task create_only = mine;
  create_only.update = policy_name::take_remote;
  create_only.allowed = strategy{method::create};
  BOOST_TEST(after_push("&strategy=create,update", 15, create_only) == ours);
  sync_task of_another = mine;
  of_another.resource = "org_organisation";
  BOOST_TEST(after_push("", 15, of_another) == "org_office a @15 name=theirs");
}

BOOST_AUTO_TEST_SUITE_END()
