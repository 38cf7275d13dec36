#include "edensync/protocol/percent.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

BOOST_AUTO_TEST_CASE(encodes_as_eden_encodes_filter_values) {
  // Both recorded from Eden's active side.
  BOOST_TEST(percent_encode("L1,L2") == "L1%2CL2");
  BOOST_TEST(percent_encode("*A*") == "%2AA%2A");
  BOOST_TEST(percent_encode("a b/~-_.") == "a%20b/~-_.");
  BOOST_TEST(percent_encode("é&=%") == "%C3%A9%26%3D%25");
  BOOST_TEST(percent_encode("a/b", "") == "a%2Fb");
}

BOOST_AUTO_TEST_CASE(decodes_every_byte_it_encodes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  BOOST_TEST(percent_decode(percent_encode(all)) == all);
  BOOST_TEST(form_decode(percent_encode(all)) == all);
}

BOOST_AUTO_TEST_CASE(leaves_what_is_no_escape) {
  BOOST_TEST(percent_decode("100%") == "100%");
  BOOST_TEST(percent_decode("%4") == "%4");
  BOOST_TEST(percent_decode("%zz%41") == "%zzA");
  BOOST_TEST(percent_decode("a+b") == "a+b");
  BOOST_TEST(form_decode("a+b%2B") == "a b+");
}

BOOST_AUTO_TEST_CASE(form_keeps_order_repetition_and_blank_values) {
  const auto f = parse_form("b=1&&a=&b=2&c&d=x=y&%5B~%5D=z");
  const std::vector<std::pair<std::string, std::string>> wanted = {{"b", "1"}, {"a", ""},    {"b", "2"},
                                                                   {"c", ""},  {"d", "x=y"}, {"[~]", "z"}};
  BOOST_TEST((f == wanted));
  BOOST_TEST(parse_form("").empty());
}

}  // namespace edensync
