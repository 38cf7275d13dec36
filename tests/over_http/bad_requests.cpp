// Pushes and pulls that a site turns away, over sockets.
#include "wire.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct bad_requests_fixture : wire {
  bad_requests_fixture() {
    add_task();
    expect_works();
  }

  /// Pushes a document that must be refused as a whole, and a good one behind it.
  void expect_refused(const std::string& document, std::initializer_list<std::string_view> words) {
    const auto before = base.contents();
    const auto known = base.lines();
    const auto a = push(document);
    BOOST_TEST(a.status == 400u);
    const auto m = parse_status_message(a.body);
    BOOST_TEST_REQUIRE(m.has_value(), a.body);
    BOOST_TEST(!m->success());
    for (const auto w : words) {
      BOOST_TEST(m->message.find(w) != std::string::npos, w << " is not in: " << m->message);
      base.expect_line(known, {"push/incoming receive fatal org_office", w});
    }
    BOOST_TEST(base.contents() == before, boost::test_tools::per_element());
    expect_works();
  }

  /// A document whose first record is good, with this behind it.
  static std::string behind_a_good_one(const std::string& rest) {
    return "<?xml version='1.0' encoding='utf-8'?>\n<s3xml>" + an_office("good_one", 1).text() + "\n" + rest;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_requests, bad_requests_fixture)

BOOST_AUTO_TEST_CASE(malformed) {
  expect_refused(behind_a_good_one("<resource name=\"org_office\"></data></s3xml>"), {"mismatched tag", "line 3"});
  expect_refused(behind_a_good_one("<resource name=org_office/></s3xml>"), {"not well-formed", "line 3"});
  expect_refused("this is no XML", {"line 1"});
  expect_refused("{\"json\": true}", {"line 1"});
}

BOOST_AUTO_TEST_CASE(truncated) {
  expect_refused(behind_a_good_one(""), {"no element found", "line 3"});
  expect_refused(behind_a_good_one("<resource na"), {"unclosed token", "line 3"});
}

BOOST_AUTO_TEST_CASE(empty) { expect_refused("", {"no element found"}); }

BOOST_AUTO_TEST_CASE(wrong_encoding) {
  expect_refused(
      behind_a_good_one("<resource name=\"org_office\"><data field=\"name\">\xff\xfe</data></resource></s3xml>"),
      {"invalid token", "line 3"});
  expect_refused("<?xml version='1.0' encoding='x-of-nobody'?>\n<s3xml/>", {"unknown encoding", "line 1"});
}

BOOST_AUTO_TEST_CASE(a_document_type) {
  expect_refused("<?xml version='1.0'?>\n<!DOCTYPE s3xml SYSTEM 'http://127.0.0.1/x.dtd'>\n<s3xml/>",
                 {"document type declaration", "line 2"});
}

BOOST_AUTO_TEST_CASE(a_bomb_of_entities) {
  std::string bomb = "<?xml version='1.0'?>\n<!DOCTYPE s3xml [<!ENTITY a0 'ha'>";
  for (int i = 1; i < 30; ++i) {
    const auto inner = "&a" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY a" + std::to_string(i) + " '" + inner + inner + "'>";
  }
  expect_refused(bomb + "]>\n<s3xml>&a29;</s3xml>", {"document type declaration", "line 2"});
}

BOOST_AUTO_TEST_CASE(too_deep) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "<resource name=\"org_office\"><reference field=\"organisation_id\">";
  expect_refused(behind_a_good_one(deep), {"beyond a limit", "nested too deeply", "line 3"});
}

BOOST_AUTO_TEST_CASE(too_long) {
  expect_refused(behind_a_good_one("<resource name=\"org_office\"><data field=\"name\">" +
                                   std::string(std::size_t{17} << 20, 'x') + "</data></resource></s3xml>"),
                 {"beyond a limit", "too long", "line 3"});
  expect_refused(behind_a_good_one("<resource name=\"org_office\" x=\"" + std::string(std::size_t{40} << 20, 'x')),
                 {"beyond a limit", "too long", "line 3"});
}

BOOST_AUTO_TEST_CASE(not_registered) {
  const auto before = base.contents();
  const auto known = base.lines();
  const auto a = push(document({an_office("x", 1)}), uid("urn:uuid:nobody"));
  BOOST_TEST(a.status == 403u);
  BOOST_TEST(a.body.find("Registration required") != std::string::npos, a.body);
  base.expect_line(known, {"push/incoming receive fatal org_office", "Registration required"});
  BOOST_TEST(base.contents() == before, boost::test_tools::per_element());
  expect_works();
}

BOOST_AUTO_TEST_CASE(an_unknown_resource) {
  const auto before = base.contents();
  for (const bool posts : {false, true}) {
    const auto known = base.lines();
    const std::string target = "/sync/sync.xml?resource=org_of_nobody&repository=" + field.self.uuid().value().text();
    const auto a = ask(posts ? beast::test::post(target, document({an_office("x", 1)})) : beast::test::get(target));
    BOOST_TEST(a.status == 400u);
    // As an Eden: the words stand in the log only.
    BOOST_TEST(a.body == R"({"status": "failed", "statuscode": "400"})");
    base.expect_line(known, {"org_of_nobody"});
  }
  BOOST_TEST(base.contents() == before, boost::test_tools::per_element());
  expect_works();
}

BOOST_AUTO_TEST_SUITE_END()
