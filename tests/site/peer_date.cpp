#include "edensync/site/peer_date.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(site_peer_date)

BOOST_AUTO_TEST_CASE(reads_the_preferred_form) {
  BOOST_TEST((parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == parse_timestamp("1994-11-06T08:49:37")));
  for (const auto s :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 19x4 08:49:37 GMT"})
    BOOST_TEST(!parse_http_date(s).has_value(), s);
}

BOOST_AUTO_TEST_CASE(what_is_written_comes_back) {
  BOOST_TEST(to_http_date(*parse_timestamp("1994-11-06T08:49:37")) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(to_http_date({0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  for (std::int64_t t = -100000000; t < 4000000000; t += 12345678)
    BOOST_TEST_REQUIRE((parse_http_date(to_http_date({t})) == timestamp{t}));
}

BOOST_AUTO_TEST_SUITE_END()
