#include "edensync/exporter/select.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(exporter_select)

BOOST_AUTO_TEST_CASE(filters_are_by_resource_and_let_deletions_pass_to_an_edensync_site) {
  export_options o;
  o.filters[1] = [](const record&) { return false; };
  stored_record r;
  r.resource = 0;
  BOOST_TEST(passes_filter(o, r));
  r.resource = 1;
  BOOST_TEST(!passes_filter(o, r));
  r.version.deleted = true;
  BOOST_TEST(!passes_filter(o, r));
  o.native = true;
  BOOST_TEST(passes_filter(o, r));
}

BOOST_AUTO_TEST_CASE(an_echo_is_a_version_that_came_from_the_receiver) {
  export_options o;
  stored_record r;
  BOOST_TEST(!is_echo(o, r));
  o.echo_of = 7;
  BOOST_TEST(!is_echo(o, r));
  r.origin = 7;
  BOOST_TEST(is_echo(o, r));
  r.origin = 8;
  BOOST_TEST(!is_echo(o, r));
}

BOOST_AUTO_TEST_CASE(a_dependency_that_is_a_master_is_written_as_such) {
  export_options o;
  o.masters.resource = 2;
  o.masters.after = 10;
  stored_record r;
  r.resource = 2;
  r.sequence = 11;
  BOOST_TEST(is_master(o, r, 100));
  r.sequence = 10;
  BOOST_TEST(!is_master(o, r, 100));
  r.sequence = 11;
  r.resource = 3;
  BOOST_TEST(!is_master(o, r, 100));
  r.resource = 2;
  o.echo_of = r.origin = 7;
  BOOST_TEST(!is_master(o, r, 100));
}

BOOST_AUTO_TEST_SUITE_END()
