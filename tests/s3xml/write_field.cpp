#include "edensync/s3xml/write_field.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "s3xml/support.hpp"

namespace {

using namespace edensync;
using s3xml::null_form;

std::string write(const field_descriptor& f, const value& v, null_form nulls = null_form::omit) {
  std::string out;
  {
    s3xml::output o(out);
    s3xml::put_data(o, "<data field=\"f\"", f, v, nulls);
  }
  return out;
}
std::string write(field_type type, const value& v, null_form nulls = null_form::omit) {
  return write({.name = "f", .type = type}, v, nulls);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(write_field)

BOOST_AUTO_TEST_CASE(strings) {
  using std::string;
  const field_descriptor shown{.name = "f", .represented = true};
  BOOST_TEST(write(field_type::string, string("a <b>")) == "<data field=\"f\">a &lt;b&gt;</data>");
  BOOST_TEST(write(field_type::text, string("")) == "<data field=\"f\"></data>");
  BOOST_TEST(write(field_type::text, string("a\nb")) == "<data field=\"f\">a\nb</data>");
  // What would be un-escaped twice, or lose blanks, has a value attribute beside the text.
  BOOST_TEST(write(field_type::string, string("a &lt; b")) ==
             "<data field=\"f\" value=\"&quot;a &amp;lt; b&quot;\">a &amp;lt; b</data>");
  BOOST_TEST(write(field_type::string, string(" a")) == "<data field=\"f\" value=\"&quot; a&quot;\"> a</data>");
  BOOST_TEST(write(field_type::string, string("a\n")) == "<data field=\"f\" value=\"&quot;a\\n&quot;\">a\n</data>");
  BOOST_TEST(
      write(shown, string("\xC3\xBC \"x\" \\")) ==
      "<data field=\"f\" value=\"&quot;\xC3\xBC \\&quot;x\\&quot; \\\\&quot;\">\xC3\xBC &quot;x&quot; \\</data>");
  BOOST_TEST(write(shown, string("")) == "<data field=\"f\" value=\"&quot;&quot;\"></data>");
}

BOOST_AUTO_TEST_CASE(other_types) {
  BOOST_TEST(write(field_type::integer, std::int64_t{-5}) == "<data field=\"f\" value=\"-5\">-5</data>");
  BOOST_TEST(write(field_type::floating, 1.0) == "<data field=\"f\" value=\"1.0\">1.0</data>");
  BOOST_TEST(write(field_type::floating, 0.1) == "<data field=\"f\" value=\"0.1\">0.1</data>");
  BOOST_TEST(write(field_type::floating, 1e22) == "<data field=\"f\" value=\"1e+22\">1e+22</data>");
  BOOST_TEST(write(field_type::decimal, std::string("12.50")) == "<data field=\"f\" value=\"12.50\">12.50</data>");
  BOOST_TEST(write(field_type::boolean, true) == "<data field=\"f\" value=\"true\">True</data>");
  BOOST_TEST(write(field_type::boolean, false) == "<data field=\"f\" value=\"false\">False</data>");
  BOOST_TEST(write(field_type::date, date{1}) == "<data field=\"f\" value=\"1970-01-02\">1970-01-02</data>");
  BOOST_TEST(write(field_type::time, time_of_day{3661}) == "<data field=\"f\" value=\"01:01:01\">01:01:01</data>");
  BOOST_TEST(write(field_type::datetime, timestamp{86399}) ==
             "<data field=\"f\" value=\"1970-01-01T23:59:59\">1970-01-01T23:59:59</data>");
  BOOST_TEST(write(field_type::list_string, std::vector<std::string>{"a", "b\""}) ==
             "<data field=\"f\" value=\"[&quot;a&quot;, &quot;b\\&quot;&quot;]\">a, b&quot;</data>");
  BOOST_TEST(write(field_type::list_integer, std::vector<std::int64_t>{3, -1}) ==
             "<data field=\"f\" value=\"[3, -1]\">3, -1</data>");
  BOOST_TEST(write(field_type::list_string, std::vector<std::string>{}) == "<data field=\"f\" value=\"[]\"></data>");
  BOOST_TEST(write(field_type::json, std::string("{\"a\": \"x & y\"}")) ==
             "<data field=\"f\">{&quot;a&quot;: &quot;x \\u0026 y&quot;}</data>");
  for (const auto never : {field_type::password, field_type::upload, field_type::blob})
    BOOST_TEST(write(never, std::string("hash"), null_form::every) == "");
}

BOOST_AUTO_TEST_CASE(nulls_and_nothing) {
  const field_descriptor needed{.name = "f", .mandatory = true};
  for (const auto form : {null_form::omit, null_form::empty, null_form::exact, null_form::every})
    BOOST_TEST(write(field_type::string, value(), form) == "");
  BOOST_TEST(write(field_type::string, null_value{}, null_form::omit) == "");
  BOOST_TEST(write(field_type::string, null_value{}, null_form::empty) == "<data field=\"f\"/>");
  BOOST_TEST(write(field_type::string, null_value{}, null_form::exact) == "<data field=\"f\" value=\"null\"/>");
  BOOST_TEST(write(field_type::integer, null_value{}, null_form::exact) == "<data field=\"f\"/>");
  BOOST_TEST(write(needed, null_value{}, null_form::exact) == "");
  BOOST_TEST(write(needed, null_value{}, null_form::every) == "<data field=\"f\" value=\"null\"/>");
}

BOOST_AUTO_TEST_CASE(what_xml_cannot_hold_is_reported) {
  std::string text;
  s3xml::output out(text);
  for (const bool shown : {false, true}) {
    const field_descriptor f{.name = "f", .represented = shown};
    BOOST_TEST(s3xml::put_data(out, "", f, std::string("fine"), null_form::omit));
    BOOST_TEST(!s3xml::put_data(out, "", f, std::string("a\x01z"), null_form::omit));
    BOOST_TEST(!s3xml::put_data(out, "", f, std::string("a\xFFz"), null_form::omit));
  }
  out.flush();
  BOOST_TEST(text.find("\\u0001") == std::string::npos);
}

// Whatever a field may hold is read back as it was.
BOOST_AUTO_TEST_CASE(round_trips) {
  std::vector<std::pair<field_descriptor, value>> all;
  for (const bool shown : {false, true})
    for (const auto type : {field_type::string, field_type::text})
      for (const auto* s : {"",          " ",
                            "a",         "&",
                            "&amp;",     "&amp;amp;lt;",
                            "<b>\"'",    "]]>",
                            "a\r\nb\rc", "\t\n",
                            "  x  ",     "null",
                            "true",      "1.50",
                            "[1]",       "\"q\"",
                            "\\",        "\\u0041",
                            "{\"a\":1}", "\xC3\xBC\xF0\x9F\x98\x80",
                            "a\nb",      "\xE2\x80\x8E+1",
                            "a\x7F"})
        all.push_back({{.name = "f", .type = type, .represented = shown}, std::string(s)});
  for (const auto i : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(),
                       std::numeric_limits<std::int64_t>::min()})
    all.push_back({{.name = "f", .type = field_type::bigint}, i});
  for (const auto d : {0.0, 1.0, -1.5, 0.1, 1e-7, 1e15, 123456789.125, 1e300, 5e-324, 1.7976931348623157e308})
    all.push_back({{.name = "f", .type = field_type::floating}, d});
  for (const auto* s : {"12.50", "0", "-0.10", "99999999999999999999.99"})
    all.push_back({{.name = "f", .type = field_type::decimal}, std::string(s)});
  for (const bool b : {true, false}) all.push_back({{.name = "f", .type = field_type::boolean}, b});
  for (const auto t : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{253402300799}, std::int64_t{-62135596800}})
    all.push_back({{.name = "f", .type = field_type::datetime}, timestamp{t}});
  all.push_back({{.name = "f", .type = field_type::date}, date{-1}});
  all.push_back({{.name = "f", .type = field_type::time}, time_of_day{86399}});
  for (const auto* s : {"{}", "[1, 2.50]", "{\"a\": \"x & y &lt; \\\\u0026 \\u00fc\"}", "\"s\"", "5", "true"})
    all.push_back({{.name = "f", .type = field_type::json}, std::string(s)});
  all.push_back({{.name = "f", .type = field_type::list_string},
                 std::vector<std::string>{"", "a,b", "\"", "&amp;", "\xC3\xBC\n"}});
  all.push_back({{.name = "f", .type = field_type::list_string}, std::vector<std::string>{}});
  all.push_back({{.name = "f", .type = field_type::list_integer}, std::vector<std::int64_t>{1, -2}});
  for (const auto& [f, v] : all)
    for (const auto& content : {v, value(null_value{})}) {
      struct element : xml_handler {
        std::optional<std::string> attribute;
        std::string body;
        void start(std::string_view, std::span<const xml_attribute> attributes) override {
          for (const auto& a : attributes)
            if (a.name == "value") attribute = a.value;
        }
        void end(std::string_view) override {}
        void text(std::string_view piece) override { body += piece; }
      } e;
      const auto xml = write(f, content, null_form::every);
      expat::event_source source(e);
      BOOST_TEST(source.feed(xml).has_value(), xml);
      BOOST_TEST(source.finish().has_value(), xml);
      value back;
      const auto wrong = e.attribute ? s3xml::read_field(f.type, s3xml::text_source::value, *e.attribute, back)
                                     : s3xml::read_field(f.type, s3xml::text_source::text, e.body, back);
      BOOST_TEST(wrong == "", xml);
      BOOST_TEST((back == content), xml << " became " << s3xml_test::show(back));
    }
}

BOOST_AUTO_TEST_SUITE_END()
