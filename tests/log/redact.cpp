#include "edensync/log/redact.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace edensync {

BOOST_AUTO_TEST_CASE(removes_credentials_from_urls) {
  BOOST_TEST(redact("GET https://ann:s3cret@host/eden?x=a@b") == "GET https://***@host/eden?x=a@b");
  BOOST_TEST(redact("http://ann@host http://a:b@c") == "http://***@host http://***@c");
  BOOST_TEST(redact("http://ann:p@ss@host:80/") == "http://***@host:80/");
  BOOST_TEST(redact("https://host/path@x and mail to ann@example.org") ==
             "https://host/path@x and mail to ann@example.org");
  BOOST_TEST(redact("https://a:b@") == "https://***@");
  BOOST_TEST(redact("://") == "://");
}

BOOST_AUTO_TEST_CASE(removes_values_of_authorization) {
  BOOST_TEST(redact("Authorization: Basic YTpi\r\nHost: h") == "Authorization: ***\r\nHost: h");
  BOOST_TEST(redact("proxy-authorization:Bearer a.b.c") == "proxy-authorization:***");
  BOOST_TEST(redact(R"({"Authorization": "Basic YTpi", "x": 1})") == R"({"Authorization": "***", "x": 1})");
  BOOST_TEST(redact("no authorization given") == "no authorization given");
  BOOST_TEST(redact("authorization") == "authorization");
  BOOST_TEST(redact("Authorization: ") == "Authorization: ***");
}

BOOST_AUTO_TEST_CASE(removes_basic_credentials_elsewhere) {
  BOOST_TEST(redact("sent Basic c3luY0BleGFtcGxl== to it") == "sent Basic *** to it");
  BOOST_TEST(redact("a basic rule of the game, Basic Rules") == "a basic rule of the game, Basic Rules");
}

BOOST_AUTO_TEST_CASE(removes_secrets) {
  const std::array<std::string_view, 3> secrets = {"pass", "", "password1"};
  BOOST_TEST(redact("password1 and pass, surpass", secrets) == "*** and ***, sur***");
  const std::array<std::string_view, 1> star = {"*"};
  BOOST_TEST(redact("a*b", star) == "a***b");
  BOOST_TEST(redact("", secrets).empty());
}

}  // namespace edensync
