#include "edensync/core/timestamp.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

static_assert(parse_timestamp("1970-01-01T00:00:00") == timestamp{0});
static_assert(parse_timestamp("2026-03-01T08:00:00") == at(to_date({2026, 3, 1}), {8 * 3600}));
static_assert(parse_date("2024-02-29").has_value());
static_assert(!parse_date("2023-02-29").has_value());
static_assert(!parse_date("2100-02-29").has_value());
static_assert(parse_date("2000-02-29").has_value());
static_assert(parse_time("23:59:59") == time_of_day{86399});
static_assert(date_of({-1}) == date{-1} && time_of({-1}) == time_of_day{86399});

BOOST_AUTO_TEST_SUITE(core_timestamp)

BOOST_AUTO_TEST_CASE(every_day_of_four_centuries_comes_back) {
  for (std::int32_t d = -20000; d < 146097; ++d) {
    const auto c = to_civil({d});
    BOOST_TEST_REQUIRE(is_valid(c));
    BOOST_TEST_REQUIRE((to_date(c) == date{d}));
    BOOST_TEST_REQUIRE((parse_date(to_text(date{d})) == date{d}));
  }
}

BOOST_AUTO_TEST_CASE(texts_come_back) {
  for (const auto s : {"0000-01-01T00:00:00", "1969-12-31T23:59:59", "2026-03-01T08:05:09", "9999-12-31T23:59:59"})
    BOOST_TEST(to_text(*parse_timestamp(s)) == s);
}

BOOST_AUTO_TEST_CASE(anything_else_is_none) {
  for (const auto s : {"", "2026-03-01", "2026-03-01 08:00:00", "2026-03-01T08:00:00Z", "2026-03-01T8:00:00",
                       "2026-13-01T00:00:00", "2026-00-01T00:00:00", "2026-03-00T00:00:00", "2026-03-01T24:00:00",
                       "2026-03-01T00:60:00", "2026-03-01T00:00:60", "2o26-03-01T00:00:00", "-026-03-01T00:00:00"})
    BOOST_TEST(!parse_timestamp(s).has_value(), s);
}

BOOST_AUTO_TEST_CASE(years_beyond_the_text_are_clamped) {
  BOOST_TEST(to_text(to_date({10000, 1, 1})) == "9999-12-31");
  BOOST_TEST(to_text(to_date({-1, 1, 1})) == "0000-01-01");
}

BOOST_AUTO_TEST_SUITE_END()
