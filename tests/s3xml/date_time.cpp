#include "edensync/s3xml/date_time.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

template <class T>
std::string shown(const std::optional<T>& t) {
  return t ? edensync::to_text(*t) : "none";
}
std::string moment(std::string_view s) { return shown(edensync::s3xml::read_date_time(s)); }
std::string day(std::string_view s) { return shown(edensync::s3xml::read_date(s)); }
std::string hour(std::string_view s) { return shown(edensync::s3xml::read_time(s)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(date_time)

BOOST_AUTO_TEST_CASE(forms_that_a_real_eden_reads) {
  BOOST_TEST(moment("2026-02-28T10:00:00") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("2026-02-28T10:00:00Z") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("2026-02-28T10:00:00+05:45") == "2026-02-28T04:15:00");
  BOOST_TEST(moment("2026-02-28T10:00:00-0130") == "2026-02-28T11:30:00");
  BOOST_TEST(moment("2026-02-28T10:00:00 UTC") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("2026-02-28T10:00:00.999999") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("2026-02-28 10:00") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("2026-02-28") == "2026-02-28T08:00:00");
  BOOST_TEST(moment("20260228T100000") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("20260228100000") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("01/02/2024") == "2024-01-02T08:00:00");
  BOOST_TEST(moment("28/02/2026") == "2026-02-28T08:00:00");
  BOOST_TEST(moment(" 2026-02-28  10:00:00 ") == "2026-02-28T10:00:00");
  BOOST_TEST(moment("0001-01-01T00:00:00") == "0001-01-01T00:00:00");
}

BOOST_AUTO_TEST_CASE(the_day_and_the_time_are_those_of_utc) {
  BOOST_TEST(day("2026-02-28") == "2026-02-28");
  BOOST_TEST(day("2026-02-28T23:30:00-05:00") == "2026-03-01");
  BOOST_TEST(day("28/02/2026") == "2026-02-28");
  BOOST_TEST(hour("10:05:06") == "10:05:06");
  BOOST_TEST(hour("10:05") == "10:05:00");
  BOOST_TEST(hour("9:05") == "09:05:00");
  BOOST_TEST(hour("10:05:06.5") == "10:05:06");
  BOOST_TEST(hour("10:05:06Z") == "10:05:06");
  BOOST_TEST(hour("00:30:00+01:00") == "23:30:00");
  BOOST_TEST(hour("2026-02-28T10:05:06") == "10:05:06");
  BOOST_TEST(hour("2026-02-28") == "08:00:00");
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_none) {
  for (const std::string_view bad : {"",
                                     " ",
                                     "T",
                                     "2026",
                                     "2026-02",
                                     "2026-02-30",
                                     "2026-13-01",
                                     "2026-00-01",

                                     "2026-02-28T",
                                     "2026-02-28T24:00:00",
                                     "2026-02-28T10",
                                     "2026-02-28T10:60:00",
                                     "2026-02-28T10:00:00+",
                                     "2026-02-28T10:00:00+1",
                                     "2026-02-28T10:00:00+24:00",
                                     "2026-02-28T10:00:00 x",
                                     "2026-02-28x",
                                     "2026-02-28T10:00:00.",
                                     "2026-02/28",
                                     "99999999999999999999",
                                     "10:00",
                                     "Feb 2026",
                                     "\"2026-02-28\"",
                                     "2026-02-28T10:00:00Zulu",
                                     "-1",
                                     "\xC3\xA9"}) {
    BOOST_TEST(moment(bad) == "none", bad);
    BOOST_TEST(day(bad) == "none", bad);
  }
  for (const std::string_view bad : {"25:00", "10:5", "1:2:3", "10:05:60", "x", "", "10", "1005x"})
    BOOST_TEST(hour(bad) == "none", bad);
}

BOOST_AUTO_TEST_SUITE_END()
