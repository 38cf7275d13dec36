#include "edensync/s3xml/reader.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/schema/field_description.hpp"
#include "s3xml/support.hpp"
#include "support/recorded.hpp"

namespace {

using namespace s3xml_test;

std::string read(std::string_view document, s3xml::reader_options options = {}) {
  collector c;
  const auto done = read_into(c, document, std::move(options));
  return show(c) + (done ? "" : "failed: " + done.error().code.message());
}

// One depot around the given content.
std::string depot(std::string_view content, std::string_view attributes = "uuid='d'") {
  return read("<s3xml><resource name='dvr_depot' " + std::string(attributes) + ">" + std::string(content) +
              "</resource></s3xml>");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

static_assert(s3xml::record_sink<collector>);

BOOST_AUTO_TEST_CASE(a_document_as_eden_writes_it) {
  const std::string expected =
      "dvr_depot urn:uuid:0d0d0d0d-0000-4000-8000-000000000001 mci=1 created=2026-03-01T08:00:00 "
      "modified=2026-03-02T09:10:11 @ann@example.org @bob@example.org @ann@example.org @Storekeepers "
      "name='D\xC3\xA9p\xC3\xB4t & S\xC3\xB8n' phone='+1 555 0100' notes=' two blanks ' staff=1200 area=12.5 "
      "rent='12.50' "
      "open=no since=2026-02-28 opens=10:05:06 checked=2026-02-28T10:00:00 extra='{\"a\": 1}' tags=['a' 'b c'] "
      "sizes=[3 1] town_id=gis_location:urn:uuid:0d0d0d0d-0000-4000-8000-0000000000f1 "
      "near=[dvr_depot:urn:uuid:0d0d0d0d-0000-4000-8000-000000000002 "
      "dvr_depot:urn:uuid:0d0d0d0d-0000-4000-8000-000000000001]\n"
      "dvr_shelf urn:uuid:0d0d0d0d-0000-4000-8000-000000000011 in 0 by 1 mci=1 modified=2026-03-02T09:10:11 label='A'\n"
      "dvr_box urn:uuid:0d0d0d0d-0000-4000-8000-000000000021 in 1 by 1 mci=1 modified=2026-03-02T09:10:11 label='A1'\n"
      "dvr_plan urn:uuid:0d0d0d0d-0000-4000-8000-000000000031 in 0 by 1 single mci=1 modified=2026-03-02T09:10:11 "
      "title='now'\n"
      "dvr_plan urn:uuid:0d0d0d0d-0000-4000-8000-000000000033 in 0 by 2 mci=1 modified=2026-03-02T09:10:11 "
      "title='later'\n--\n"
      "dvr_depot urn:uuid:0d0d0d0d-0000-4000-8000-000000000002 deleted modified=2026-03-03T00:00:00 "
      "replaced_by=urn:uuid:0d0d0d0d-0000-4000-8000-000000000001\n--\n"
      "gis_location urn:uuid:0d0d0d0d-0000-4000-8000-0000000000f1 mci=2 modified=2020-01-01T00:00:00 "
      "name='North Town'\n--\n"
      "unknown doc_document urn:uuid:0d0d0d0d-0000-4000-8000-000000000041\n"
      "unknown auth_user urn:uuid:0d0d0d0d-0000-4000-8000-0000000000e1\n";
  const auto document = golden("eden.xml");
  BOOST_TEST(read(document) == expected);
  for (std::size_t step = 1; step < 70; step += step < 4 ? 1 : 13) {
    collector c;
    BOOST_TEST(read_into(c, document, {}, step).has_value());
    BOOST_TEST(show(c) == expected);
    // Left in place, the same memory serves all elements.
    copier same;
    BOOST_TEST(read_into(same, document, {}, step).has_value());
    BOOST_TEST(show(same) == expected);
  }
}

BOOST_AUTO_TEST_CASE(the_root) {
  collector c;
  s3xml::reader<collector> r(example(), {}, c);
  BOOST_TEST(r.root_name() == "");
  expat::event_source source(r);
  BOOST_TEST(source.feed("<html success='True' domain='d' url='u' results='5'><body/><resource/></html>").has_value());
  BOOST_TEST(r.root_name() == "html");
  BOOST_TEST(r.root().domain == "d");
  BOOST_TEST(r.root().success);
  BOOST_TEST(r.root().results.value() == 5U);
  BOOST_TEST(c.elements.empty());
}

BOOST_AUTO_TEST_CASE(fields) {
  BOOST_TEST(depot("<data field='name'/>") == "dvr_depot d name=''\n--\n");
  BOOST_TEST(depot("<data field='staff'/><data field='town_id'/>") == "dvr_depot d staff=null town_id=null\n--\n");
  BOOST_TEST(depot("<data field='name'>a<![CDATA[<b>]]>&#33;</data>") == "dvr_depot d name='a<b>!'\n--\n");
  BOOST_TEST(depot("<data field='name'>a<b>c</b>d</data>") == "dvr_depot d name='ad'\n--\n");
  BOOST_TEST(depot("<data field='name' value='&quot;x&quot;'>y</data>") == "dvr_depot d name='x'\n--\n");
  BOOST_TEST(depot("<data field='staff'>7</data>text<data/><data field=''/><other field='name'>x</other>") ==
             "dvr_depot d staff=7\n--\n");
  BOOST_TEST(depot("<data field='secret'>x</data><data field='photo' url='u'/><data field='uuid'>e</data>") ==
             "dvr_depot d\n--\n");
  BOOST_TEST(depot("<data field='sizes' value='[1]'/><data field='name'>x</data>") ==
             "dvr_depot d name='x' sizes=[1]\n--\n");
}

BOOST_AUTO_TEST_CASE(the_last_of_several_holds) {
  BOOST_TEST(depot("<data field='staff'>1</data><data field='staff'>2</data>") == "dvr_depot d staff=2\n--\n");
  BOOST_TEST(depot("<data field='staff'>x</data><data field='staff'>2</data>") == "dvr_depot d staff=2\n--\n");
  BOOST_TEST(depot("<data field='staff'>2</data><data field='staff'>x</data>") ==
             "dvr_depot d !3(x)is not an integer\n--\n");
}

BOOST_AUTO_TEST_CASE(a_field_that_cannot_be_read_spoils_its_record_only) {
  BOOST_TEST(depot("<data field='staff' value='many'/><data field='name'>n</data><data field='town_id' value='5'/>",
                   "uuid='d' modified_on='soon'") ==
             "dvr_depot d name='n' !4294967295(soon)modified_on is not a date and time !3(many)is not an integer "
             "!15(5)does not refer to a record by its uuid\n--\n");
}

BOOST_AUTO_TEST_CASE(nothing_of_an_earlier_record_shows_through) {
  const std::string full =
      "<resource name='dvr_depot' uuid='a' mci='1' replaced_by='r' deleted='true' created_by='x'/>"
      "<resource name='dvr_depot' uuid='b' mci='1' created_on='2026-01-01' sequence='4'>"
      "<data field='name'>n</data><data field='staff'>x</data><data field='tags' value='[\"t\"]'/>"
      "<reference field='near' uuid='[\"a\",\"b\"]'/><resource name='dvr_shelf' uuid='s'/></resource>"
      "<resource name='gis_location' uuid='c'/>"
      "<resource name='dvr_depot' uuid='d'><resource name='dvr_shelf' uuid='t'/></resource>";
  copier c;
  BOOST_TEST(read_into(c, "<x>" + full + full + "</x>").has_value());
  BOOST_TEST_REQUIRE(c.elements.size() == 8U);
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(show(c.elements[i]) == show(c.elements[i + 4]));
  BOOST_TEST(show(c.elements[6]) == "gis_location c\n");
  BOOST_TEST(show(c.elements[7]) == "dvr_depot d\ndvr_shelf t in 0 by 1\n");
}

BOOST_AUTO_TEST_CASE(deletions) {
  BOOST_TEST(depot("<data field='name'>x</data><resource name='dvr_shelf' uuid='s'/>",
                   "uuid='d' deleted='TRUE' mci='x'") == "dvr_depot d deleted\n--\n");
  BOOST_TEST(depot("<data field='name'>x</data>", "deleted='true'") ==
             "dvr_depot urn:uuid:made-1 made deleted name='x'\n--\n");
  BOOST_TEST(depot("<resource name='dvr_shelf' uuid='s' deleted='True'/>") ==
             "dvr_depot d\ndvr_shelf s in 0 by 1 deleted\n--\n");
}

BOOST_AUTO_TEST_CASE(references) {
  BOOST_TEST(depot("<reference field='town_id' uuid='t'/>") == "dvr_depot d town_id=gis_location:t\n--\n");
  BOOST_TEST(depot("<reference field='town_id' resource='gis_location' uuid='t'>Town</reference>") ==
             "dvr_depot d town_id=gis_location:t\n--\n");
  for (const auto* nothing :
       {"<reference field='town_id'/>", "<reference field='town_id' uuid=''/>",
        "<reference field='town_id' uuid='None'/>", "<reference field='town_id' uuid='[\"t\"]'/>",
        "<reference field='unheard' uuid='t'/>", "<reference uuid='t'/>", "<reference field='name' uuid='t'/>",
        "<reference field='town_id' resource='x_y' uuid='t'/>", "<reference field='entity_id' uuid='t'/>",
        "<reference field='near'>x</reference>"})
    BOOST_TEST(depot(nothing) == "dvr_depot d\n--\n", nothing);
  // A super-entity is named by one of its tables.
  BOOST_TEST(depot("<reference field='entity_id' resource='dvr_plan' uuid='p'/>") ==
             "dvr_depot d entity_id=dvr_plan:p\n--\n");
  BOOST_TEST(depot("<reference field='town_id' resource='dvr_plan' uuid='p'/>") ==
             "dvr_depot d !15(p)does not refer to a record by its uuid\n--\n");
  BOOST_TEST(depot("<reference field='near' uuid='[\"a\", \"b\", \"a\"]'/>") ==
             "dvr_depot d near=[dvr_depot:a dvr_depot:b]\n--\n");
  BOOST_TEST(depot("<reference field='near' uuid='a'/>") == "dvr_depot d near=[dvr_depot:a]\n--\n");
  BOOST_TEST(depot("<reference field='near' uuid='[]'/>") == "dvr_depot d near=[]\n--\n");
  for (const auto* bad : {"[5]", "[\"a\"", "[[\"a\"]]"})
    BOOST_TEST(depot("<reference field='near' uuid='" + std::string(bad) + "'/>") ==
               "dvr_depot d !16(" + std::string(bad) + ")does not refer to a record by its uuid\n--\n");
}

BOOST_AUTO_TEST_CASE(records_without_a_uid) {
  BOOST_TEST(depot("", "") == "dvr_depot urn:uuid:made-1 made\n--\n");
  BOOST_TEST(depot("", "uuid='x' made='True'") == "dvr_depot x made\n--\n");
  BOOST_TEST(read("<x><resource name='dvr_depot' tuid='1'><reference field='town_id' tuid='2'/>"
                  "<reference field='near' tuid='[\"1\", \"3\"]'/></resource>"
                  "<resource name='gis_location' tuid='2'/><resource name='gis_location' tuid='1'/></x>") ==
             "dvr_depot urn:uuid:made-1 made town_id=gis_location:urn:uuid:made-2 "
             "near=[dvr_depot:urn:uuid:made-1 dvr_depot:urn:uuid:made-3]\n--\n"
             "gis_location urn:uuid:made-2 made\n--\ngis_location urn:uuid:made-4 made\n--\n");
}

BOOST_AUTO_TEST_CASE(records_within_references_come_first) {
  BOOST_TEST(
      depot("<reference field='town_id' resource='gis_location'><resource name='gis_location' uuid='t'>"
            "<data field='name'>T</data><reference field='parent'><resource name='gis_location' uuid='p'/>"
            "</reference></resource><resource name='gis_location' uuid='u'/></reference><data field='name'>n</data>") ==
      "gis_location p\n--\ngis_location t name='T' parent=gis_location:p\n--\ngis_location u\n--\n"
      "dvr_depot d name='n' town_id=gis_location:t\n--\n");
  BOOST_TEST(
      depot("<reference field='near'><resource name='dvr_depot' uuid='e'><resource name='dvr_shelf' uuid='s'/>"
            "</resource><resource name='gis_location' uuid='t'/><resource name='dvr_depot' uuid='f'/></reference>") ==
      "dvr_depot e\ndvr_shelf s in 0 by 1\n--\ngis_location t\n--\ndvr_depot f\n--\n"
      "dvr_depot d near=[dvr_depot:e dvr_depot:f]\n--\n");
  BOOST_TEST(depot("<reference field='town_id' uuid='t'><resource name='gis_location' uuid='u'/></reference>") ==
             "gis_location u\n--\ndvr_depot d town_id=gis_location:t\n--\n");
}

BOOST_AUTO_TEST_CASE(components) {
  BOOST_TEST(depot("<resource name='dvr_plan' uuid='p'/>") == "dvr_depot d\n--\nunknown dvr_plan p\n");
  BOOST_TEST(depot("<resource name='dvr_plan' alias='past' uuid='p'/>") == "dvr_depot d\n--\nunknown dvr_plan p\n");
  BOOST_TEST(depot("<resource name='dvr_shelf' alias='shelf' uuid='s'/>") ==
             "dvr_depot d\ndvr_shelf s in 0 by 1\n--\n");
  BOOST_TEST(depot("<resource name='gis_location' uuid='t'><resource name='dvr_shelf'/></resource>") ==
             "dvr_depot d\n--\nunknown gis_location t\n");
  // The only component of a table needs no alias, whatever it is called.
  BOOST_TEST(read("<x><resource name='dvr_shelf' uuid='s'><resource name='dvr_box' uuid='b'/></resource></x>") ==
             "dvr_shelf s\ndvr_box b in 0 by 1\n--\n");
  BOOST_TEST(
      depot("<resource name='dvr_shelf' uuid='s'><resource name='dvr_box' uuid='b'/></resource>"
            "<resource name='dvr_shelf' uuid='t'><resource name='dvr_box' uuid='c'/></resource>") ==
      "dvr_depot d\ndvr_shelf s in 0 by 1\ndvr_box b in 1 by 1\ndvr_shelf t in 0 by 1\ndvr_box c in 3 by 1\n--\n");
}

BOOST_AUTO_TEST_CASE(uids_and_domains) {
  const std::string document =
      "<s3xml domain='b.org'><resource name='dvr_depot' uuid='b.org/1' replaced_by='2' deleted='x'>"
      "<reference field='town_id' uuid='t'/></resource><resource name='gis_location' uuid='b.org/t'/>"
      "<resource name='gis_location' uuid='a.org/t'/><resource name='x_y' uuid='a.org/u'/></s3xml>";
  BOOST_TEST(read(document, {.own_domain = "a.org"}) ==
             "dvr_depot b.org/1 replaced_by=b.org/2 town_id=gis_location:b.org/t\n--\ngis_location b.org/t\n--\n"
             "gis_location t\n--\nunknown x_y u\n");
}

BOOST_AUTO_TEST_CASE(limits) {
  const auto fails = [](const std::string& document, s3xml::reader_options options) {
    collector c;
    const auto done = read_into(c, document, std::move(options));
    return done.has_error() && done.error().code == error::limit_exceeded;
  };
  const std::string shelf = "<resource name='dvr_shelf' uuid='s'/>";
  const std::string three = "<x><resource name='dvr_depot' uuid='d'>" + shelf + shelf + "</resource></x>";
  BOOST_TEST(fails(three, {.element_limit = 2}));
  BOOST_TEST(!fails(three, {.element_limit = 3}));
  // The limit is one of the element, not of the document.
  BOOST_TEST(!fails("<x><resource name='dvr_depot'/><resource name='dvr_depot'/></x>", {.element_limit = 1}));
  const std::string list =
      "<x><resource name='dvr_depot'><reference field='near' uuid='[\"a\",\"b\"]'/></resource></x>";
  BOOST_TEST(fails(list, {.element_limit = 1}));
  const std::string text =
      "<x><resource name='dvr_depot'><data field='name'>1234</data><data field='phone' value='12'/></resource></x>";
  BOOST_TEST(fails(text, {.element_bytes = 5}));
  BOOST_TEST(!fails(text, {.element_bytes = 6}));
  BOOST_TEST(
      fails("<x><resource name='dvr_depot' tuid='1'/><resource name='dvr_depot' tuid='2'/></x>", {.tuid_limit = 1}));
}

BOOST_AUTO_TEST_CASE(a_document_cut_anywhere_is_never_accepted) {
  const std::string_view document =
      "<?xml version='1.0'?><s3xml><resource name='dvr_depot' uuid='d'><data field='name'>n&amp;</data>"
      "<reference field='town_id'><resource name='gis_location' uuid='t'/></reference>"
      "<resource name='dvr_shelf' uuid='s'/></resource></s3xml>";
  for (std::size_t size = 0; size < document.size(); ++size) {
    collector c;
    const auto done = read_into(c, document.substr(0, size));
    BOOST_TEST_REQUIRE(done.has_error());
    BOOST_TEST((done.error().code == error::malformed_document));
    BOOST_TEST(c.elements.size() <= 2U);
  }
}

BOOST_AUTO_TEST_CASE(what_a_sink_throws_comes_out) {
  struct refuser : collector {
    void element(incoming_element&) { throw_failure(error::store_full, "by a test"); }
  } sink;
  const auto done = read_into(sink, "<x><resource name='dvr_depot' uuid='d'/></x>");
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST((done.error().code == error::store_full));
}

BOOST_AUTO_TEST_CASE(exports_of_a_real_eden) {
  const auto folder = test::recorded("eden-wire/exports");
  if (!folder) return;
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder->parent_path() / "fields"))
    texts.push_back(test::read_file(entry.path()));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto s = read_schema<expat::event_source>(views, test::read_file(folder->parent_path() / "tables.json"));
  BOOST_TEST_REQUIRE(s.has_value(), s.error().text());
  std::size_t documents = 0, records = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (!entry.is_directory()) continue;
    const auto answer = test::read_file(entry.path() / "response.http");
    const auto body = std::string_view(answer).substr(answer.find("\r\n\r\n") + 4);
    if (!body.starts_with("<?xml")) continue;
    collector c;
    s3xml::reader<collector> r(*s, {.make_uid = counting_uids()}, c);
    expat::event_source source(r);
    BOOST_TEST(source.feed(body).has_value());
    BOOST_TEST(source.finish().has_value());
    BOOST_TEST(r.root_name() == "s3xml");
    ++documents;
    for (const auto& e : c.elements)
      for (const auto& record : e) {
        ++records;
        BOOST_TEST(record.uid_given);
        for (const auto& wrong : record.errors)
          BOOST_ERROR(entry.path().filename()
                      << ": " << (*s)[record.content.resource].name() << " " << wrong.raw << " " << wrong.message);
      }
  }
  BOOST_TEST(documents > 30U);
  BOOST_TEST(records > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
