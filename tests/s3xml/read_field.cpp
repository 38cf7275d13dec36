#include "edensync/s3xml/read_field.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "s3xml/support.hpp"
#include "support/recorded.hpp"

namespace {

using edensync::field_type;
using edensync::value;
using edensync::s3xml::text_source;

std::string read(field_type type, text_source from, std::string_view in) {
  // Whatever stood there before must not show through.
  std::string first;
  for (const value& before :
       {value(), value(std::string("old")), value(std::vector<std::string>{"old"}), value(true)}) {
    value v = before;
    const auto wrong = edensync::s3xml::read_field(type, from, in, v);
    const auto now = wrong.empty() ? s3xml_test::show(v) : "! " + std::string(wrong);
    if (!first.empty()) BOOST_TEST(now == first);
    first = now;
  }
  return first;
}
std::string by_value(field_type type, std::string_view in) { return read(type, text_source::value, in); }
std::string by_text(field_type type, std::string_view in) { return read(type, text_source::text, in); }
std::string both(field_type type, std::string_view in) {
  const auto v = by_value(type, in), t = by_text(type, in);
  return v == t ? v : v + " / " + t;
}
bool refused(std::string_view s) { return s.starts_with("! "); }

}  // namespace

BOOST_AUTO_TEST_SUITE(read_field)

BOOST_AUTO_TEST_CASE(strings) {
  for (const auto type : {field_type::string, field_type::text}) {
    BOOST_TEST(by_text(type, "") == "''");
    BOOST_TEST(by_text(type, " a ") == "' a '");
    BOOST_TEST(by_text(type, "true") == "'true'");
    BOOST_TEST(by_text(type, "\"q\"") == "'\"q\"'");
    BOOST_TEST(by_text(type, "North &amp; South") == "'North & South'");
    BOOST_TEST(by_value(type, "") == "''");
    BOOST_TEST(by_value(type, "\"a &amp; \\u00fc\"") == "'a &amp; \xC3\xBC'");
    BOOST_TEST(by_value(type, "\"1.50\"") == "'1.50'");
    BOOST_TEST(by_value(type, "unquoted words") == "'unquoted words'");
    BOOST_TEST(by_value(type, "\"half") == "'\"half'");
  }
}

BOOST_AUTO_TEST_CASE(json_where_a_string_should_be) {
  const auto type = field_type::string;
  BOOST_TEST(by_value(type, "null") == "null");
  BOOST_TEST(by_text(type, "null") == "'null'");
  BOOST_TEST(by_value(type, "123") == "'123'");
  BOOST_TEST(by_value(type, "007") == "'007'");
  BOOST_TEST(by_value(type, "1.50") == "'1.5'");
  BOOST_TEST(by_value(type, "-3e2") == "'-300.0'");
  BOOST_TEST(by_value(type, "98E600") == "'98E600'");
  BOOST_TEST(by_value(type, "12 rooms") == "'12 rooms'");
  BOOST_TEST(by_value(type, "true") == "'True'");
  BOOST_TEST(by_value(type, "false") == "'False'");
  BOOST_TEST(by_value(type, "[1, 2]") == "'[1, 2]'");
}

BOOST_AUTO_TEST_CASE(empty_is_null_for_all_other_types) {
  for (const auto type :
       {field_type::integer, field_type::bigint, field_type::floating, field_type::decimal, field_type::boolean,
        field_type::date, field_type::time, field_type::datetime, field_type::json, field_type::list_string,
        field_type::list_integer, field_type::reference, field_type::list_reference}) {
    BOOST_TEST(both(type, "") == "null");
    BOOST_TEST(both(type, "  ") == "null");
    BOOST_TEST(both(type, "null") == "null");
  }
}

BOOST_AUTO_TEST_CASE(numbers) {
  for (const auto type : {field_type::integer, field_type::bigint}) {
    for (const auto* in : {"5", " 5 ", "+5", "005", "\"5\""}) BOOST_TEST(both(type, in) == "5");
    BOOST_TEST(both(type, "-9223372036854775808") == "-9223372036854775808");
    for (const auto* in : {"1.0", "1.5", "true", "1,234", "9223372036854775808", "5x", "--5", "+-5", "x", "[5]", "+"})
      BOOST_TEST(refused(both(type, in)), in);
  }
  BOOST_TEST(both(field_type::floating, "5") == "5");
  BOOST_TEST(both(field_type::floating, "0.1") == "0.10000000000000001");
  BOOST_TEST(both(field_type::floating, "1e22") == "1e+22");
  BOOST_TEST(both(field_type::floating, "-0.0") == "0");
  for (const auto* in : {"1,5", "Infinity", "98E600", "NaN", "inf", "true", "0x10", "1.5.2"})
    BOOST_TEST(refused(both(field_type::floating, in)), in);
  for (const auto* in : {"12.50", "0", "-1.20", "+.5", "5.", "1E+2", "123456789012345678901234567890.10"})
    BOOST_TEST(both(field_type::decimal, in) == "'" + std::string(in) + "'");
  BOOST_TEST(by_value(field_type::decimal, "\"12.50\"") == "'12.50'");
  for (const auto* in : {"1,5", "x", ".", "-", "1e", "NaN", "1 2"})
    BOOST_TEST(refused(both(field_type::decimal, in)), in);
}

BOOST_AUTO_TEST_CASE(booleans) {
  for (const auto* in : {"true", "True", "1", "yes", "\"true\"", "-1"})
    BOOST_TEST(both(field_type::boolean, in) == "yes");
  for (const auto* in : {"false", "False", "0", "\"false\"", "F", "\"\""})
    BOOST_TEST(both(field_type::boolean, in) == "no");
}

BOOST_AUTO_TEST_CASE(dates) {
  BOOST_TEST(both(field_type::date, "2026-02-28") == "2026-02-28");
  BOOST_TEST(both(field_type::time, "10:05:06.5") == "10:05:06");
  BOOST_TEST(both(field_type::datetime, "2026-02-28") == "2026-02-28T08:00:00");
  BOOST_TEST(refused(both(field_type::date, "\"2026-02-28\"")));
  BOOST_TEST(refused(both(field_type::datetime, "tomorrow")));
  BOOST_TEST(refused(both(field_type::time, "25:00")));
}

BOOST_AUTO_TEST_CASE(json) {
  BOOST_TEST(both(field_type::json, R"({"b": 1,  "a": [1.50]})") == R"('{"b": 1,  "a": [1.50]}')");
  BOOST_TEST(by_text(field_type::json, R"("str")") == R"('"str"')");
  BOOST_TEST(refused(by_value(field_type::json, R"("str")")));
  BOOST_TEST(by_value(field_type::json, R"("{\"x\": 1}")") == R"('{"x": 1}')");
  BOOST_TEST(both(field_type::json, "5") == "'5'");
  BOOST_TEST(by_text(field_type::json, R"({"a": "x \u0026 y \\u0026"})") == R"('{"a": "x & y \\u0026"}')");
  for (const auto* in : {"{\"x\": ", "{'x': 1}", "{\"a\":1e400}", "[1,]", "nil"})
    BOOST_TEST(refused(both(field_type::json, in)), in);
  BOOST_TEST(refused(both(field_type::json, std::string(1000, '['))));
}

BOOST_AUTO_TEST_CASE(lists) {
  BOOST_TEST(both(field_type::list_string, R"(["a", "b \u00fc"])") == "['a' 'b \xC3\xBC']");
  BOOST_TEST(both(field_type::list_string, "[]") == "[]");
  BOOST_TEST(both(field_type::list_string, "[1,2]") == "['1' '2']");
  BOOST_TEST(both(field_type::list_string, "a, b") == "['a, b']");
  BOOST_TEST(both(field_type::list_integer, "[3, -1]") == "[3 -1]");
  BOOST_TEST(both(field_type::list_integer, "7") == "[7]");
  BOOST_TEST(both(field_type::list_integer, "[\"7\"]") == "[7]");
  for (const auto* in : {"[\"x\"]", "[1.5]", "x", "[[1]]", "{}"})
    BOOST_TEST(refused(both(field_type::list_integer, in)), in);
}

BOOST_AUTO_TEST_CASE(references_as_data_are_local_ids) {
  for (const auto type : {field_type::reference, field_type::list_reference})
    for (const auto* in : {"5", "[5]", "urn:uuid:1"}) BOOST_TEST(refused(both(type, in)), in);
}

// What a real Eden took of one element, and what it had afterwards.
BOOST_AUTO_TEST_CASE(recorded_values) {
  const auto file = edensync::test::recorded("eden-wire/field_values.csv");
  if (!file) return;
  const std::vector<std::pair<std::string_view, field_type>> types = {
      {"txt", field_type::string},       {"num_i", field_type::integer}, {"num_d", field_type::floating},
      {"flag", field_type::boolean},     {"on_date", field_type::date},  {"at_dt", field_type::datetime},
      {"at_time", field_type::time},     {"doc", field_type::json},      {"words", field_type::list_string},
      {"nums", field_type::list_integer}};
  // Where edensync is not Eden, on purpose: it does not know today's date, and an empty boolean is empty.
  const std::vector<std::string_view> different = {"types-39-on_date", "types-33-flag"};
  struct element : edensync::xml_handler {
    std::optional<std::string> value;
    std::string body;
    void start(std::string_view, std::span<const edensync::xml_attribute> attributes) override {
      for (const auto& a : attributes)
        if (a.name == "value") value = a.value;
    }
    void end(std::string_view) override {}
    void text(std::string_view piece) override { body += piece; }
  };
  const auto read_element = [&](field_type type, const std::string& xml) {
    element e;
    edensync::expat::event_source source(e);
    BOOST_TEST(source.feed(xml).has_value(), xml);
    BOOST_TEST(source.finish().has_value(), xml);
    return e.value ? by_value(type, *e.value) : by_text(type, e.body);
  };
  std::istringstream lines(edensync::test::read_file(*file));
  int checked = 0;
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
        row.back() += line[++i];
      else if (line[i] == '"')
        quoted = !quoted;
      else if (line[i] == ',' && !quoted)
        row.emplace_back();
      else if (line[i] != '\r')
        row.back() += line[i];
    }
    const auto type =
        std::find_if(types.begin(), types.end(), [&](const auto& t) { return row.size() == 6 && t.first == row[1]; });
    if (type == types.end() || !row[3].starts_with("<data")) continue;
    if (std::find(different.begin(), different.end(), row[0]) != different.end()) continue;
    const auto ours = read_element(type->second, row[3]);
    ++checked;
    if (row[4].starts_with("rejected"))
      BOOST_TEST(refused(ours), row[0] + ": " + ours);
    else if (row[5] == "(field empty)")
      BOOST_TEST(ours == "null", row[0]);
    else
      BOOST_TEST(ours == read_element(type->second, row[5]), row[0]);
  }
  BOOST_TEST(checked > 40);
}

BOOST_AUTO_TEST_SUITE_END()
