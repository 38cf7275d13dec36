#include "edensync/mock/expectations.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

#include "edensync/memory/loopback.hpp"
#include "edensync/mock/ask.hpp"
#include "edensync/mock/eden_answers.hpp"
#include "edensync/mock/scripted_peer.hpp"

using namespace edensync;
using namespace edensync::mock;

namespace {

struct asked_peer {
  std::vector<std::string> reports;
  expectations script{[this](const std::string& said) { reports.push_back(said); }};
  scripted_peer peer{std::ref(script)};

  told pull(const std::string& table, const std::string& more = {}) {
    return ask(std::ref(peer), request("GET", "/sync/sync.xml?resource=" + table + more));
  }
};

// What is said of a line of this file.
std::string in_this_file(const std::string& said) {
  auto out = said;
  for (auto at = out.find(__FILE__); at != std::string::npos; at = out.find(__FILE__))
    out.replace(at, out.find(')', at) - at, "HERE");
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mock_expectations, asked_peer)

BOOST_AUTO_TEST_CASE(what_is_expected_is_answered) {
  script.expect(pull_of("a")).answer(document("<resource name=\"a\"/>"));
  script.expect(pull_of("b")).answer({.status = 404});
  const auto first = pull("a");
  BOOST_TEST(first.head.status == 200u);
  BOOST_TEST(first.head.headers.get("content-type") == "text/xml");
  BOOST_TEST(first.body.find("<resource name=\"a\"/>") != std::string::npos);
  BOOST_TEST(pull("b").head.status == 404u);
  BOOST_TEST(script.verify());
  BOOST_TEST(reports.empty());
  BOOST_TEST(peer.requests.size() == 2u);
}

BOOST_AUTO_TEST_CASE(another_request_is_reported_with_the_difference) {
  script.expect(pull_of("a").no_query("msince"));
  const auto answer = pull("b", "&msince=now");
  BOOST_TEST(answer.head.status == 500u);
  BOOST_TEST_REQUIRE(reports.size() == 1u);
  BOOST_TEST(answer.body == reports[0]);
  const std::string expectation =
      "method \"GET\", path \"/sync/sync.xml\", query resource \"a\", query msince absent (HERE)";
  const std::string differences =
      "\n    query resource: expected \"a\", came \"b\"\n    query msince: expected none, came \"now\"";
  BOOST_TEST(in_this_file(reports[0]) ==
             "unexpected request, number 1: GET /sync/sync.xml?resource=b&msince=now\n  expected: " + expectation +
                 differences);
  BOOST_TEST(!script.verify());
  BOOST_TEST_REQUIRE(reports.size() == 2u);
  BOOST_TEST(in_this_file(reports[1]) == "expected, but never came: " + expectation +
                                             "\n  nearest that came: GET /sync/sync.xml?resource=b&msince=now" +
                                             differences);
}

BOOST_AUTO_TEST_CASE(the_nearest_is_the_one_with_the_same_path) {
  script.expect(pull_of("a"));
  ask(std::ref(peer), request("POST", "/sync/repository/register.json?resource=a", "{}"));
  pull("b");
  ask(std::ref(peer), request("GET", "/favicon.ico?resource=a"));
  reports.clear();
  BOOST_TEST(!script.verify());
  BOOST_TEST(reports.at(0).find("nearest that came: GET /sync/sync.xml?resource=b\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_order_counts_unless_told) {
  for (const bool ordered : {true, false}) {
    asked_peer p;
    p.script.expect(pull_of("a"));
    p.script.expect(pull_of("b"));
    if (!ordered) p.script.in_any_order();
    p.pull("b");
    p.pull("a");
    BOOST_TEST(p.script.verify() == !ordered);
    if (ordered) BOOST_TEST(p.reports.at(0).find("query resource: expected \"a\", came \"b\"") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_is_over_is_over) {
  script.expect(pull_of("a"));
  pull("a");
  pull("a");
  BOOST_TEST(reports.at(0) ==
             "unexpected request, number 2: GET /sync/sync.xml?resource=a\n  nothing more was expected");
  BOOST_TEST(!script.verify());
}

BOOST_AUTO_TEST_CASE(a_request_may_come_several_times_or_whenever_it_likes) {
  script.expect(registration()).whenever().answer(registered("urn:uuid:base"));
  script.expect(pull_of("a")).times(3);
  pull("a");
  ask(std::ref(peer), request("POST", "/sync/repository/register.json", "{}"));
  pull("a");
  BOOST_TEST(!script.verify());
  BOOST_TEST(reports.at(0).starts_with("expected, but came only 2 of 3 times: "));
  BOOST_TEST(reports.at(0).ends_with("3 requests came, all of them expected elsewhere"));
  pull("a");
  BOOST_TEST(script.verify());
}

BOOST_AUTO_TEST_CASE(an_answer_may_depend_on_the_request) {
  script.expect(pull_of("a")).answer([](const heard& h) { return scripted_answer{.body = h.head.target}; });
  BOOST_TEST(pull("a").body == "/sync/sync.xml?resource=a");
}

BOOST_AUTO_TEST_CASE(peers_fail_in_every_way) {
  memory::manual_clock clock;
  peer.set_clock(clock, 30);
  script.expect(pull_of("a")).fail(error::unreachable);
  script.expect(pull_of("a")).answer({.body = "12345", .cut = 3});
  script.expect(pull_of("a")).answer(document()).after(20);
  script.expect(pull_of("a")).answer(document()).after(31);
  BOOST_TEST((pull("a").broken->code == error::unreachable));
  const auto part = pull("a");
  BOOST_TEST((part.broken->code == error::broken_transfer));
  BOOST_TEST(part.body == "123");
  BOOST_TEST(!pull("a").broken.has_value());
  BOOST_TEST(clock.now().seconds == 20);
  BOOST_TEST((pull("a").broken->code == error::timed_out));
  BOOST_TEST(clock.now().seconds == 50);
  BOOST_TEST(script.verify());
}

BOOST_AUTO_TEST_CASE(who_forgets_to_verify_is_reminded) {
  {
    expectations forgotten([this](const std::string& said) { reports.push_back(said); });
    forgotten.expect(pull_of("a"));
  }
  BOOST_TEST(reports.size() == 1u);
  try {
    expectations left_early([this](const std::string& said) { reports.push_back(said); });
    left_early.expect(pull_of("a"));
    throw 1;
  } catch (int) {
  }
  BOOST_TEST(reports.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
