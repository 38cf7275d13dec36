#include "edensync/s3json/writer.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "edensync/s3json/event_source.hpp"
#include "s3xml/support.hpp"

using namespace edensync;
using namespace s3xml_test;

namespace {

stored_record a_depot(std::string_view id, resource_id resource = 0) {
  stored_record r;
  r.resource = resource;
  r.uuid = uid(id);
  r.version = {.modified_on = parse_timestamp("2026-03-05T17:42:10"), .mci = 1};
  r.handle = record_handle{17};
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(s3json_writer)

BOOST_AUTO_TEST_CASE(the_form_is_edens) {
  s3json::writer w(example(), {.domain = "d.example", .url = "https://d.example/eden"});
  std::string out;
  w.begin(out, true, 2);
  auto depot = a_depot("urn:uuid:1");
  depot.fields = {std::string("North & \"South\""),
                  std::string("+1 555"),
                  std::string("two\nlines"),
                  std::int64_t{4},
                  1.0,
                  std::string("12.50"),
                  true,
                  to_date({2024, 2, 29})};
  depot.fields.resize(15);
  depot.fields[10] = std::string(R"({"a": 1})");
  depot.fields[13] = std::vector<std::string>{"x", "y"};
  depot.fields[14] = std::vector<std::int64_t>{1, 2};
  depot.fields.emplace_back(reference{4, uid("urn:uuid:t"), record_handle{1}});
  depot.fields.emplace_back(std::vector<reference>{{0, uid("near"), record_handle{2}}});
  w.open(out, depot);
  auto shelf = a_depot("urn:uuid:2", 1);
  shelf.fields = {std::string("S")};
  w.open(out, shelf, "shelf", 1);
  w.close(out);
  auto plan = a_depot("urn:uuid:3", 3);
  w.open(out, plan, "present", 1);
  w.close(out);
  w.close(out);
  auto gone = a_depot("urn:uuid:4");
  gone.version.deleted = true;
  gone.replaced_by = uid("urn:uuid:1");
  w.open(out, gone);
  w.close(out);
  w.open(out, a_depot("local", 4));
  w.close(out);
  w.end(out);
  BOOST_TEST(
      out ==
      R"({"@success": "true", "@results": "2", "@domain": "d.example", "@url": "https://d.example/eden", )"
      R"("$_dvr_depot": [{"@uuid": "urn:uuid:1", "@mci": "2", "@modified_on": "2026-03-05T17:42:10", )"
      R"("@url": "https://d.example/eden/dvr/depot/17", "name": {"@value": "North & \"South\"", "$": "North & \"South\""}, )"
      R"("phone": {"@value": "+1 555", "$": "+1 555"}, "notes": "two\nlines", "staff": {"@value": 4, "$": "4"}, )"
      R"("area": {"@value": 1.0, "$": "1.0"}, "rent": {"@value": 12.50, "$": "12.50"}, )"
      R"("open": {"@value": true, "$": "True"}, "since": {"@value": "2024-02-29", "$": "2024-02-29"}, )"
      R"("extra": "{\"a\": 1}", "tags": {"@value": ["x", "y"], "$": "x, y"}, )"
      R"("sizes": {"@value": [1, 2], "$": "1, 2"}, )"
      R"("$k_town_id": {"@resource": "gis_location", "@uuid": "urn:uuid:t"}, )"
      R"("$k_near": {"@resource": "dvr_depot", "@uuid": "[\"d.example/near\"]"}, )"
      R"("$_dvr_shelf": [{"@uuid": "urn:uuid:2", "@mci": "2", "@modified_on": "2026-03-05T17:42:10", )"
      R"("@url": "https://d.example/eden/dvr/shelf/17", "label": "S"}], )"
      R"("$_dvr_plan": [{"@alias": "present", "@uuid": "urn:uuid:3", "@mci": "2", )"
      R"("@modified_on": "2026-03-05T17:42:10", "@url": "https://d.example/eden/dvr/plan/17"}]}, )"
      R"({"@uuid": "urn:uuid:4", "@deleted": "True", "@mci": "2", "@modified_on": "2026-03-05T17:42:10", )"
      R"("@replaced_by": "urn:uuid:1"}], )"
      R"("$_gis_location": [{"@uuid": "d.example/local", "@mci": "2", "@modified_on": "2026-03-05T17:42:10", )"
      R"("@url": "https://d.example/eden/gis/location/17"}]})");
}

BOOST_AUTO_TEST_CASE(an_incoming_element_comes_back) {
  incoming_element e(1);
  e[0].content = a_depot("urn:uuid:1");
  e[0].content.fields = {std::string("N")};
  e[0].errors.push_back({3, "four", "is not an integer"});
  e[0].sequence = 5;
  s3json::writer w(example());
  std::string out;
  w.write_incoming(out, e);
  collector got;
  s3xml::reader<collector> reader(example(), {}, got);
  s3json::event_source source(reader);
  source.feed(out).value();
  source.finish().value();
  BOOST_TEST(show(got) ==
             "dvr_depot urn:uuid:1 mci=1 modified=2026-03-05T17:42:10 #5 name='N' !3(four)is not an integer\n--\n");
}

BOOST_AUTO_TEST_CASE(what_xml_cannot_hold_is_replaced_in_json_as_well) {
  s3json::writer w(example());
  auto depot = a_depot("urn:uuid:1");
  depot.fields = {std::string("a\x01"), {}, std::string("b\xff")};
  std::string out;
  w.begin(out, true);
  w.open(out, depot);
  w.close(out);
  w.end(out);
  BOOST_TEST(w.mended() == 1U);
  BOOST_TEST(boost::json::parse(out).at("$_dvr_depot").at(0).at("name") == "a\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_SUITE_END()
