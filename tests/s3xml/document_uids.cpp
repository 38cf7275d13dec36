#include "edensync/s3xml/document_uids.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "s3xml/support.hpp"

using edensync::uid;
using edensync::s3xml::document_uids;

namespace {

std::string target(const document_uids& u, std::string_view id) {
  uid to;
  u.of_target(to, id);
  return to.text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(document_uids_)

BOOST_AUTO_TEST_CASE(records_and_what_refers_to_them_agree) {
  for (const auto* own : {"", "a.org", "b.org"}) {
    document_uids u({.own_domain = own});
    u.set_domain("b.org");
    // As Eden writes them: the record with its domain, the reference without.
    for (const auto* id : {"urn:uuid:1", "a.org/1", "1", "c.org/1"})
      BOOST_TEST(u.of_record(edensync::s3xml::export_uid(id, "b.org")) == target(u, id), own << " " << id);
    // As edensync writes them: both with it.
    for (const auto* id : {"urn:uuid:1", "a.org/1", "b.org/1", "c.org/1"}) BOOST_TEST(u.of_record(id) == target(u, id));
  }
}

BOOST_AUTO_TEST_CASE(a_document_without_domains_is_taken_literally) {
  document_uids u({});
  u.set_domain("b.org");
  BOOST_TEST(u.of_record("1") == "1");
  BOOST_TEST(target(u, "1") == "1");
}

BOOST_AUTO_TEST_CASE(local_ones_are_made_once) {
  document_uids u({.make_uid = s3xml_test::counting_uids(), .tuid_limit = 3});
  BOOST_TEST(u.of_local("a_b", "x", true).text() == "urn:uuid:made-1");
  BOOST_TEST(u.of_local("a_c", "x", true).text() == "urn:uuid:made-2");
  BOOST_TEST(u.of_local("a_b", "x", true).text() == "urn:uuid:made-1");
  BOOST_TEST(u.make().text() == "urn:uuid:made-3");
  u.of_local("a_b", "y", true);
  BOOST_CHECK_THROW(u.of_local("a_b", "z", true), edensync::failure_exception);
  BOOST_TEST(document_uids({}).make().empty());
}

BOOST_AUTO_TEST_SUITE_END()
