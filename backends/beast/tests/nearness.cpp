#include "edensync/beast/nearness.hpp"

#include <boost/test/unit_test.hpp>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "secure_support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::client;
using beast::nearness;
using beast::server;

BOOST_AUTO_TEST_SUITE(beast_nearness)

BOOST_AUTO_TEST_CASE(addresses) {
  const std::pair<nearness, std::vector<std::string>> all[] = {
      {nearness::machine,
       {"127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1"}},
      {nearness::network,
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"}},
      {nearness::anywhere,
       {"9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "192.169.0.1", "128.0.0.1", "1.0.0.1",
        "100.128.0.1", "223.255.255.255", "2001:db8::1", "::ffff:9.9.9.9", "64:ff9b::909:909"}},
  };
  for (const auto& [how, addresses] : all)
    for (const auto& a : addresses) BOOST_TEST((beast::nearness_of(boost::asio::ip::make_address(a)) == how), a);
}

BOOST_AUTO_TEST_CASE(nobody_nearer_than_allowed_is_asked) {
  std::atomic<int> asked = 0;
  server s([&](const request_head& head) {
    ++asked;
    return answer_with({.body = "fine"})(head);
  });
  BOOST_REQUIRE(s.start().has_value());
  const auto port = ":" + std::to_string(s.port()) + "/eden";
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"})
    for (const auto nearest : {nearness::anywhere, nearness::network}) {
      client c("http://" + host + port, "", "", {.nearest = nearest});
      const auto why = expect_refusal(c, error::not_secure, "nearer than whoever named it");
      BOOST_TEST((why.code == condition::needs_person));
      BOOST_TEST(!c.reached());
    }
  // Nor through a proxy, as far as can be told.
  client proxied("http://127.0.0.1" + port, "", "",
                 {.proxy = "http://127.0.0.1:" + std::to_string(s.port()), .nearest = nearness::network});
  expect_refusal(proxied, error::not_secure, "nearer");
  BOOST_TEST(asked == 0);

  client c("http://localhost" + port);
  expect_answer(c, get("/x"), "fine");
  BOOST_TEST((c.reached() == nearness::machine));
}

BOOST_AUTO_TEST_SUITE_END()
