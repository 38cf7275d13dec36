#include <boost/test/unit_test.hpp>

#include "edensync/core/fingerprint.hpp"
#include "edensync/core/host_port.hpp"
#include "edensync/core/proxy_address.hpp"

using namespace edensync;

BOOST_AUTO_TEST_SUITE(core_addresses)

BOOST_AUTO_TEST_CASE(host_and_port) {
  BOOST_TEST((parse_host_port("eden.example.org").value() == host_port{"eden.example.org", 0}));
  BOOST_TEST((parse_host_port("[::1]:8000").value() == host_port{"::1", 8000}));
  for (const char* text : {"a", "a:1", "[::1]", "[::1]:65535"}) BOOST_TEST(parse_host_port(text)->text() == text);
  for (const char* text : {"", ":1", "a:", "a:0", "a:65536", "a:1x", "[::1", "[::1]1", "[]:1"})
    BOOST_TEST(parse_host_port(text).has_error(), text);
}

BOOST_AUTO_TEST_CASE(proxies) {
  BOOST_TEST((parse_proxy_address("http://proxy:3128/").value() == proxy_address{{"proxy", 3128}, "", ""}));
  BOOST_TEST((parse_proxy_address("http://me@[::1]:80").value() == proxy_address{{"::1", 80}, "me", ""}));
  BOOST_TEST((parse_proxy_address("http://me:a@b:c%25%2f%C3%A9@p:1").value() ==
              proxy_address{{"p", 1}, "me", "a@b:c%/\xc3\xa9"}));
  for (const auto& p : {proxy_address{{"proxy", 3128}, "", ""}, proxy_address{{"::1", 80}, "me", ""},
                        proxy_address{{"p", 1}, "m\xc3\xbc e", "/a@b:c%\"\n"}}) {
    BOOST_TEST((parse_proxy_address(p.text()).value() == p), p.text());
  }
  for (const char* text :
       {"", "proxy:3128", "https://me:secret@proxy:3128", "socks5://proxy:1", "http://proxy", "http://me:secret@proxy",
        "http://me:secret@proxy:1/path", "http://me:/secret@proxy:1", "http://me:'secret@proxy:1",
        "http://me:secret@:1", "http://:secret@proxy:1", "http://me%3A:secret@proxy:1", "http://me:secret%@proxy:1",
        "http://me:secret%4@proxy:1", "http://me:secret%4g@proxy:1", "http://me:secret @proxy:1",
        "http://me:secret@proxy:1\r\nX: y"}) {
    const auto r = parse_proxy_address(text);
    BOOST_TEST_REQUIRE(r.has_error(), text);
    BOOST_TEST((r.error().code == error::bad_setting));
    BOOST_TEST(r.error().text().find("secret") == std::string::npos, r.error().text());
  }
}

BOOST_AUTO_TEST_CASE(fingerprints) {
  const std::string digits(64, 'a');
  BOOST_TEST(parse_fingerprint(digits).value() == digits);
  BOOST_TEST(parse_fingerprint(std::string(64, 'A')).value() == digits);
  std::string with_colons;
  for (int i = 0; i < 32; ++i) with_colons += i == 0 ? "aA" : ":aA";
  BOOST_TEST(parse_fingerprint(with_colons).value() == digits);
  for (const auto& text : {std::string(), digits + "a", digits.substr(1), std::string(64, 'g'), with_colons + ":",
                           with_colons.substr(0, 93) + ":a", ":" + with_colons.substr(1), std::string(95, ':')})
    BOOST_TEST(!parse_fingerprint(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
