#include "edensync/expat/event_source.hpp"
#include "edensync/mock/json_like.hpp"
#include "edensync/mock/message_like.hpp"
#include "edensync/mock/xml_like.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "edensync/mock/ask.hpp"

using namespace edensync;
using namespace edensync::mock;

namespace {

std::string said(const text_like& like, std::string_view came) { return like(came).value_or("(the same)"); }

std::string said(const message_like& like, const heard& h) {
  std::string all;
  for (const auto& m : like.mismatches(h)) all += m.text() + "\n";
  return all;
}

const heard a_pull = request("GET", "/sync/sync.xml?msince=2026-03-01T08:00:00&resource=org_office&~.name=a%20b");

}  // namespace

BOOST_AUTO_TEST_SUITE(mock_matchers)

BOOST_AUTO_TEST_CASE(texts) {
  BOOST_TEST(said("a", "a") == "(the same)");
  BOOST_TEST(said("a", "b") == "\"b\"");
  const std::string many(200, 'x');
  BOOST_TEST(said(many + "a", many + "b") ==
             "at byte 200 \"" + std::string(20, 'x') + "b\" instead of \"" + std::string(20, 'x') + "a\"");
  BOOST_TEST(said(contains("b"), "abc") == "(the same)");
  BOOST_TEST(said(contains("d"), "abc\n") == "\"abc\\n\"");
  BOOST_TEST(said(lacks("d"), "abc") == "(the same)");
  BOOST_TEST(said(lacks("b"), "abc") == "it stands at byte 1");
  BOOST_TEST(said(anything(), "abc") == "(the same)");
}

BOOST_AUTO_TEST_CASE(json_is_compared_by_what_it_says) {
  BOOST_TEST(said(json(R"({"a": 1, "b": [1, 2]})"), R"({ "b":[1,2],"a":1 })") == "(the same)");
  BOOST_TEST(said(json(R"({"a": {"b": [1, 2]}})"), R"({"a": {"b": [1, 3]}})") == "at /a/b/1: \"3\" instead of \"2\"");
  BOOST_TEST(said(json(R"({"a": 1})"), "{}") == "at /a: nothing instead of \"1\"");
  BOOST_TEST(said(json("{}"), R"({"a": 1})") == "at /a: \"1\" instead of nothing");
  BOOST_TEST(said(json("[]"), "[2]") == "at /0: \"2\" instead of nothing");
  BOOST_TEST(said(json("1"), "\"1\"") == "\"\"1\"\" instead of \"1\"");
  BOOST_TEST(said(json("{}"), "<a/>") == "no JSON: \"<a/>\"");
  BOOST_TEST(said(json("{"), "{}") == "(what is expected is no JSON)");
}

BOOST_AUTO_TEST_CASE(xml_is_compared_by_what_it_says) {
  const auto like = [](const char* text) { return xml<expat::event_source>(text); };
  BOOST_TEST(said(like("<a b='1' c='2'><d/>t</a>"), "<?xml version='1.0'?><a c='2' b='1'>\n <d></d> t\n</a>") ==
             "(the same)");
  BOOST_TEST(said(like("<a><b/><b x='1'/></a>"), "<a><b/><b x='2'/></a>") == "at /a[2]/b/@x: \"2\" instead of \"1\"");
  BOOST_TEST(said(like("<a b='1'/>"), "<a/>") == "at /a/@b: nothing instead of \"1\"");
  BOOST_TEST(said(like("<a/>"), "<a b='1'/>") == "at /a/@b: \"1\" instead of nothing");
  BOOST_TEST(said(like("<a>x</a>"), "<a>y</a>") == "at /a: \"y\" instead of \"x\"");
  BOOST_TEST(said(like("<a><b/></a>"), "<a/>") == "at /a: 0 elements instead of 1");
  BOOST_TEST(said(like("<a/>"), "<b/>") == "at /a: <b>");
  BOOST_TEST(said(like("<a/>"), "{}") == "no XML: \"{}\"");
  BOOST_TEST(said(like("{}"), "<a/>") == "(what is expected is no XML)");
}

BOOST_AUTO_TEST_CASE(requests_are_like_what_they_are_asked_to_be) {
  BOOST_TEST(said(get("/sync/sync.xml?resource=org_office&~.name=a b"), a_pull).empty());
  BOOST_TEST(said(pull_of("org_office").query("msince").no_query("limit"), a_pull).empty());
  BOOST_TEST(said(message_like(), a_pull).empty());
  BOOST_TEST(said(post("/sync/sync.xml"), a_pull) == "method: expected \"POST\", came \"GET\"\n");
  BOOST_TEST(said(get("/sync"), a_pull) == "path: expected \"/sync\", came \"/sync/sync.xml\"\n");
  BOOST_TEST(said(pull_of("org_site"), a_pull) == "query resource: expected \"org_site\", came \"org_office\"\n");
  BOOST_TEST(said(get("/sync/sync.xml?limit=1"), a_pull) == "query limit: expected \"1\", came none\n");
  BOOST_TEST(said(message_like().no_query("msince"), a_pull) ==
             "query msince: expected none, came \"2026-03-01T08:00:00\"\n");
  BOOST_TEST(said(pull_of("org_office").query("msince").no_other_query(), a_pull) ==
             "other query: expected none, came \"~.name\"\n");
  BOOST_TEST(said(pull_of("org_office").query("msince").query("~.name").no_other_query(), a_pull).empty());
}

BOOST_AUTO_TEST_CASE(fields_accounts_and_bodies_count_as_well) {
  auto h = request("POST", "/x", R"({"a": 1})", "application/json");
  h.head.user = "me";
  h.head.password = "secret";
  BOOST_TEST(said(message_like()
                      .header("content-type", contains("json"))
                      .no_header("Content-Encoding")
                      .user("me", "secret")
                      .body(json(R"({"a":1})")),
                  h)
                 .empty());
  BOOST_TEST(said(message_like().header("Content-Type", "text/xml"), h) ==
             "header Content-Type: expected \"text/xml\", came \"application/json\"\n");
  BOOST_TEST(said(message_like().header("Date"), h) == "header Date: expected anything, came none\n");
  BOOST_TEST(said(message_like().no_header("Content-Type"), h) ==
             "header Content-Type: expected none, came \"application/json\"\n");
  BOOST_TEST(said(message_like().user("me", "public"), h) == "password: expected \"public\", came \"secret\"\n");
  BOOST_TEST(said(message_like().body("x"), h) == "body: expected \"x\", came \"{\"a\": 1}\"\n");
}

BOOST_AUTO_TEST_CASE(answers_are_like_what_they_are_asked_to_be) {
  told t{{.status = 403, .headers = {}}, "no", {}};
  BOOST_TEST(status(403).body("no").mismatches(t).empty());
  BOOST_TEST(status(200).mismatches(t).at(0).text() == "status: expected \"200\", came \"403\"");
  t.broken = make_failure(error::timed_out);
  BOOST_TEST(status(403).mismatches(t).at(0).what == "answer");
}

BOOST_AUTO_TEST_SUITE_END()
