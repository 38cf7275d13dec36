// What is told of a request, and what is not.
#include "edensync/site/logged_answer.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "edensync/log/event_text.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct kept_events {
  std::vector<log_event> all;
  void write(const log_event& e) noexcept { all.push_back(e); }
};

struct told_requests : one_site {
  told_requests() : one_site("here", 1, memory::manual_clock(second(1000))) {}

  kept_events events;
  passive_site<parts> answering{
      self, {.authenticate = [](std::string_view, std::string_view word) { return word == "hidden-word"; }}};

  log_event ask(request_head head, std::string_view body = {}) {
    {
      logged_answer answer(events, clock, head, answering.handle(head));
      if (answer.wants_body()) answer.on_body(body);
      answer.on_end();
      std::array<char, 64> piece{};
      while (answer.read_body(piece).value() != 0) continue;
    }
    BOOST_TEST_REQUIRE(!events.all.empty());
    return events.all.back();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site_logged_answer, told_requests)

BOOST_AUTO_TEST_CASE(a_request_is_one_event_when_it_is_over) {
  put(an("a"));
  const auto e =
      ask({.target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:me&[org_office]name=private-name",
           .user = "ann",
           .password = "hidden-word"});
  BOOST_TEST(events.all.size() == 1u);
  BOOST_TEST(e.event == "request");
  BOOST_TEST((e.level == event_level::info));
  BOOST_TEST((e.at == second(1000)));
  BOOST_TEST(e.method == "GET");
  BOOST_TEST(e.path == "/sync/sync.xml");
  BOOST_TEST(e.user == "ann");
  BOOST_TEST(e.resource == "org_office");
  BOOST_TEST(e.repository == "urn:uuid:me");
  BOOST_TEST(e.status == 200u);
  BOOST_TEST(e.bytes_out.value() > 64u);
  BOOST_TEST(e.milliseconds.has_value());
  BOOST_TEST(event_json(e).find("hidden-word") == std::string::npos);
  BOOST_TEST(event_json(e).find("private-name") == std::string::npos);
  const std::string body = R"({"uuid": "urn:uuid:me", "name": "me"})";
  BOOST_TEST(ask({.method = "POST",
                  .target = "/sync/repository/register.json",
                  .has_body = true,
                  .user = "ann",
                  .password = "hidden-word"},
                 body)
                 .bytes_in.value() == body.size());
}

BOOST_AUTO_TEST_CASE(the_path_is_the_one_that_was_asked_for) {
  const request_head head{.target = "/health?x=1"};
  { const logged_answer answer(events, clock, head, answering.handle(head), "/eden"); }
  BOOST_TEST(events.all.at(0).path == "/eden/health");
}

BOOST_AUTO_TEST_CASE(refused_logins_are_told_apart) {
  const auto guessed = ask({.target = "/sync/sync.xml?resource=org_office", .user = "ann", .password = "wrong-word"});
  BOOST_TEST(guessed.event == "login refused");
  BOOST_TEST((guessed.level == event_level::warning));
  BOOST_TEST(guessed.status == 401u);
  BOOST_TEST(event_json(guessed).find("wrong-word") == std::string::npos);
  // Many clients ask without credentials first.
  BOOST_TEST(ask({.target = "/sync/sync.xml?resource=org_office"}).event == "request");
}

BOOST_AUTO_TEST_CASE(every_refusal_is_a_warning_and_stands_in_the_log_of_the_site_if_it_is_about_synchronisation) {
  passive_site<parts> strict{self, {.authenticate = [](std::string_view, std::string_view word) {
                               return word == "read"    ? access_level::read
                                      : word == "write" ? access_level::write
                                      : word == "none"  ? access_level::none
                                                        : access_level::unknown;
                             }}};
  struct row {
    std::string method, target, password;
    unsigned status;
    std::size_t lines;
  };
  const std::string sync = "/sync/sync.xml?resource=";
  const std::vector<row> all{
      {"GET", sync + "org_office", "", 401, 1},
      {"GET", sync + "org_office", "wrong", 401, 1},
      {"GET", sync + "org_office", "none", 403, 1},
      {"POST", sync + "org_office", "read", 403, 1},
      {"POST", sync + "org_office", "write", 403, 1},
      {"GET", "/org/office/7/sync.xml?resource=org_office", "read", 404, 1},
      {"GET", sync + "gis_location", "read", 400, 1},
      {"GET", sync + "nonsense", "read", 400, 1},
      {"DELETE", sync + "org_office", "read", 405, 1},
      {"POST", "/sync/repository/register.xml", "write", 415, 1},
      {"GET", "/nonsense", "", 401, 0},
      {"GET", "/nonsense", "read", 404, 0},
      {"GET", "/metrics", "read", 403, 1},
      {"GET", "/edensync/compare?resource=gis_location&of=&prefix=", "read", 400, 0},
  };
  for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST_CONTEXT(all[i].method << ' ' << all[i].target) {
      const auto& r = all[i];
      const auto before = log().size();
      const request_head head{.method = r.method,
                              .target = r.target,
                              .user = r.password.empty() ? "" : "user" + std::to_string(i),
                              .password = r.password};
      { const logged_answer answer(events, clock, head, strict.handle(head)); }
      BOOST_TEST_REQUIRE(events.all.size() == i + 1);
      BOOST_TEST(events.all[i].status == r.status);
      BOOST_TEST((events.all[i].level == event_level::warning));
      BOOST_TEST(log().size() == before + r.lines);
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_breaks_is_told) {
  const request_head head{.target = "/health"};
  {
    logged_answer answer(events, clock, head, answering.handle(head));
    answer.on_failure(make_failure(error::broken_transfer, "gone"));
  }
  BOOST_TEST_REQUIRE(events.all.size() == 1u);
  BOOST_TEST((events.all[0].level == event_level::warning));
  BOOST_TEST(events.all[0].message.find("gone") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
