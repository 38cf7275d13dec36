#include "edensync/s3xml/escape.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

struct escaped {
  std::string out;
  bool kept;
};
escaped text(std::string_view s) {
  escaped e;
  e.kept = edensync::s3xml::append_text(e.out, s);
  return e;
}
escaped attribute(std::string_view s) {
  escaped e;
  e.kept = edensync::s3xml::append_attribute(e.out, s);
  return e;
}
std::string again(std::string s) {
  edensync::s3xml::unescape_again(s);
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(escape)

BOOST_AUTO_TEST_CASE(markup) {
  BOOST_TEST(text("a<b>&\"c'").out == "a&lt;b&gt;&amp;&quot;c'");
  BOOST_TEST(text("").out == "");
  BOOST_TEST(text("a\tb\nc\rd").out == "a\tb\nc&#13;d");
  BOOST_TEST(attribute("a\tb\nc\rd").out == "a&#9;b&#10;c&#13;d");
}

BOOST_AUTO_TEST_CASE(every_place_in_a_long_text_is_looked_at) {
  for (std::size_t size = 0; size < 70; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const auto& [in, out] :
           {std::pair("&", "&amp;"), std::pair("\x7F", "\x7F"), std::pair("\x01", "\xEF\xBF\xBD"),
            std::pair("\xFF", "\xEF\xBF\xBD"), std::pair("<", "&lt;")}) {
        const std::string before(at, 'x'), after(size - at, 'y');
        if (text(before + in + after).out != before + out + after) BOOST_ERROR("at " << at << " of " << size);
      }
}

BOOST_AUTO_TEST_CASE(valid_characters_pass) {
  const std::string_view all =
      "\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBD \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF \x7F";
  BOOST_TEST(text(all).out == all);
  BOOST_TEST(text(all).kept);
}

BOOST_AUTO_TEST_CASE(what_xml_cannot_hold_is_replaced_and_reported) {
  using namespace std::string_view_literals;
  for (const auto bad :
       {"\0"sv, "\x01"sv, "\x1F"sv, "\xEF\xBF\xBE"sv, "\xEF\xBF\xBF"sv, "\xED\xA0\x80"sv, "\xC0\x80"sv, "\xC3"sv,
        "\x80"sv, "\xE2\x82"sv, "\xF5\x80\x80\x80"sv, "\xF0\x80\x80\x80"sv, "\xE0\x80\x80"sv}) {
    const auto e = text("a" + std::string(bad) + "b");
    BOOST_TEST(!e.kept);
    BOOST_TEST(e.out.starts_with("a\xEF\xBF\xBD"));
    BOOST_TEST(e.out.ends_with("b"));
    BOOST_TEST(text(e.out).kept);
  }
}

BOOST_AUTO_TEST_CASE(the_second_unescape) {
  BOOST_TEST(again("North &amp; South") == "North & South");
  BOOST_TEST(again("&lt;&gt;&quot;&apos;&amp;") == "<>\"'&");
  BOOST_TEST(again("&amp;lt;") == "&lt;");
  BOOST_TEST(again("a & b &c; &#38; &LT; &lt") == "a & b &c; &#38; &LT; &lt");
  BOOST_TEST(again("&") == "&");
  BOOST_TEST(again("plain") == "plain");
}

BOOST_AUTO_TEST_SUITE_END()
