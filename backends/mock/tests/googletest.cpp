// GoogleTest hears of what a mock finds.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "scenario.hpp"

// [reporter]
const auto report = [](const std::string& said) { ADD_FAILURE() << said; };
// [reporter]

TEST(mock_googletest, what_is_as_expected_is_not_told) { edensync::mock::test::ask_a_peer(report, false); }

TEST(mock_googletest, what_is_not_fails_the_test) {
  testing::TestPartResultArray told;
  {
    const testing::ScopedFakeTestPartResultReporter instead(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &told);
    edensync::mock::test::ask_a_peer(report, true);
  }
  ASSERT_EQ(told.size(), 2);
  EXPECT_NE(std::string(told.GetTestPartResult(0).message()).find("query resource"), std::string::npos);
}
