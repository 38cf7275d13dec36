#include "edensync/protocol/status_message.hpp"

#include <boost/test/unit_test.hpp>

#include "support/recorded.hpp"

namespace edensync {

BOOST_AUTO_TEST_CASE(writes_members_in_eden_s_order) {
  status_message m;
  m.records = 3;
  m.created = {41};
  m.updated = {17, 18};
  BOOST_TEST(to_json(m) ==
             R"({"status": "success", "statuscode": "200", "records": 3, "created": [41], "updated": [17, 18]})");
  BOOST_TEST((parse_status_message(to_json(m)) == m));
  BOOST_TEST(to_json(status_message::failed(403, "Registration required")) ==
             R"({"status": "failed", "statuscode": "403", "message": "Registration required"})");
  BOOST_TEST(!parse_status_message(to_json(status_message::failed(400, "")))->success());
}

BOOST_AUTO_TEST_CASE(what_edensync_sites_count_stands_behind_all_that_an_eden_knows) {
  status_message m;
  m.records = 2;
  m.updated = {17, 18};
  m.counts = record_counts{.received = 12,
                           .created = 1,
                           .updated = 2,
                           .deleted = 3,
                           .unchanged = 4,
                           .kept = 5,
                           .conflicts = 6,
                           .refused = 7,
                           .quarantined = 8};
  BOOST_TEST(to_json(m) == R"({"status": "success", "statuscode": "200", "records": 2, "updated": [17, 18], )"
                           R"("edensync": {"received": 12, "created": 1, "updated": 2, "deleted": 3, "unchanged": 4, )"
                           R"("kept": 5, "conflicts": 6, "refused": 7, "quarantined": 8}})");
  BOOST_TEST((parse_status_message(to_json(m)) == m));
  // Whatever stands there is no reason to repeat a push.
  const auto odd =
      parse_status_message(R"({"status": "success", "edensync": {"created": -1, "updated": "x", "kept": 2}})");
  BOOST_TEST_REQUIRE(odd->counts.has_value());
  BOOST_TEST((*odd->counts == record_counts{.kept = 2}));
  BOOST_TEST(!parse_status_message(R"({"status": "success", "edensync": [1]})")->counts);
}

BOOST_AUTO_TEST_CASE(writes_refused_records_as_a_tree) {
  status_message m;
  m.records = 2;
  m.refused = {{"org_office", uid("urn:uuid:1"), "phone1: too short", {{"phone1", "x", "phone1: too short"}}},
               {"org_office", uid("urn:uuid:2"), "name: value(s) required", {}}};
  const auto text = to_json(m);
  BOOST_TEST(text ==
             R"({"status": "success", "statuscode": "200", "message": "phone1: too short - invalid items ignored", )"
             R"("records": 2, "tree": {"$_org_office":[{"phone1":{"@value":"x","@error":"phone1: too short"},)"
             R"("@uuid":"urn:uuid:1","@error":"phone1: too short"},{"@uuid":"urn:uuid:2",)"
             R"("@error":"name: value(s) required"}]}})");
  const auto back = parse_status_message(text);
  BOOST_REQUIRE(back.has_value());
  BOOST_REQUIRE_EQUAL(back->refused.size(), 2U);
  BOOST_TEST(back->refused[0].uuid.text() == "urn:uuid:1");
  BOOST_TEST((back->refused[0].fields == m.refused[0].fields));
  BOOST_TEST((back->refused[1] == m.refused[1]));
}

// Shapes of an Eden's answers, the data made up.
BOOST_AUTO_TEST_CASE(reads_refused_records_of_eden) {
  const auto m = parse_status_message(
      R"({"status": "success", "statuscode": "200", "message": "Validation error - invalid items ignored", "records": 0,)"
      R"( "tree": {"$_org_organisation":[{"name":{"@value":"N","$":"N"},)"
      R"("year":{"@value":"abc","@error":"year: Enter an integer","$":"abc"},"@uuid":"u1","@mci":"1",)"
      R"("@error":"Validation error"}],"$_org_office":[{"$k_organisation_id":{"@resource":"org_organisation",)"
      R"("@uuid":"u1","@error":"failed"},"@uuid":"u2","$_pr_contact":[{"value":"v","@uuid":"u3","@error":"bad"},)"
      R"({"@uuid":"u4"}]}]}})");
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST(m->success());
  BOOST_TEST((m->records == 0U));
  BOOST_REQUIRE_EQUAL(m->refused.size(), 3U);
  BOOST_TEST(m->refused[0].resource == "org_organisation");
  BOOST_TEST(m->refused[0].uuid.text() == "u1");
  BOOST_TEST(m->refused[0].message == "Validation error; year: Enter an integer");
  BOOST_REQUIRE_EQUAL(m->refused[0].fields.size(), 1U);
  BOOST_TEST(m->refused[0].fields[0].name == "year");
  BOOST_TEST(m->refused[0].fields[0].raw == "abc");
  BOOST_TEST(m->refused[1].fields[0].name == "organisation_id");
  BOOST_TEST(m->refused[2].resource == "pr_contact");
  BOOST_TEST(m->refused[2].uuid.text() == "u3");
}

BOOST_AUTO_TEST_CASE(reads_what_python_writes_and_json_does_not_know) {
  const auto m = parse_status_message(
      R"({"status": "success", "statuscode": "200", "message": "NaN \" Infinity", "records": 0, "tree": )"
      R"({"$_t":[{"n":{"@value":-Infinity,"@error":"n: no"},"m":{"@value":NaN},"@uuid":"u","@error":"e"}]}})");
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST(m->message == "NaN \" Infinity");
  BOOST_REQUIRE_EQUAL(m->refused.size(), 1U);
}

BOOST_AUTO_TEST_CASE(is_lenient_with_types_and_none_without_an_object) {
  const auto m = parse_status_message(
      R"({"status": "failed", "statuscode": 400, "message": null, "records": "x", "created": 7, "updated": ["a", 3, 1e300], "tree": []})");
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST(!m->success());
  BOOST_TEST(m->statuscode == "400");
  BOOST_TEST(m->message.empty());
  BOOST_TEST(!m->records);
  BOOST_TEST(m->created.empty());
  BOOST_TEST((m->updated == std::vector<std::int64_t>{3}));
  for (const char* text :
       {"", "success", "<html/>", "[]", "\"x\"", "{}", "{\"records\": 1}", "{\"status\": \"a \"b\"\"}"})
    BOOST_TEST(!parse_status_message(text), text);
  const std::string deep = "{\"status\": \"success\", \"tree\": " + std::string(100000, '[');
  BOOST_TEST(!parse_status_message(deep));
}

BOOST_AUTO_TEST_CASE(reads_all_recorded_answers) {
  std::size_t read = 0, trees = 0, refused = 0;
  for (const char* folder : {"eden-wire/passive", "eden-wire/active", "eden-wire/passive-stock-python3"}) {
    const auto root = test::recorded(folder);
    if (!root) return;
    for (const auto& file : std::filesystem::recursive_directory_iterator(*root)) {
      const auto name = file.path().string();
      if (!name.ends_with("response.http")) continue;
      const auto request = test::read_file(name.substr(0, name.size() - 13) + "request.http").substr(0, 400);
      if (!request.starts_with("PUT ") && !request.starts_with("POST ")) continue;
      const auto whole = test::read_file(file.path());
      const auto body = whole.substr(std::min(whole.size(), whole.find("\r\n\r\n") + 4));
      if (!body.starts_with('{')) {
        BOOST_TEST(!parse_status_message(body), name);
        continue;
      }
      const auto m = parse_status_message(body);
      BOOST_TEST(m.has_value(), name);
      if (!m) continue;
      ++read;
      const bool fails =
          body.find("\"@error\": \"") != std::string::npos || body.find("\"@error\":\"") != std::string::npos;
      BOOST_TEST(m->refused.empty() == !fails, name);
      if (fails) ++trees;
      refused += m->refused.size();
      for (const auto& r : m->refused) BOOST_TEST(!r.uuid.empty(), name);
    }
  }
  BOOST_TEST_MESSAGE(read << " answers read, " << trees << " of them with " << refused << " refused records");
  BOOST_TEST(trees > 20U);
}

BOOST_AUTO_TEST_CASE(tells_what_the_receiver_let_be) {
  status_message m;
  m.records = 3;
  m.counts = record_counts{.received = 3, .created = 1, .kept = 1, .refused = 1};
  m.not_taken = 60;
  m.untaken = {{"org_office", uid("urn:uuid:a"), "the \"policy\""}, {"org_room", uid(), "x"}};
  const auto back = parse_status_message(to_json(m));
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST((*back == m));
  // To an Eden nothing of it is said.
  m.counts.reset();
  BOOST_TEST(to_json(m) == R"({"status": "success", "statuscode": "200", "records": 3})");
  // A peer may send anything.
  for (const auto* odd :
       {"1", "[]", "{}", R"({"not_taken": "many"})", R"({"not_taken": 1, "untaken": [1, [], {"uuid": 7}]})",
        R"({"not_taken": -1, "untaken": {}})"})
    BOOST_TEST(parse_status_message(R"({"status": "success", "edensync": )" + std::string(odd) + "}").has_value(), odd);
}

}  // namespace edensync
