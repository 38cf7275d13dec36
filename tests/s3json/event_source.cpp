#include "edensync/s3json/event_source.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

#include "edensync/s3json/either_event_source.hpp"
#include "edensync/s3json/tree_writer.hpp"
#include "edensync/expat/event_source.hpp"

using namespace edensync;

namespace {

// The events of a document in a form that is read at a glance: `resource(name=t) data(field=f)'text' ;`.
class event_text final : public xml_handler {
 public:
  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    flush();
    all += std::string(name) + '(';
    for (const auto& a : attributes) all.append(a.name).append("=").append(a.value).append(" ");
    if (all.back() == ' ') all.pop_back();
    all += ')';
  }
  void end(std::string_view) override {
    flush();
    all += ';';
  }
  void text(std::string_view piece) override { pending += piece; }

  std::string all;

 private:
  void flush() {
    if (!pending.empty()) all += '\'' + pending + '\'';
    pending.clear();
  }
  std::string pending;
};

std::string read_json(std::string_view document, std::size_t step = 0, const xml_limits& limits = {}) {
  event_text seen;
  s3json::event_source source(seen, limits);
  if (step == 0) step = document.size() + 1;
  for (std::size_t at = 0; at < document.size(); at += step)
    if (auto fed = source.feed(document.substr(at, step)); !fed) return "! " + fed.error().text();
  if (auto done = source.finish(); !done) return "! " + done.error().text();
  return seen.all;
}

// The events of one record of table `t`.
std::string read_record(const std::string& record) {
  auto all = read_json(R"({"$_t": [)" + record + "]}");
  constexpr std::string_view head = "s3xml()resource(name=t";
  return all.starts_with(head) && all.ends_with(";;") ? all.substr(head.size(), all.size() - head.size() - 2) : all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(s3json_event_source)

BOOST_AUTO_TEST_CASE(members_may_come_in_any_order) {
  const auto wanted =
      "s3xml(success=true)resource(name=t uuid=u mci=1)data(field=a)'x';reference(field=r uuid=v);"
      "resource(name=c uuid=w);;;";
  BOOST_TEST(read_json(R"({"@success": "true", "$_t": [{"@uuid": "u", "@mci": "1", "a": "x", "$k_r": {"@uuid": "v"},)"
                       R"( "$_c": [{"@uuid": "w"}]}]})") == wanted);
  BOOST_TEST(read_json(R"({"@success": "true", "$_t": {"$_c": {"@uuid": "w"}, "a": {"$": "x"}, "@uuid": "u",)"
                       R"( "$k_r": [{"@uuid": "v"}], "@mci": 1}})") == wanted);
}

BOOST_AUTO_TEST_CASE(every_kind_of_field_is_told) {
  BOOST_TEST(read_record(R"({"a": ""})") == ")data(field=a);");
  BOOST_TEST(read_record(R"({"a": {}})") == ")data(field=a);");
  BOOST_TEST(read_record(R"({"a": null})") == ")data(field=a value=null);");
  BOOST_TEST(read_record(R"({"$k_a": null})") == ")data(field=a value=null);");
  BOOST_TEST(read_record(R"({"a": 5, "b": true, "c": false})") ==
             ")data(field=a)'5';data(field=b)'True';data(field=c)'False';");
  BOOST_TEST(read_record(R"({"a": ["x", 1], "b": []})") == R"()data(field=a value=["x", 1]);data(field=b value=[]);)");
  BOOST_TEST(read_record(R"({"a": [{"$": "1"}, {"$": "2"}]})") == ")data(field=a)'1';data(field=a)'2';");
  BOOST_TEST(read_record(R"({"a": "x & y < &amp;"})") == ")data(field=a)'x &amp; y < &amp;amp;';");
  BOOST_TEST(read_record(R"({"$o_a": {"b": 1}, "$x": 1, "$": "text"})") == ")'text'");
}

BOOST_AUTO_TEST_CASE(what_is_in_a_value_is_json) {
  const auto value = [](const std::string& json) {
    constexpr std::string_view head = ")data(field=a value=";
    const auto all = read_record(R"({"a": {"@value": )" + json + "}}");
    return all.starts_with(head) ? all.substr(head.size(), all.size() - head.size() - 2) : all;
  };
  for (const auto* same : {"12.50", "-0", "1e2", "98E600", "123456789012345678901234567890", "true", "null", "[1, 2]",
                           R"({"k": [null, "v"]})"})
    BOOST_TEST(value(same) == same);
  BOOST_TEST(value(R"("2026-01-02")") == "2026-01-02");
  BOOST_TEST(value(R"("plain")") == "plain");
  // Read as JSON these would be something else.
  for (const auto* quoted : {R"("1.50")", R"("true")", R"("null")", R"("[1]")", R"("\"x\"")", R"("\"x")"})
    BOOST_TEST(value(quoted) == quoted);
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_give_the_same) {
  const std::string document = R"({"@domain": "d", "$_t": [{"a": "ä\u00e4\ud83d\ude00", "b": {"@value": 12.50}},)"
                               "\n\t"
                               R"({"c": -1.5e-3, "d": {"@value": "x\ny"}, "@uuid": 12345}], "other": [1, {}]} )";
  const auto whole = read_json(document);
  BOOST_TEST(whole.find("'ää\xF0\x9F\x98\x80'") != std::string::npos);
  BOOST_TEST(whole.find("value=12.50") != std::string::npos);
  BOOST_TEST(whole.find("uuid=12345") != std::string::npos);
  for (std::size_t step = 1; step <= document.size(); ++step) BOOST_TEST(read_json(document, step) == whole);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_place) {
  const auto says = [](std::string_view document, std::string_view words) {
    for (const std::size_t step : {std::size_t{0}, std::size_t{1}}) {
      const auto all = read_json(document, step);
      BOOST_TEST(all.starts_with("! "), document << " gives " << all);
      BOOST_TEST(all.find(words) != std::string::npos, document << " gives " << all);
    }
  };
  says(R"({"@a": "1", "$_t": [{"a": 1, "b": 2, "a": 3}]})", "the name \"a\" twice at line 1, column ");
  says("{\"@a\": \"1\",\n \"@a\": \"2\"}", "the name \"@a\" twice at line 2, column ");
  says(R"({"$_t": [{"x": {"@value": {"k": 1, "k": 2}}}]})", "twice");
  says("{\"$_t\": [{\"a\": \"\xff\"}]}", "at line 1, column 17");
  says("{\"@a\": \"1\"} x", "at line 1, column 13");
  says("{\"@a\": \"1\"}{}", "at line 1, column 12");
  says("{\"@a\": \"1\",\n\n}", "at line 3, column 1");
  for (const auto* text : {"[]", "5", "\"text\"", "null", "[{\"$_t\": []}]"})
    says(text, "the document is no JSON object");
  says("{}", "not S3JSON");
  says(R"({"status": "failed", "message": "no"})", "not S3JSON");
  says("", "at line 1, column 1");
  says(" \n", "at line 2, column 1");
  says("<s3xml/>", "at line 1, column 1");
  for (const auto* item : {"null", "1", "\"x\"", "[{}]", "{\"$_c\": [1]}", "{\"$_c\": null}", "{}, 5"})
    says(R"({"$_t": [)" + std::string(item) + "]}", "in the place of a record is no object at line 1, column ");
  says(R"({"$_t": 5})", "in the place of a record");
  says(R"({"$_t": [{"a": "x\u0000y"}]})", "a text holds a NUL at line 1, column ");
  says(R"({"$_t": [{"a\u0000": "x"}]})", "a text holds a NUL");
  says(R"({"$_t": [{}], "@edensync-sender": "urn:uuid:a"})", "behind the first record");
}

BOOST_AUTO_TEST_CASE(attributes_of_the_root_behind_the_records_are_lost) {
  BOOST_TEST(read_json(R"({"@a": "1", "$_t": [{}], "@b": "2"})") == "s3xml(a=1)resource(name=t);;");
  BOOST_TEST(read_json(R"({"$_t": [], "@b": "2"})") == "s3xml(b=2);");
}

BOOST_AUTO_TEST_CASE(limits_hold) {
  const auto refused = [](const std::string& document, const xml_limits& limits) {
    event_text seen;
    s3json::event_source source(seen, limits);
    for (const char c : document)
      if (auto fed = source.feed({&c, 1}); !fed) return fed.error().code == make_error_code(error::limit_exceeded);
    return false;
  };
  const auto nested = [](std::size_t n) {
    std::string s = R"({"$_t": [)";
    for (std::size_t i = 1; i < n; ++i) s += R"({"$_t": [)";
    s += "{}";
    for (std::size_t i = 1; i < n; ++i) s += "]}";
    return s + "]}";
  };
  BOOST_TEST(!refused(nested(31), {}));
  BOOST_TEST(refused(nested(32), {}));
  BOOST_TEST(refused(R"({"$_t": [{"a": {"@value": )" + std::string(1000, '['), {}));
  const xml_limits small{.depth = 32, .attributes = 3, .text = 100};
  const std::string long_text(101, 'x');
  BOOST_TEST(!refused(R"({"$_t": [{"a": ")" + long_text.substr(1) + R"("}]})", small));
  BOOST_TEST(refused(R"({"$_t": [{"a": ")" + long_text, small));
  BOOST_TEST(refused(R"({"$_t": [{")" + long_text, small));
  BOOST_TEST(refused(R"({")" + long_text, small));
  BOOST_TEST(refused(R"({"$_t": [{"@a": 1, "@b": 1, "@c": 1}]})", small));
  BOOST_TEST(!refused(R"({"$_t": [{"@a": 1, "@b": 1}]})", small));
  BOOST_TEST(refused(R"({"@a": 1, "@b": 1, "@c": 1, "@d": 1})", small));
  BOOST_TEST(refused(R"({"@a": ")" + long_text.substr(1) + R"(", "@b": ")" + long_text.substr(1) + R"(", "@c": ")" +
                         long_text.substr(1) + R"("})",
                     small));
  // One record, and a digit without end; many records are no matter.
  BOOST_TEST(refused(R"({"$_t": [{"a": [)" + std::string(300, '1'), small) == false);
  BOOST_TEST(refused(R"({"$_t": [{"a": )" + std::string(500, '1'), small));
  std::string many = R"({"$_t": [{"a": "x"})", one = R"({"$_t": [{"a0": "x")";
  for (int i = 1; i < 100; ++i) {
    many += R"(, {"a": "x"})";
    one += R"(, "a)" + std::to_string(i) + R"(": "x")";
  }
  BOOST_TEST(!refused(many + "]}", small));
  BOOST_TEST(refused(one + "}]}", small));
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_ends_the_document) {
  struct thrower final : xml_handler {
    void start(std::string_view name, std::span<const xml_attribute>) override {
      if (name == "data") throw_failure(error::cancelled, "enough");
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}
  } to;
  s3json::event_source source(to);
  const auto fed = source.feed(R"({"$_t": [{"a": 1}, {"a": 2}]})");
  BOOST_TEST(fed.error().text() == "the run was cancelled: enough");
  BOOST_TEST(source.feed("more").error().text() == fed.error().text());
  BOOST_TEST(source.finish().error().text() == fed.error().text());
}

BOOST_AUTO_TEST_CASE(what_is_told_can_be_written_again) {
  for (const std::string record :
       {R"({"a": "x & y &amp; z", "b": {"@value": 12.50, "$": "12,50"}, "c": {}})",
        R"({"@uuid": "u", "$k_r": {"@resource": "s", "@uuid": "v", "$": "shown"}, "a": [{"$": "1", "@x": "y"}, "2"]})",
        R"({"a": {"@value": "1.50"}, "$_c": [{"@alias": "one"}, {"$_d": [{}]}], "$_e": [{"f": "g"}]})"}) {
    const auto document = R"({"@domain": "d", "$_t": [)" + record + "]}";
    std::string again;
    s3json::tree_writer writer(again);
    s3json::event_source source(writer);
    BOOST_TEST(source.feed(document).has_value());
    BOOST_TEST(source.finish().has_value());
    BOOST_TEST(boost::json::parse(again) == boost::json::parse(document), again);
  }
}

BOOST_AUTO_TEST_CASE(either_form_is_told_from_the_other) {
  const auto read = [](std::string_view document, std::size_t step) {
    event_text seen;
    s3json::either_event_source<expat::event_source> source(seen);
    for (std::size_t at = 0; at < document.size(); at += step)
      if (auto fed = source.feed(document.substr(at, step)); !fed) return "! " + fed.error().text();
    if (auto done = source.finish(); !done) return "! " + done.error().text();
    return seen.all;
  };
  static_assert(xml_event_source<s3json::either_event_source<expat::event_source>>);
  const auto wanted = "s3xml(a=1)resource(name=t)data(field=f)'x';;;";
  for (const std::size_t step : {1U, 2U, 1000U}) {
    BOOST_TEST(read(R"({"@a": "1", "$_t": [{"f": "x"}]})", step) == wanted);
    BOOST_TEST(read("\r\n {\"@a\": \"1\", \"$_t\": [{\"f\": \"x\"}]}", step) == wanted);
    BOOST_TEST(
        read(R"(<?xml version="1.0"?><s3xml a="1"><resource name="t"><data field="f">x</data></resource></s3xml>)",
             step) == wanted);
    BOOST_TEST(read("\n <s3xml a='1'/>", step) == "s3xml(a=1);");
    for (const auto* wrong : {"", "  ", "text", "[]", "{", "<a", "{} {}", "<a/>{}"})
      BOOST_TEST(read(wrong, step).starts_with("! "), wrong);
    BOOST_TEST(read(std::string(10000, ' ') + "{}", step).starts_with("! "));
  }
}

BOOST_AUTO_TEST_SUITE_END()
