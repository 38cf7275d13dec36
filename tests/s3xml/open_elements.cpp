#include "edensync/s3xml/open_elements.hpp"

#include <boost/test/unit_test.hpp>

#include "s3xml/support.hpp"

using edensync::s3xml::find_component;
using edensync::s3xml::open_elements;
using s3xml_test::example;

BOOST_AUTO_TEST_SUITE(open_elements_)

BOOST_AUTO_TEST_CASE(a_stack_that_keeps_its_memory) {
  open_elements open;
  BOOST_TEST(open.empty());
  open.push(open_elements::kind::root);
  auto& f = open.push(open_elements::kind::record);
  f.closed = f.wants_target = true;
  f.seen.assign(100, 1);
  BOOST_TEST((open.top(1).what == open_elements::kind::root));
  open.pop();
  auto& again = open.push(open_elements::kind::data);
  BOOST_TEST(!again.closed);
  BOOST_TEST(!again.wants_target);
  BOOST_TEST(again.seen.size() == 100U);
}

BOOST_AUTO_TEST_CASE(fields_are_found_in_any_order) {
  open_elements::frame f;
  f.resource = &example()[example().find("dvr_depot")];
  for (const auto* name : {"name", "notes", "phone", "entity_id", "name", "name", "near"}) {
    BOOST_TEST(f.find_field(name));
    BOOST_TEST(f.resource->field(f.field).name == name);
  }
  BOOST_TEST(!f.find_field("unheard"));
  BOOST_TEST(!f.find_field(""));
  BOOST_TEST(f.find_field("name"));
}

BOOST_AUTO_TEST_CASE(components_by_table_and_alias) {
  const auto& s = example();
  const auto& depot = s[s.find("dvr_depot")];
  const auto alias = [&](std::string_view table, std::string_view name) {
    const auto* c = find_component(s, depot, table, name);
    return c ? std::string(c->alias) : "none";
  };
  BOOST_TEST(alias("dvr_shelf", "") == "shelf");
  BOOST_TEST(alias("dvr_shelf", "shelf") == "shelf");
  BOOST_TEST(alias("dvr_shelf", "rack") == "none");
  BOOST_TEST(alias("dvr_plan", "future") == "future");
  BOOST_TEST(alias("dvr_plan", "") == "none");
  BOOST_TEST(alias("gis_location", "") == "none");
  BOOST_TEST(find_component(s, s[s.find("dvr_shelf")], "dvr_box", "")->alias == "crate");
}

BOOST_AUTO_TEST_SUITE_END()
