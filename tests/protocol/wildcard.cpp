#include "edensync/protocol/wildcard.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace edensync {

static_assert(matches_wildcard("", ""));
static_assert(matches_wildcard("", "*"));
static_assert(!matches_wildcard("", "?"));
static_assert(matches_wildcard("North Office", "north*"));
static_assert(matches_wildcard("North Office", "*OFF*"));
static_assert(matches_wildcard("North Office", "n?rth *e"));
static_assert(!matches_wildcard("North Office", "north"));
static_assert(!matches_wildcard("North Office", "office*"));
static_assert(matches_wildcard("aXbXc", "*x*c"));
static_assert(matches_wildcard("100%_", "100%_"));
static_assert(!matches_wildcard("100ab", "100%_"));
static_assert(matches_wildcard("Zürich", "z?rich"));
static_assert(matches_wildcard("ÉCOLE ΑΘΗΝΑ ЖУРНАЛ ŁÓDŹ", "école αθηνα журнал łódź"));
static_assert(contains_folded("North Office", "OFF"));
static_assert(contains_folded("x", ""));
static_assert(!contains_folded("North", "Office"));
static_assert(!contains_folded("", "a"));
static_assert(!contains_folded("a", "b"));
static_assert(!contains_folded("north", "nora"));
static_assert(contains_folded("NoRaNorth", "north"));
static_assert(contains_folded("aab", "ab"));

BOOST_AUTO_TEST_CASE(hostile_patterns_take_no_long_time) {
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  BOOST_TEST(matches_wildcard(text, pattern));
  BOOST_TEST(!matches_wildcard(text, pattern + "b"));
}

BOOST_AUTO_TEST_CASE(broken_utf8_is_bytes) {
  BOOST_TEST(matches_wildcard("\xC3", "?"));
  BOOST_TEST(matches_wildcard("\xFF\xFE", "??") == matches_wildcard("\xFF\xFE", "??"));
  BOOST_TEST(matches_wildcard("a\x80", "a*"));
}

}  // namespace edensync
