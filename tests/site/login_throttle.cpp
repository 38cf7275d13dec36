#include "edensync/site/login_throttle.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

#include "support/sites.hpp"

namespace edensync::test {

BOOST_AUTO_TEST_SUITE(login_throttling)

BOOST_AUTO_TEST_CASE(each_failure_beyond_the_first_few_doubles_the_wait) {
  login_throttle t;
  const auto at = second(1000);
  for (int i = 0; i < 4; ++i) t.refused("ann", at);
  BOOST_TEST(t.wait("ann", at) == 0);
  std::int64_t expected = 1;
  for (int i = 0; i < 20; ++i) {
    t.refused("ann", at);
    BOOST_TEST(t.wait("ann", at) == expected);
    BOOST_TEST(t.wait("ann", at + expected) == 0);
    expected = std::min<std::int64_t>(expected * 2, 60);
  }
  BOOST_TEST(t.wait("bob", at) == 0);
  t.accepted("ann");
  BOOST_TEST(t.wait("ann", at) == 0);
}

BOOST_AUTO_TEST_CASE(names_are_forgotten_in_time_and_are_bounded) {
  login_throttle t;
  for (int i = 0; i < 6; ++i) t.refused("ann", second(1000));
  BOOST_TEST(t.wait("ann", second(1000)) == 2);
  t.refused("bob", second(1000) + login_throttle::memory);
  t.refused("ann", second(1000) + login_throttle::memory);
  BOOST_TEST(t.wait("ann", second(1000) + login_throttle::memory) == 0);

  for (int i = 0; i < 6; ++i) t.refused("carl", second(5000));
  for (std::size_t i = 0; i < login_throttle::most_names; ++i) t.refused(std::to_string(i), second(5001));
  BOOST_TEST(t.wait("carl", second(5001)) == 0);
  // A clock that goes back locks nobody out.
  for (int i = 0; i < 9; ++i) t.refused("dora", second(9000));
  BOOST_TEST(t.wait("dora", second(100)) == 0);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
