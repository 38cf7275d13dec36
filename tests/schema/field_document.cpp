#include "edensync/schema/field_document.hpp"

#include <boost/test/unit_test.hpp>
#include <array>
#include <string>
#include <string_view>

#include "edensync/schema/field_description.hpp"
#include "edensync/expat/event_source.hpp"

using namespace edensync;

BOOST_AUTO_TEST_SUITE(field_document)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  std::string described = "<fields resource=\"dvr_depot\"><field name=\"a&amp;&lt;&quot;b\" type=\"string\"/>";
  for (const auto& [word, type] : detail::field_type_words) {
    const bool points = type == field_type::reference || type == field_type::list_reference;
    described +=
        "<field name=\"" + std::string(word) + "\" type=\"" + std::string(word) + (points ? " dvr_depot" : "") + "\"/>";
  }
  described += "</fields>";
  const std::array<std::string_view, 1> once{described};
  const auto first = read_schema<expat::event_source>(once);
  BOOST_TEST_REQUIRE(first.has_value());
  const auto written = to_field_document((*first)[0]);
  const std::array<std::string_view, 1> twice{written};
  const auto second = read_schema<expat::event_source>(twice);
  BOOST_TEST_REQUIRE(second.has_value());
  const auto a = (*first)[0].fields(), b = (*second)[0].fields();
  BOOST_TEST((*second)[0].name() == "dvr_depot");
  BOOST_TEST_REQUIRE(a.size() == b.size());
  BOOST_TEST(a.size() == std::size(detail::field_type_words) + 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    BOOST_TEST(a[i].name == b[i].name);
    BOOST_TEST((a[i].type == b[i].type), a[i].name);
    BOOST_TEST(a[i].target == b[i].target);
  }
}

BOOST_AUTO_TEST_CASE(a_table_has_an_address_and_an_address_a_table) {
  BOOST_TEST(fields_target("org_office") == "/org/office/fields.xml");
  BOOST_TEST(fields_target("gis_location_tag") == "/gis/location_tag/fields.xml");
  BOOST_TEST(fields_target("office").empty());
  BOOST_TEST(described_there("/org/office/fields.xml") == "org_office");
  BOOST_TEST(described_there("/gis/location_tag/fields.xml") == "gis_location_tag");
  for (const auto* other : {"/org/office.xml", "/fields.xml", "//fields.xml", "//a/fields.xml", "/office/fields.xml",
                            "org/office/fields.xml", "/eden/org/office/fields.xml", "/gis_location/tag/fields.xml", ""})
    BOOST_TEST(described_there(other).empty(), other);
}

BOOST_AUTO_TEST_SUITE_END()
