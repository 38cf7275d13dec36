// What is told of requests that nobody was asked to answer, and how much of it.
#include "edensync/log/logged_refusals.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "edensync/memory/manual_clock.hpp"

using namespace edensync;

namespace {

struct kept_lines {
  std::vector<log_event> all;
  void write(const log_event& e) noexcept { all.push_back(e); }
};

struct told_refusals {
  kept_lines told;
  memory::manual_clock clock{timestamp{1000}};
  logged_refusals<kept_lines, memory::manual_clock> refuse{told, clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_logged_refusals, told_refusals)

BOOST_AUTO_TEST_CASE(a_refusal_is_one_event_of_bounded_length) {
  refuse({.from = "192.0.2.1", .method = "GET", .path = "/x", .status = 404, .why = "there is nothing here"});
  BOOST_TEST_REQUIRE(told.all.size() == 1u);
  const auto& e = told.all[0];
  BOOST_TEST(e.event == "refused");
  BOOST_TEST((e.level == event_level::warning));
  BOOST_TEST((e.at == timestamp{1000}));
  BOOST_TEST(e.method == "GET");
  BOOST_TEST(e.path == "/x");
  BOOST_TEST(e.status == 404u);
  BOOST_TEST(e.message == "192.0.2.1: there is nothing here");
  const std::string long_text(100000, 'x');
  refuse({.from = {}, .method = long_text, .path = long_text, .status = 431, .why = long_text});
  BOOST_TEST_REQUIRE(told.all.size() == 2u);
  BOOST_TEST(told.all[1].method.size() + told.all[1].path.size() + told.all[1].message.size() < 1000u);
}

BOOST_AUTO_TEST_CASE(whoever_is_refused_all_the_time_is_told_of_once_a_minute) {
  const refused_request again{.from = "192.0.2.1", .status = 400, .why = "not a request in HTTP"};
  for (int i = 0; i < 1000; ++i) refuse(again);
  BOOST_TEST(told.all.size() == 1u);
  refuse({.from = "192.0.2.2", .status = 400, .why = "not a request in HTTP"});
  BOOST_TEST_REQUIRE(told.all.size() == 2u);
  BOOST_TEST(told.all[1].message.find("(999 more were refused") != std::string::npos, told.all[1].message);
  clock.advance(60);
  refuse(again);
  BOOST_TEST_REQUIRE(told.all.size() == 3u);
  BOOST_TEST(told.all[2].message == "192.0.2.1: not a request in HTTP");
  // However many they are.
  for (int i = 0; i < 5000; ++i) refuse({.from = std::to_string(i), .status = 400, .why = "no"});
  BOOST_TEST(told.all.size() <= 3 + line_limit::most_keys);
}

BOOST_AUTO_TEST_SUITE_END()
