#include "edensync/protocol/file_name.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

using namespace edensync;

namespace {

const file_name_words words{"urn:uuid:a-b", "org_office", at(to_date({2026, 3, 1}), {8 * 3600 + 5 * 60 + 9})};

std::string named(std::string_view pattern) { return expand_file_name(pattern, words); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_template_is_filled_in) {
  BOOST_TEST(named("$year-$month-$day $hour.$minute.$second.xml") == "2026-03-01 08.05.09.xml");
  BOOST_TEST(named("${resource}_$timestamp.xml") == "org_office_20260301080509.xml");
  BOOST_TEST(named(default_file_name) == "org_office-urn-uuid-a-b.xml");
  BOOST_TEST(named("cost $$ $unknown ${year $") == "cost $ $unknown ${year $");
}

BOOST_AUTO_TEST_CASE(a_template_gives_a_name_and_never_a_path) {
  BOOST_TEST(named("../../etc/passwd") == "_..-..-etc-passwd");
  BOOST_TEST(named("a\\b:c*d?e\"f<g>h|i\n") == "a-b-c-d-e-f-g-h-i-");
  BOOST_TEST(named("") == "_");
  BOOST_TEST(expand_file_name("$sender", {"../x", "", {}}) == "_..-x");
}

BOOST_AUTO_TEST_CASE(names_match_shell_patterns) {
  const auto is = [](std::string_view name, std::string_view pattern) { return matches_file_pattern(name, pattern); };
  BOOST_TEST(is("a.xml", "*.xml"));
  BOOST_TEST(!is("a.XML", "*.xml"));
  BOOST_TEST(!is("a.xml.part", "*.xml"));
  BOOST_TEST(is("a1b2c", "a*b?c"));
  BOOST_TEST(!is("a1b2", "a*b?c"));
  BOOST_TEST(is("f7.xml", "f[0-9].xml"));
  BOOST_TEST(!is("fx.xml", "f[0-9].xml"));
  BOOST_TEST(is("fx.xml", "f[!0-9].xml"));
  BOOST_TEST(is("f].xml", "f[]].xml"));
  BOOST_TEST(is("f-.xml", "f[a-].xml"));
  BOOST_TEST(is("f[.xml", "f[.xml"));
  BOOST_TEST(!is(".hidden.xml", "*.xml"));
  BOOST_TEST(is(".hidden.xml", ".*.xml"));
  BOOST_TEST(is("", "*"));
  BOOST_TEST(!is("", "?"));
  BOOST_TEST(!is(std::string(3000, 'a'), "*a*a*a*a*a*a*a*a*b"));
}
