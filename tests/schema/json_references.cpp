#include "edensync/schema/json_references.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace edensync {

BOOST_AUTO_TEST_CASE(references_are_found_at_any_depth_in_both_spellings) {
  std::vector<std::string> all;
  for_each_json_reference(
      R"({"a": [{"$k_who": {"@resource": "pr_person", "@uuid": "u1"}}, {"deep": {"$k_x": {"r": "org_office", "t": "T"}}}],)"
      R"( "$k_none": {"@uuid": "u2"}, "$k_text": "u3", "other": {"@resource": "x_y", "@uuid": "u4"}})",
      [&](const json_reference& r) {
        all.push_back(std::string(r.resource) + " " + std::string(r.id) + (r.local ? " local" : ""));
      });
  const std::vector<std::string> wanted{"pr_person u1", "org_office T local"};
  BOOST_TEST(all == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_json_holds_none) {
  for (const auto text : {"", "{", "\"$k_a\"", "{\"$k_a\": {\"@resource\": \"a_b\", \"@uuid\": "})
    for_each_json_reference(text, [&](const json_reference&) { BOOST_ERROR("found one in " << text); });
}

BOOST_AUTO_TEST_CASE(references_are_replaced_and_all_else_stays) {
  std::string text =
      R"({"n": 1.50, "$k_who": {"t": "T", "r": "pr_person"}, "list": [null, {"$k_b": {"u": "plain", "r": "a_b"}}]})";
  resolve_json_references(text, [](const json_reference& r) { return "new-" + std::string(r.id); });
  BOOST_TEST(boost::json::parse(text) ==
             boost::json::parse(R"({"n": 1.5, "$k_who": {"@resource": "pr_person", "@uuid": "new-T"},)"
                                R"( "list": [null, {"$k_b": {"@resource": "a_b", "@uuid": "new-plain"}}]})"));
}

BOOST_AUTO_TEST_CASE(a_text_in_which_nothing_changes_keeps_its_spelling) {
  const std::string before = R"({ "n" : 1.50, "$k_who": {"@resource": "pr_person",   "@uuid": "u"} })";
  auto text = before;
  resolve_json_references(text, [](const json_reference& r) { return std::string(r.id); });
  BOOST_TEST(text == before);
}

}  // namespace edensync
