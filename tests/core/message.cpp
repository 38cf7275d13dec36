#include "edensync/core/message.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(core_message)

BOOST_AUTO_TEST_CASE(names_of_fields_compare_without_case) {
  header_fields h;
  BOOST_TEST(h.get("Date").empty());
  h.set("Date", "1");
  h.set("DATE", "2");
  h.set("Dat", "3");
  BOOST_TEST(h.get("date") == "2");
  BOOST_TEST(std::distance(h.begin(), h.end()) == 2);
  BOOST_TEST(h.begin()->name == "Date");
}

BOOST_AUTO_TEST_SUITE_END()
