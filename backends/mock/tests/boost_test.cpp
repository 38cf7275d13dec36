// Boost.Test hears of what a mock finds.
#include <boost/test/unit_test.hpp>

#include "scenario.hpp"

BOOST_AUTO_TEST_SUITE(mock_boost_test)

// [reporter]
const auto report = [](const std::string& said) { BOOST_ERROR(said); };
// [reporter]

BOOST_AUTO_TEST_CASE(what_is_as_expected_is_not_told) { edensync::mock::test::ask_a_peer(report, false); }

BOOST_AUTO_TEST_CASE(what_is_not_fails_the_test, *boost::unit_test::expected_failures(2)) {
  edensync::mock::test::ask_a_peer(report, true);
}

BOOST_AUTO_TEST_SUITE_END()
