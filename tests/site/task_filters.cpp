#include "edensync/site/task_filters.hpp"

#include <boost/test/unit_test.hpp>

#include "edensync/memory/store.hpp"
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

BOOST_AUTO_TEST_CASE(what_is_escaped_in_a_filter_is_read_as_in_an_address) {
  sync_task t{.resource = "org_office"};
  t.filters = {{"~", "~.name=a%26b&~.phone1=x+y"}};
  const std::vector<filter_term> wanted{{"~", "~.name", "a&b"}, {"~", "~.phone1", "x y"}};
  BOOST_TEST((filter_terms(t) == wanted));
}

BOOST_AUTO_TEST_CASE(they_are_kept_as_a_query_and_several_values_of_a_key_stand_together) {
  sync_task t{.resource = "org_office"};
  t.filters = {{"", "~.name__like=%2AA%26B+C&~.code=1"}, {"org_room", "~.code=3"}, {"org_office", "~.name__like=x"}};
  const std::vector<filter_term> wanted{
      {"~", "~.name__like", "*A&B C"}, {"~", "~.name__like", "x"}, {"~", "~.code", "1"}, {"org_room", "~.code", "3"}};
  BOOST_TEST((filter_terms(t) == wanted));
}

BOOST_AUTO_TEST_CASE(all_terms_of_a_table_have_to_hold) {
  auto read = read_filters({{"~", "~.name", "a"}, {"~", "~.phone1", "1"}, {"org_room", "~.name", "r"}}, offices,
                           relief(), filter_reading::strict, second(0));
  BOOST_TEST_REQUIRE(read.has_value());
  memory::store store{relief()};
  auto reader = store.snapshot();
  const auto f = bind_filters(std::move(*read), reader);
  BOOST_TEST(f.size() == 2u);
  stored_record r;
  r.resource = offices;
  r.fields = {std::string("a"), std::string("1")};
  BOOST_TEST(f.at(offices)(r));
  r.fields[1] = std::string("2");
  BOOST_TEST(!f.at(offices)(r));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_an_error_or_is_left_out_and_told) {
  const std::vector<filter_term> bad{
      {"gis_location", "~.name", "x"}, {"~", "~.nonsense", "1"}, {"~", "~.name", "a"}, {"org_room", "name", "r"}};
  BOOST_TEST(
      (read_filters(bad, offices, relief(), filter_reading::strict, second(0)).error().code == error::bad_filter));
  std::vector<std::string> ignored;
  const auto f = read_filters(bad, offices, relief(), filter_reading::as_eden, second(0), &ignored);
  BOOST_TEST(f.value().size() == 1u);
  BOOST_TEST(ignored.size() == 3u);
  BOOST_TEST(ignored[0].find("gis_location") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_filters_of_a_task_are_checked) {
  sync_task t{.resource = "org_office"};
  BOOST_TEST(check_filters(t, relief(), second(0)).has_value());
  t.filters = {{"", "~.organisation_id$name__like=A*&room.name=r"}, {"org_room", "~.office_id$name=x"}};
  BOOST_TEST(check_filters(t, relief(), second(0)).has_value());
  t.filters.push_back({"org_organisation", "~.nam=x"});
  const auto no = check_filters(t, relief(), second(0));
  BOOST_TEST_REQUIRE(no.has_error());
  BOOST_TEST((no.error().code == error::bad_filter));
  BOOST_TEST(no.error().text().find("[org_organisation]~.nam=x: no such field: nam in org_organisation") !=
             std::string::npos);
  // By the name of the table, however it was entered.
  const auto own = check_filters({.resource = "org_office", .filters = {{"~", "~.nam=x"}}}, relief(), second(0));
  BOOST_TEST(own.error().text().find("[org_office]~.nam=x: no such field: nam") != std::string::npos,
             own.error().text());
  const auto unrelated =
      check_filters({.resource = "org_office", .filters = {{"hrm_post", "~.name=x"}}}, relief(), second(0));
  BOOST_TEST_REQUIRE(unrelated.has_error());
  BOOST_TEST(unrelated.error().text().find("[hrm_post]: no document about org_office holds") != std::string::npos);
  BOOST_TEST((check_filters({.resource = "org_nothing"}, relief(), second(0)).error().code == error::unknown_resource));
}

BOOST_AUTO_TEST_SUITE_END()
