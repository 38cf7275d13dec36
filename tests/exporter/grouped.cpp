// The exporter with a writer that wants records of one resource together: S3JSON.
#include "edensync/exporter/exporter.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/s3json/codec.hpp"
#include "export_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// All that a document says of its records, one line for each, in no order.
struct all_said {
  std::vector<std::string> lines;

  void element(incoming_element& e) {
    s3xml::writer_options o;
    s3xml::writer w(relief(), o);
    for (const auto& r : e) {
      auto alone = r;
      alone.parent = -1;
      alone.sequence = 0;
      auto& line = lines.emplace_back(r.parent < 0 ? "" : "in " + e[0].content.uuid.text() + " ");
      w.write_incoming(line, {alone});
    }
  }
  void unknown_resource(std::string_view, const uid&) {}
};

struct grouped_fixture : export_rig {
  grouped_fixture() {
    take({an_office("a", 1).with(a_room("r", 1)).with(a_room("s", 1)).ref("organisation_id", "org_organisation", "o"),
          an_office("b", 2), an_organisation("o", 1).ref("parent", "org_organisation", "p"),
          an_organisation("p", 1).ref("seat", "org_office", "c").refs("friends", "org_organisation", {"q"}),
          an_organisation("q", 1),
          an_office("c", 1).with(a_room("t", 1)).ref("organisation_id", "org_organisation", "z"),
          an_organisation("z", 1)})
        .value();
  }

  template <class Codec>
  std::vector<std::string> said_in() {
    all_said into;
    read_into<Codec>(into);
    std::sort(into.lines.begin(), into.lines.end());
    return into.lines;
  }
  // The same records in both forms, and the same report.
  std::vector<std::string> said_in_both() {
    const auto xml = said_in<s3xml_codec>();
    const auto there = told;
    const auto json = said_in<s3json::codec>();
    BOOST_TEST(json == xml, boost::test_tools::per_element());
    BOOST_TEST(told.masters == there.masters);
    BOOST_TEST(told.components == there.components);
    BOOST_TEST(told.dependencies == there.dependencies);
    BOOST_TEST(told.too_long == there.too_long);
    BOOST_TEST((told.last == there.last && told.youngest == there.youngest));
    return json;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(exporter_grouped, grouped_fixture)

BOOST_AUTO_TEST_CASE(the_same_is_said_in_both_forms) {
  for (const bool native : {false, true}) {
    wanted.native = native;
    wanted.masters.include_deleted = true;
    for (const auto masters : {offices, organisations}) {
      wanted.masters.resource = masters;
      for (const bool components : {false, true}) {
        wanted.components = components;
        said_in_both();
      }
    }
  }
  // Only changed offices are masters: one that is not among them stands in their list all the same.
  wanted.masters = {.resource = offices, .since = {}};
  wanted.masters.after = store.snapshot().sequence();
  write(offices, "a", "a", 9);
  BOOST_TEST(said_in_both().size() == 6U);
  BOOST_TEST(told.masters == 1U);
  BOOST_TEST(told.dependencies == 5U);
}

BOOST_AUTO_TEST_CASE(components_that_stand_by_themselves_are_in_their_own_list) {
  wanted.native = true;
  wanted.element_components = 1;
  BOOST_TEST(said_in_both().size() == 10U);
  BOOST_TEST(told.components == 3U);
  wanted.masters.include_deleted = true;
  take({element("org_office", "a").at(9).deleted()}).value();
  said_in_both();
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_left_out_and_leaves_no_trace) {
  write(offices, "a", std::string(5000, 'x'), 9);
  write(relief().find("org_room"), "t", std::string(5000, 'x'), 9);
  wanted.text_bytes = 4000;
  said_in_both();
  BOOST_TEST(told.too_long == 2U);
}

BOOST_AUTO_TEST_CASE(the_size_of_the_buffer_makes_no_difference_to_json) {
  const auto whole = text<s3json::codec>(1 << 20);
  BOOST_TEST(told.bytes == whole.size());
  for (const std::size_t n : {1U, 7U, 100U}) BOOST_TEST(text<s3json::codec>(n) == whole);
  BOOST_TEST(whole.starts_with(R"({"@success": "true", "@results": "3", "$_org_office": [{"@uuid": "urn:uuid:)"),
             whole);
}

BOOST_AUTO_TEST_CASE(an_export_without_masters_is_a_document) {
  wanted.masters.after = store.snapshot().sequence();
  BOOST_TEST(text<s3json::codec>() == R"({"@success": "false", "@results": "0"})");
}

BOOST_AUTO_TEST_SUITE_END()
