#include "edensync/s3xml/record_attributes.hpp"

#include <boost/test/unit_test.hpp>
#include <array>
#include <vector>

using edensync::field_error;
using edensync::incoming_record;
using edensync::xml_attribute;
using edensync::s3xml::record_attributes;

namespace {

incoming_record fill(const std::vector<xml_attribute>& attributes) {
  incoming_record r;
  r.content.version.mci = 77;
  edensync::s3xml::fill_record(r, record_attributes(attributes));
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_attributes_)

BOOST_AUTO_TEST_CASE(each_has_its_place) {
  const std::vector<xml_attribute> all = {
      {"name", "n"},        {"alias", "a"},         {"uuid", "u"},           {"tuid", "t"},        {"deleted", "d"},
      {"mci", "m"},         {"replaced_by", "r"},   {"created_on", "1"},     {"modified_on", "2"}, {"created_by", "3"},
      {"modified_by", "4"}, {"owned_by_user", "5"}, {"owned_by_group", "6"}, {"sequence", "7"},    {"made", "8"}};
  const record_attributes a(all);
  std::string s;
  for (const auto v : {a.name, a.alias, a.uuid, a.tuid, a.deleted, a.mci, a.replaced_by, a.created_on, a.modified_on,
                       a.created_by, a.modified_by, a.owned_by_user, a.owned_by_group, a.sequence, a.made})
    s += v;
  BOOST_TEST(s == "nautdmr12345678");
}

BOOST_AUTO_TEST_CASE(others_are_ignored) {
  const std::vector<xml_attribute> all = {{"", "x"},           {"id", "x"},       {"url", "x"},
                                          {"idea", "x"},       {"approved", "x"}, {"modified_xx", "x"},
                                          {"created_xx", "x"}, {"xmlns:a", "x"},  {"owned_by_users", "x"},
                                          {"uid", "x"},        {"nome", "x"},     {"uuidx", "x"}};
  const record_attributes a(all);
  BOOST_TEST((a.name.empty() && a.uuid.empty() && a.modified_on.empty() && a.created_on.empty() && a.mci.empty()));
  BOOST_TEST((a.alias.empty() && a.tuid.empty() && a.made.empty() && a.owned_by_group.empty() && a.sequence.empty()));
}

BOOST_AUTO_TEST_CASE(deleted_is_true_in_any_case) {
  for (const auto* yes : {"True", "true", "TRUE", "tRuE"}) BOOST_TEST(edensync::s3xml::is_true(yes));
  for (const auto* no : {"", "1", "yes", "trueish", "tru", "false", "True "}) BOOST_TEST(!edensync::s3xml::is_true(no));
}

BOOST_AUTO_TEST_CASE(versions) {
  const auto r = fill({{"uuid", "u"}, {"mci", "2"}, {"modified_on", "2026-01-02T03:04:05Z"}, {"sequence", "9"}});
  BOOST_TEST(r.content.version.mci.value() == 2);
  BOOST_TEST(to_text(r.content.version.modified_on.value()) == "2026-01-02T03:04:05");
  BOOST_TEST(r.sequence == 9U);
  const auto none = fill({{"uuid", "u"}, {"sequence", "-1"}});
  BOOST_TEST(!none.content.version.mci.has_value());
  BOOST_TEST(!none.content.version.modified_on.has_value());
  BOOST_TEST(none.sequence == 0U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_an_error_of_the_record) {
  const auto r = fill({{"uuid", "u"}, {"mci", "1.5"}, {"created_on", "then"}, {"modified_on", "now"}});
  BOOST_TEST_REQUIRE(r.errors.size() == 3U);
  BOOST_TEST(r.errors[0].field == field_error::mci);
  BOOST_TEST(r.errors[0].raw == "1.5");
  BOOST_TEST(r.errors[1].field == field_error::created_on);
  BOOST_TEST(r.errors[2].field == field_error::modified_on);
  BOOST_TEST(r.errors[2].message == "modified_on is not a date and time");
}

BOOST_AUTO_TEST_CASE(a_deletion_with_a_uid_is_never_refused) {
  BOOST_TEST(fill({{"uuid", "u"}, {"deleted", "True"}, {"modified_on", "now"}}).errors.empty());
  BOOST_TEST(fill({{"deleted", "True"}, {"modified_on", "now"}}).errors.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
