#include "edensync/s3xml/json_string.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace {

std::optional<std::string> read(std::string_view s) {
  std::string out = "before";
  return edensync::s3xml::read_json_string(s, out) ? std::optional(out) : std::nullopt;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_string)

BOOST_AUTO_TEST_CASE(reads_what_json_allows) {
  BOOST_TEST(read(R"("")").value() == "");
  BOOST_TEST(read(R"("a b")").value() == "a b");
  BOOST_TEST(read(R"("\"\\\/\b\f\n\r\t")").value() == "\"\\/\b\f\n\r\t");
  BOOST_TEST(read(R"("\u00fc\u6551\ud83d\ude00")").value() == "\xC3\xBC\xE6\x95\x91\xF0\x9F\x98\x80");
  BOOST_TEST(read(R"("\ud83d")").value() == "\xEF\xBF\xBD");
  BOOST_TEST(read(R"("\ude00\ud83d\u0041")").value() == "\xEF\xBF\xBD\xEF\xBF\xBD\x41");
  BOOST_TEST(read("\"\xC3\xBC\"").value() == "\xC3\xBC");
}

BOOST_AUTO_TEST_CASE(refuses_the_rest) {
  for (const std::string_view bad : {"", "\"", "a", "\"a", "a\"", R"("a"b")", R"("\")", R"("\x")", R"("\u12")",
                                     R"("\u12g4")", "\"a\nb\"", R"("a" )", R"("a", "b")"})
    BOOST_TEST(!read(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(writes_what_it_and_boost_json_read) {
  for (const std::string text : {"", "a", "\"\\/", "line\nline\r\t", "\x01\x1F", "\xC3\xBC", "a\"b\"c"}) {
    std::string out;
    edensync::s3xml::append_json_string(out, text);
    BOOST_TEST(read(out).value() == text);
    BOOST_TEST(std::string_view(boost::json::parse(out).get_string()) == text);
  }
  BOOST_TEST(edensync::s3xml::is_plain_json("a b \xC3\xBC <&>"));
  BOOST_TEST(!edensync::s3xml::is_plain_json("a\"b"));
}

BOOST_AUTO_TEST_SUITE_END()
