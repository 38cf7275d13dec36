#include "edensync/s3xml/writer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "s3xml/support.hpp"

namespace {

using namespace s3xml_test;
using s3xml::nulls;
using s3xml::writer_options;

stored_record depot() {
  stored_record r;
  r.resource = example().find("dvr_depot");
  r.uuid.assign("urn:uuid:d");
  r.version = {timestamp{86400}, 0, false};
  r.created_on = timestamp{0};
  r.sequence = 9;
  r.authors = {"ann@example.org", "bob@example.org", "", "Storekeepers"};
  r.fields.assign(depot_fields.size(), null_value{});
  r.fields[0] = std::string("North & South");
  r.fields[1] = std::string("+1");
  r.fields[3] = std::int64_t{5};
  r.fields[11] = std::string("hash");
  r.fields[12] = std::string("photo.png");
  r.fields[15] = reference{example().find("gis_location"), uid("urn:uuid:t"), record_handle{7}};
  r.fields[16] = std::vector<reference>{{r.resource, uid("urn:uuid:e"), {}}, {r.resource, uid("urn:uuid:f"), {}}};
  return r;
}

stored_record shelf() {
  stored_record r;
  r.resource = example().find("dvr_shelf");
  r.uuid.assign("urn:uuid:s");
  r.fields = {std::string("A"), reference{example().find("dvr_depot"), uid("urn:uuid:d"), record_handle{1}}};
  return r;
}

std::string write(const stored_record& r, writer_options options = {}) {
  s3xml::writer w(example(), std::move(options));
  std::string out;
  w.open(out, r);
  w.close(out);
  return out;
}

// Reads a document, writes each element, reads that: the elements must be the same.
void comes_back(std::string_view document) {
  collector first;
  BOOST_TEST(read_into(first, document).has_value());
  BOOST_TEST(!first.elements.empty());
  for (const auto& e : first.elements) {
    std::string out;
    s3xml::writer(example(), {.domain = "a.org"}).write_incoming(out, e);
    collector again;
    BOOST_TEST(read_into(again, out, {.own_domain = "a.org"}).has_value(), out);
    BOOST_TEST_REQUIRE(again.elements.size() == 1U);
    BOOST_TEST(show(again.elements[0]) == show(e), out);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(the_frame_of_a_document) {
  std::string out;
  s3xml::writer plain(example());
  plain.begin(out, false);
  plain.end(out);
  BOOST_TEST(out == "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"false\"/>");
  out.clear();
  s3xml::writer(example(), {.domain = "a.org", .url = "https://a.org/eden?a&b"}).begin(out, true, 3);
  BOOST_TEST(out ==
             "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\" results=\"3\" domain=\"a.org\" "
             "url=\"https://a.org/eden?a&amp;b\">");
}

BOOST_AUTO_TEST_CASE(a_document_is_as_the_golden_one) {
  s3xml::writer w(example(), {.domain = "a.example.org", .url = "https://a.example.org/eden"});
  std::string out;
  w.begin(out, true, 2);
  w.open(out, depot());
  w.open(out, shelf(), "shelf", 1);
  w.close(out);
  stored_record plan;
  plan.resource = example().find("dvr_plan");
  plan.uuid.assign("p1");
  plan.version = {timestamp{86400}, 2, false};
  plan.fields = {std::string("later"), value(), reference{depot().resource, uid("urn:uuid:d"), {}}};
  w.open(out, plan, "future", 2);
  w.close(out);
  w.close(out);
  auto gone = depot();
  gone.version.deleted = true;
  gone.replaced_by.assign("urn:uuid:e");
  w.open(out, gone);
  w.close(out);
  w.end(out);
  BOOST_TEST(out == golden("written.xml"));
}

BOOST_AUTO_TEST_CASE(what_only_an_edensync_peer_gets) {
  const auto r = depot();
  BOOST_TEST(write(r).find("sequence") == std::string::npos);
  BOOST_TEST(write(r, {.native = true}).find(" sequence=\"9\"") != std::string::npos);
  BOOST_TEST(write(r).find("example.org") == std::string::npos);
  const auto named = write(r, {.authors = true});
  BOOST_TEST(
      named.find(" created_by=\"ann@example.org\" modified_by=\"bob@example.org\" owned_by_group=\"Storekeepers\">") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(emptied_fields) {
  auto r = depot();
  r.fields[15] = null_value{};
  r.fields[16] = value();
  const auto has = [](const std::string& s, std::string_view what) { return s.find(what) != std::string::npos; };
  BOOST_TEST(!has(write(r), "/>"));
  const auto all = write(r, {.nulls = nulls::all});
  BOOST_TEST(has(all, "<data field=\"notes\"/>"));
  BOOST_TEST(has(all, "<data field=\"rent\"/>"));
  BOOST_TEST(has(all, "<data field=\"town_id\"/>"));
  BOOST_TEST(!has(all, "secret"));
  BOOST_TEST(!has(all, "near"));
  BOOST_TEST(has(write(r, {.nulls = nulls::all, .native = true}), "<data field=\"notes\" value=\"null\"/>"));
  auto s = shelf();
  s.fields[1] = null_value{};
  BOOST_TEST(!has(write(s, {.nulls = nulls::all}), "depot_id"));
}

BOOST_AUTO_TEST_CASE(nothing_that_must_not_travel_travels) {
  const auto s = write(depot(), {.nulls = nulls::all, .native = true, .authors = true});
  BOOST_TEST(s.find("hash") == std::string::npos);
  BOOST_TEST(s.find("photo") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(records_and_references_are_named_alike) {
  auto r = depot();
  r.uuid.assign("1");
  r.fields[15] = reference{example().find("gis_location"), uid("2"), {}};
  r.fields[16] = std::vector<reference>{{r.resource, uid("3"), {}}};
  const auto s = write(r, {.domain = "a.org"});
  BOOST_TEST(s.find(" uuid=\"a.org/1\"") != std::string::npos);
  BOOST_TEST(s.find(" uuid=\"a.org/2\"") != std::string::npos);
  BOOST_TEST(s.find(" uuid=\"[&quot;a.org/3&quot;]\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(mended_records_are_counted) {
  s3xml::writer w(example());
  std::string out;
  auto r = depot();
  w.open(out, r);
  BOOST_TEST(w.mended() == 0U);
  r.fields[0] = std::string("a\x01");
  r.fields[2] = std::string("\xFF");
  w.open(out, r);
  BOOST_TEST(w.mended() == 1U);
}

BOOST_AUTO_TEST_CASE(a_record_written_is_read_as_it_was) {
  for (const bool native : {false, true}) {
    s3xml::writer w(example(), {.domain = "a.org", .nulls = nulls::all, .native = native, .authors = true});
    std::string out;
    w.begin(out, true);
    w.open(out, depot());
    w.open(out, shelf(), "shelf", 1);
    w.close(out);
    w.close(out);
    w.end(out);
    collector c;
    BOOST_TEST(read_into(c, out, {.own_domain = "a.org"}).has_value());
    BOOST_TEST_REQUIRE(c.elements.size() == 1U);
    BOOST_TEST_REQUIRE(c.elements[0].size() == 2U);
    const auto& back = c.elements[0][0].content;
    const auto was = depot();
    BOOST_TEST(back.version.mci.value() == 1);
    BOOST_TEST((back.version.modified_on == was.version.modified_on));
    BOOST_TEST((back.authors == was.authors));
    BOOST_TEST(c.elements[0][0].sequence == (native ? 9U : 0U));
    for (std::size_t i = 0; i < was.fields.size(); ++i) {
      const auto type = depot_fields[i].type;
      // Eden tells an empty text from none only by leaving the element out.
      const bool text = type == field_type::string || type == field_type::text;
      const auto expected = i == 11 || i == 12                          ? value()
                            : !native && text && is_null(was.fields[i]) ? value(std::string())
                                                                        : was.fields[i];
      BOOST_TEST((back.fields[i] == expected), depot_fields[i].name);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_incoming_element_comes_back) {
  comes_back(golden("eden.xml"));
  comes_back(
      "<s3xml domain='b.org'><resource name='dvr_depot' uuid='b.org/1' mci='5' modified_on='soon' sequence='7'>"
      "<data field='name' value='null'/><data field='phone'/><data field='staff' value='many &amp; &quot;more&quot;'/>"
      "<data field='area'/><data field='extra'>{</data><data field='since' value=' x '/><data field='town_id'/>"
      "<data field='near' value='5'/><data field='tags' value='[]'/>"
      "<resource name='dvr_plan' alias='future'><data field='title'>a&#13;b</data></resource>"
      "<resource name='dvr_shelf' uuid='s' deleted='True' modified_on='2026-01-01'/>"
      "<resource name='dvr_shelf' tuid='t'><resource name='dvr_box' uuid='x'/></resource>"
      "<resource name='dvr_plan' alias='present' uuid='b.org/q'/></resource>"
      "<resource name='dvr_shelf' uuid='s2'><data field='depot_id'/></resource>"
      "<resource name='dvr_depot' deleted='True' created_on='x' mci='y'/>"
      "<resource name='dvr_depot' uuid='z' deleted='True' replaced_by='2' created_by='a@b'/>"
      "<resource name='dvr_depot' uuid='y'><reference field='near' uuid='[]'/>"
      "<reference field='town_id' resource='dvr_depot' uuid='x'/>"
      "<reference field='entity_id' resource='dvr_plan' uuid='p'/></resource></s3xml>");
}

BOOST_AUTO_TEST_CASE(a_component_alone_is_written_as_a_record) {
  collector c;
  BOOST_TEST(
      read_into(
          c,
          "<x><resource name='dvr_depot' uuid='d'><resource name='dvr_plan' alias='future' uuid='p'/></resource></x>")
          .has_value());
  std::string out;
  s3xml::writer(example()).write_incoming(out, {c.elements[0][1]});
  collector again;
  BOOST_TEST(read_into(again, out).has_value());
  BOOST_TEST(show(again) == "dvr_plan p\n--\n");
}

BOOST_AUTO_TEST_SUITE_END()
