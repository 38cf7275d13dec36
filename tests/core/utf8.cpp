#include "edensync/core/utf8.hpp"
#include "edensync/core/account.hpp"

#include <boost/test/unit_test.hpp>

using edensync::is_utf8;
using edensync::well_formed;

static_assert(is_utf8("") && is_utf8("abc") && is_utf8("D\xc3\xa9mo \xe2\x82\xac \xf0\x9f\x8c\x8d"));
static_assert(is_utf8("\xc2\x80") && is_utf8("\xed\x9f\xbf") && is_utf8("\xee\x80\x80") && is_utf8("\xf4\x8f\xbf\xbf"));
// Cut, alone, longer than needed, half of a pair, beyond the last.
static_assert(!is_utf8("\xc3") && !is_utf8("\xe2\x82") && !is_utf8("\xf0\x9f\x8c") && !is_utf8("\xa9"));
static_assert(!is_utf8("\xc0\x80") && !is_utf8("\xc1\xbf") && !is_utf8("\xe0\x9f\xbf") && !is_utf8("\xf0\x8f\xbf\xbf"));
static_assert(!is_utf8("\xed\xa0\x80") && !is_utf8("\xf4\x90\x80\x80") && !is_utf8("\xff"));

BOOST_AUTO_TEST_SUITE(core_utf8)

BOOST_AUTO_TEST_CASE(what_is_no_text_is_marked_and_the_rest_stays) {
  BOOST_TEST(well_formed("D\xc3\xa9mo") == "D\xc3\xa9mo");
  BOOST_TEST(well_formed("a\xff\xc3z") == "a\xef\xbf\xbd\xef\xbf\xbdz");
  BOOST_TEST(well_formed("\xe2\x82") == "\xef\xbf\xbd\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(an_account_has_a_name_in_utf8) {
  BOOST_TEST(edensync::is_account_name("Andr\xc3\xa9"));
  BOOST_TEST(!edensync::is_account_name("x\xff"));
}

BOOST_AUTO_TEST_SUITE_END()
