#include "edensync/core/result.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(core_result)

BOOST_AUTO_TEST_CASE(a_failure_is_one_line_for_people) {
  BOOST_TEST(make_failure(error::busy).text() == make_error_code(error::busy).message());
  BOOST_TEST(make_failure(error::bad_filter, "~.x").text() == make_error_code(error::bad_filter).message() + ": ~.x");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_there_throws_its_reason) {
  const result<int> bad = make_failure(error::store_full, "disk");
  try {
    (void)bad.value();
    BOOST_FAIL("no value, no exception");
  } catch (const failure_exception& e) {
    BOOST_TEST((e.why().code == error::store_full));
    BOOST_TEST(std::string(e.what()) == bad.error().text());
  }
  BOOST_TEST(result<int>(3).value() == 3);
  BOOST_CHECK_THROW(throw_failure(error::cancelled), failure_exception);
}

BOOST_AUTO_TEST_SUITE_END()
