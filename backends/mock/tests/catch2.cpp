// Catch2 hears of what a mock finds.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "scenario.hpp"

// [reporter]
const auto report = [](const std::string& said) { FAIL_CHECK(said); };
// [reporter]

TEST_CASE("what is as expected is not told") { edensync::mock::test::ask_a_peer(report, false); }

TEST_CASE("what is not fails the test", "[!shouldfail]") { edensync::mock::test::ask_a_peer(report, true); }
