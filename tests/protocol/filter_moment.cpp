#include "edensync/protocol/filter_moment.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

BOOST_AUTO_TEST_CASE(reads_moments) {
  const auto noon = parse_timestamp("2024-03-05T12:00:00");
  for (const char* text : {"2024-03-05T12:00:00", "2024-03-05 12:00:00", "2024-03-05T12:00", "2024-03-05T12:00:00Z",
                           "2024-03-05T12:00:00.250Z", "2024-03-05T14:00:00+02:00", "2024-03-05T09:30:00-0230"})
    BOOST_TEST((parse_filter_moment(text) == noon), text);
  BOOST_TEST((parse_filter_moment("2024-03-05") == parse_timestamp("2024-03-05T00:00:00")));
  for (const char* text : {"", "x", "2024-13-05", "2024-03-05T", "2024-03-05T25:00:00", "2024-03-05X12:00:00",
                           "2024-03-05T12:00:00+2", "2024-03-05T12:00:00.x", "NOW", "-1D"})
    BOOST_TEST(!parse_filter_moment(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(reads_moments_relative_to_now) {
  const auto now = parse_timestamp("2024-03-31T12:00:00");
  const auto is = [&](const char* text, const char* wanted) {
    BOOST_TEST((parse_filter_moment(text, now) == parse_timestamp(wanted)), text);
  };
  is("NOW", "2024-03-31T12:00:00");
  is("-1D", "2024-03-30T12:00:00");
  is("+2h", "2024-03-31T14:00:00");
  is("-1M", "2024-02-29T12:00:00");
  is("+1Y", "2025-03-31T12:00:00");
  is("-13M1D30m5s", "2023-02-27T11:29:55");
  is("now", "2024-03-31T12:00:00");
  is(" -1D ", "2024-03-30T12:00:00");
  is("-1M+2D", "2024-03-02T12:00:00");
  is("2024-01-01", "2024-01-01T00:00:00");
  for (const char* text : {"+", "+D", "+1", "+1X", "-1D2", "1D", "+-1D", "+99999Y"})
    BOOST_TEST(!parse_filter_moment(text, now).has_value(), text);
}

}  // namespace edensync
