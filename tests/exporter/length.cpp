#include "edensync/exporter/length.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace edensync;

namespace {

record of(std::vector<value> fields) {
  record r;
  r.fields = std::move(fields);
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exporter_length)

BOOST_AUTO_TEST_CASE(only_texts_count) {
  BOOST_TEST(text_bytes(of({})) == 0u);
  BOOST_TEST(text_bytes(of({std::string("four"), std::int64_t{12345}, null_value{}, std::string("to")})) == 6u);
}

BOOST_AUTO_TEST_CASE(a_text_counts_as_it_is_read_and_a_tag_as_it_is_written) {
  const std::string ten(10, 'x');
  BOOST_TEST(has_no_text_over(10, ten));
  BOOST_TEST(!has_no_text_over(9, ten));
  // Each entity is one character, however long it is written.
  BOOST_TEST(has_no_text_over(10, "&amp;&amp;&lt;&quot;"));
  BOOST_TEST(!has_no_text_over(3, "&amp;&amp;&lt;&quot;"));
  // The end of a tag inside an attribute is none.
  BOOST_TEST(has_no_text_over(12, "<a b=\"1>2\"/>"));
  BOOST_TEST(!has_no_text_over(11, "<a b=\"1>2\"/>"));
  BOOST_TEST(has_no_text_over(5, "aaaaa<b/>aaaaa"));
  BOOST_TEST(!has_no_text_over(4, "aa<b/>aaaaa"));
  BOOST_TEST(!has_no_text_over(10, std::string(40, '<')));
}

BOOST_AUTO_TEST_CASE(the_field_that_is_too_long_is_told) {
  const auto r = of({std::string("short"), std::vector<reference>(3), std::string("longer text"), null_value{}});
  BOOST_TEST(!list_longer_than(3, r).has_value());
  BOOST_TEST((list_longer_than(2, r) == 1u));
  BOOST_TEST(longest_text(r) == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
