#include "edensync/site/login_throttle.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <string>

#include "support/sites.hpp"

namespace edensync::test {

BOOST_AUTO_TEST_SUITE(login_throttling)

BOOST_AUTO_TEST_CASE(each_failure_beyond_the_first_few_doubles_the_wait) {
  login_throttle t;
  auto at = second(1000);
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(t.begin("ann", at) == 0);
    t.refused("ann", at);
  }
  std::int64_t expected = 1;
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(t.begin("ann", at) == expected);
    at = at + expected;
    BOOST_TEST(t.begin("ann", at) == 0);
    t.refused("ann", at);
    expected = std::min<std::int64_t>(expected * 2, 60);
  }
  BOOST_TEST(t.begin("bob", at) == 0);
  t.accepted("ann");
  BOOST_TEST(t.begin("ann", at) == 0);
}

BOOST_AUTO_TEST_CASE(a_try_counts_before_anybody_knows_how_it_ends) {
  login_throttle t;
  const auto at = second(1000);
  for (int i = 0; i < 5; ++i) BOOST_TEST(t.begin("ann", at) == 0);
  BOOST_TEST(t.begin("ann", at) == 1);
  // Those who were right are no failures; those who were wrong stay.
  for (int i = 0; i < 4; ++i) t.accepted("ann");
  t.refused("ann", at);
  for (int i = 0; i < 4; ++i) BOOST_TEST(t.begin("ann", at) == 0);
  BOOST_TEST(t.begin("ann", at) == 1);
  for (int i = 0; i < 4; ++i) t.refused("ann", at);
  // When the wait is over it is one that may try, not all who waited.
  BOOST_TEST(t.begin("ann", at + 1) == 0);
  BOOST_TEST(t.begin("ann", at + 1) == 2);
}

BOOST_AUTO_TEST_CASE(names_are_forgotten_in_time_and_are_bounded) {
  login_throttle t;
  const auto fail = [&](std::string_view user, timestamp at) {
    (void)t.begin(user, at);
    t.refused(user, at);
  };
  for (int i = 0; i < 6; ++i) fail("ann", second(1000));
  BOOST_TEST(t.begin("ann", second(1000)) == 2);
  fail("bob", second(1000) + login_throttle::memory);
  BOOST_TEST(t.begin("ann", second(1000) + login_throttle::memory) == 0);

  for (int i = 0; i < 6; ++i) fail("carl", second(5000));
  for (std::size_t i = 0; i < login_throttle::most_names; ++i) fail(std::to_string(i), second(5001));
  BOOST_TEST(t.begin("carl", second(5001)) == 0);
  // A clock that goes back locks nobody out.
  for (int i = 0; i < 9; ++i) fail("dora", second(9000));
  BOOST_TEST(t.begin("dora", second(100)) == 0);
}

BOOST_AUTO_TEST_CASE(a_site_asks_nobody_for_a_password_while_a_name_must_wait) {
  memory::manual_clock clock{second(1000)};
  one_site base("base", 2, clock);
  int asked = 0;
  passive_site<parts> role(base.self, {.authenticate = [&](std::string_view user, std::string_view password) -> access {
                             ++asked;
                             return user == "ann" && password == "right";
                           }});
  const auto status = [&](std::string user, std::string password) {
    request_head head;
    head.method = "GET";
    head.target = "/org/office/sync.xml";
    head.user = std::move(user);
    head.password = std::move(password);
    const auto answer = role.handle(head);
    answer->on_end();
    return std::pair(answer->head().status, std::string(answer->head().headers.get("Retry-After")));
  };
  for (int i = 0; i < 5; ++i) BOOST_TEST(status("ann", "wrong").first == 401u);
  BOOST_TEST(asked == 5);
  const auto [refused, after] = status("ann", "right");
  BOOST_TEST(refused == 429u);
  BOOST_TEST(after == "1");
  BOOST_TEST(asked == 5);
  BOOST_TEST(status("bob", "wrong").first == 401u);
  clock.set(second(1001));
  BOOST_TEST(status("ann", "right").first == 200u);
  BOOST_TEST(status("ann", "wrong").first == 401u);
  BOOST_TEST(status("ann", "right").first == 200u);
  // Who brings no credentials guesses nothing.
  for (int i = 0; i < 20; ++i) BOOST_TEST(status("", "").first == 401u);
}

// While one password is looked at, which takes a while, the others come in.
BOOST_AUTO_TEST_CASE(many_guesses_at_once_get_no_further_than_one_after_the_other) {
  memory::manual_clock clock{second(1000)};
  one_site base("base", 2, clock);
  int asked = 0, refused = 0;
  std::function<void()> guess;
  passive_site<parts> role(base.self, {.authenticate = [&](std::string_view, std::string_view) -> access {
                             if (++asked < 20) guess();
                             return false;
                           }});
  guess = [&] {
    request_head head;
    head.method = "GET";
    head.target = "/org/office/sync.xml";
    head.user = "ann";
    head.password = "wrong";
    if (role.handle(head)->head().status == 429) ++refused;
  };
  guess();
  BOOST_TEST(asked == 5);
  BOOST_TEST(refused == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
