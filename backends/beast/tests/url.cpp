#include "edensync/beast/url.hpp"

#include <boost/test/unit_test.hpp>

using edensync::error;
using edensync::beast::parse_base_url;

BOOST_AUTO_TEST_SUITE(beast_url)

BOOST_AUTO_TEST_CASE(parts) {
  const struct {
    const char *text, *host;
    int port;
    const char *path, *authority;
  } cases[] = {
      {"http://127.0.0.1:8000/eden", "127.0.0.1", 8000, "/eden", "127.0.0.1:8000"},
      {"http://eden.example.org", "eden.example.org", 80, "", "eden.example.org"},
      {"HTTP://eden.example.org/", "eden.example.org", 80, "", "eden.example.org"},
      {"http://eden.example.org:80/a/b//", "eden.example.org", 80, "/a/b", "eden.example.org"},
      {"http://[::1]:8000/eden", "::1", 8000, "/eden", "[::1]:8000"},
      {"http://[fe80::1]/eden", "fe80::1", 80, "/eden", "[fe80::1]"},
      {"https://eden.example.org/eden", "eden.example.org", 443, "/eden", "eden.example.org"},
      {"https://eden.example.org:443", "eden.example.org", 443, "", "eden.example.org"},
      {"HTTPS://eden.example.org:80/", "eden.example.org", 80, "", "eden.example.org:80"},
      {"http://eden.example.org:443/", "eden.example.org", 443, "", "eden.example.org:443"},
  };
  for (const auto& c : cases) {
    const auto url = parse_base_url(c.text);
    BOOST_REQUIRE(url.has_value());
    BOOST_TEST(url->secure == (std::string_view(c.text).substr(4, 1) != ":"));
    BOOST_TEST(url->host == c.host);
    BOOST_TEST(url->port == c.port);
    BOOST_TEST(url->path == c.path);
    BOOST_TEST(url->authority() == c.authority);
  }
}

BOOST_AUTO_TEST_CASE(refusals) {
  for (const char* text : {"",
                           "eden.example.org/eden",
                           "ftp://x/",
                           "https:/x/",
                           "https://",
                           "http://",
                           "http:///eden",
                           "http://x:/",
                           "http://x:0/",
                           "http://x:65536/",
                           "http://x:80a/",
                           "http://x: 80/",
                           "http://[::1",
                           "http://[::1]8/",
                           "http://[]/",
                           "http://a b/",
                           "http://x/\r\nHost: y",
                           "http://x/e\xc3\xa9",
                           "http://user:secret@x/",
                           "http://x/eden?a=b",
                           "http://x/#a"}) {
    const auto url = parse_base_url(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(url.has_error());
      BOOST_TEST((url.error().code == error::not_configured));
      BOOST_TEST(url.error().text().find("secret") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
