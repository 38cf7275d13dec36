#include "edensync/site/task_filters.hpp"

#include <boost/test/unit_test.hpp>

#include "support/relief.hpp"

using namespace edensync;
using namespace edensync::test;

BOOST_AUTO_TEST_SUITE(site_task_filters)

BOOST_AUTO_TEST_CASE(filters_become_triples) {
  sync_task t{.resource = "org_office"};
  t.filters = {
      {"", "~.name=a&~.phone1="}, {"org_office", "~.floors__gt=3"}, {"org_organisation", "~.name__like=Foo*&&~.code"}};
  const auto all = filter_terms(t);
  const std::vector<filter_term> wanted{{"~", "~.name", "a"},
                                        {"~", "~.phone1", ""},
                                        {"~", "~.floors__gt", "3"},
                                        {"org_organisation", "~.name__like", "Foo*"},
                                        {"org_organisation", "~.code", ""}};
  BOOST_TEST((all == wanted));
  BOOST_TEST(filter_terms(sync_task{}).empty());
}

BOOST_AUTO_TEST_CASE(all_terms_of_a_table_have_to_hold) {
  const auto f = compile_filters({{"~", "~.name", "a"}, {"~", "~.phone1", "1"}, {"org_room", "~.name", "r"}}, offices,
                                 relief(), true, second(0));
  BOOST_TEST_REQUIRE(f.has_value());
  BOOST_TEST(f->size() == 2u);
  record r;
  r.fields = {std::string("a"), std::string("1")};
  BOOST_TEST(f->at(offices)(r));
  r.fields[1] = std::string("2");
  BOOST_TEST(!f->at(offices)(r));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_an_error_or_is_left_out_and_told) {
  const std::vector<filter_term> bad{{"gis_location", "~.name", "x"}, {"~", "~.nonsense", "1"}, {"~", "~.name", "a"}};
  BOOST_TEST((compile_filters(bad, offices, relief(), true, second(0)).error().code == error::bad_filter));
  std::vector<std::string> ignored;
  const auto f = compile_filters(bad, offices, relief(), false, second(0), &ignored);
  BOOST_TEST(f.value().size() == 1u);
  BOOST_TEST(ignored.size() == 2u);
  BOOST_TEST(ignored[0].find("gis_location") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
