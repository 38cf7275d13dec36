#include "edensync/s3xml/uid_domain.hpp"

#include <boost/test/unit_test.hpp>

using edensync::s3xml::export_uid;
using edensync::s3xml::import_uid;

BOOST_AUTO_TEST_SUITE(uid_domain)

BOOST_AUTO_TEST_CASE(export_puts_the_domain_in_front_of_what_has_none) {
  BOOST_TEST(export_uid("urn:uuid:1", "a.org") == "urn:uuid:1");
  BOOST_TEST(export_uid("b.org/1", "a.org") == "b.org/1");
  BOOST_TEST(export_uid("1", "a.org") == "a.org/1");
  BOOST_TEST(export_uid("/1", "a.org") == "a.org/1");
  BOOST_TEST(export_uid("1/", "a.org") == "a.org/1");
  BOOST_TEST(export_uid("/1/", "a.org") == "a.org/1");
  BOOST_TEST(export_uid("1", "") == "1");
  BOOST_TEST(export_uid("", "a.org") == "");
  BOOST_TEST(export_uid("/", "a.org") == "a.org/");
}

BOOST_AUTO_TEST_CASE(import_cuts_off_the_own_domain_only) {
  BOOST_TEST(import_uid("urn:a/b", "urn:a") == "urn:a/b");
  BOOST_TEST(import_uid("a.org/1", "a.org") == "1");
  BOOST_TEST(import_uid("a.org/1/2", "a.org") == "1/2");
  BOOST_TEST(import_uid("b.org/1", "a.org") == "b.org/1");
  BOOST_TEST(import_uid("a.organic/1", "a.org") == "a.organic/1");
  BOOST_TEST(import_uid("a.org/1", "") == "a.org/1");
  BOOST_TEST(import_uid("a.org/", "a.org") == "a.org/");
  BOOST_TEST(import_uid("1", "a.org") == "1");
  BOOST_TEST(import_uid("", "a.org") == "");
}

BOOST_AUTO_TEST_CASE(what_is_exported_comes_home_unchanged) {
  for (const auto* id : {"urn:uuid:1", "b.org/1", "1", "x y", ""})
    BOOST_TEST(import_uid(export_uid(id, "a.org"), "a.org") == id);
}

BOOST_AUTO_TEST_SUITE_END()
