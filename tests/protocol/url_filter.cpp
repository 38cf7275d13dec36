#include "edensync/protocol/url_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace edensync {
namespace {

constexpr std::array<field_descriptor, 13> fields = {{{"name", field_type::string},
                                                      {"year", field_type::integer},
                                                      {"height", field_type::floating},
                                                      {"price", field_type::decimal},
                                                      {"obsolete", field_type::boolean},
                                                      {"opened", field_type::date},
                                                      {"seen", field_type::datetime},
                                                      {"at", field_type::time},
                                                      {"tags", field_type::list_string},
                                                      {"codes", field_type::list_integer},
                                                      {"organisation_id", field_type::reference, "org_organisation"},
                                                      {"secret", field_type::password},
                                                      {"comments", field_type::text}}};

const schema& resources() {
  static const schema s = [] {
    const std::array<resource_descriptor, 2> all = {
        {{"org_office", fields}, {"org_organisation", std::span(fields).first(2)}}};
    return schema::make(all).value();
  }();
  return s;
}

const resource_schema& office() { return resources()[resources().find("org_office")]; }

timestamp t(std::string_view text) { return parse_timestamp(text).value(); }

record north() {
  record r;
  r.uuid = uid("urn:uuid:1");
  r.version = {t("2024-03-05T17:42:10"), 1, false};
  r.fields = {std::string("North Office"),
              std::int64_t{1987},
              12.5,
              std::string("9.90"),
              false,
              parse_date("2024-02-29").value(),
              t("2024-03-01T08:00:00"),
              time_of_day{8 * 3600},
              std::vector<std::string>{"red", "blue"},
              std::vector<std::int64_t>{1, 2},
              reference{1, uid("urn:uuid:aa")},
              std::string("x"),
              null_value{}};
  return r;
}

record empty() {
  record r;
  r.uuid = uid("urn:uuid:2");
  return r;
}

bool passes(std::string_view key, std::string_view value, const record& r) {
  const auto f = compile_filter({"~", std::string(key), std::string(value)}, office(), t("2024-03-06T00:00:00"));
  BOOST_REQUIRE_MESSAGE(f.has_value(), (f.has_value() ? std::string() : f.error().text()));
  return (*f)(r);
}
bool north_passes(std::string_view key, std::string_view value) { return passes(key, value, north()); }

void check(std::string_view key, std::string_view value, bool wanted) {
  BOOST_TEST(north_passes(key, value) == wanted, key << "=" << value);
}

std::string refused(std::string_view key, std::string_view value) {
  const auto f = compile_filter({"~", std::string(key), std::string(value)}, office());
  if (f) return "accepted";
  BOOST_TEST((f.error().code == make_error_code(error::bad_filter)));
  return f.error().text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(equality) {
  check("~.name", "North Office", true);
  check("~.name", "north office", false);
  check("~.name", "South,North Office", true);
  check("~.name__ne", "South,North Office", false);
  check("~.name__ne", "South", true);
  check("office.name", "North Office", true);
  check("org_office.name", "North Office", true);
  check("~.year", "1987", true);
  check("~.year", "1987,1999", true);
  check("~.year__ne", "1999", true);
  check("~.height", "12.50", true);
  check("~.price", "9.9", true);
  check("~.obsolete", "False", true);
  check("~.obsolete", "1", false);
  check("~.opened", "2024-02-29", true);
  check("~.at", "08:00", true);
}

BOOST_AUTO_TEST_CASE(order) {
  check("~.year__gt", "1900", true);
  check("~.year__gt", "1987", false);
  check("~.year__ge", "1987", true);
  check("~.year__lt", "1987", false);
  check("~.year__le", "1987", true);
  check("~.year__lt", "1900,2000", true);
  check("~.name__lt", "O", true);
  check("~.height__gt", "12.4", true);
  check("~.price__lt", "10", true);  // as numbers, not as texts
  check("~.opened__gt", "2024-02-28", true);
  check("~.seen__ge", "2024-03-01T10:00:00+02:00", true);
  check("~.seen__gt", "-1D", false);
  check("~.seen__lt", "NOW", true);
  check("~.at__gt", "07:59:59", true);
}

BOOST_AUTO_TEST_CASE(patterns_and_parts) {
  check("~.name__like", "north*", true);
  check("~.name__like", "*x*,*OFF?CE", true);
  check("~.name__like", "north", false);
  check("~.name__contains", "off", true);
  check("~.name__contains", "xyz,off", true);
  check("~.name__anyof", "xyz", false);
  check("~.name__belongs", "South*,North*", true);
  check("~.name__typeof", "North Office", true);
  check("~.name__belongs", "north office", false);
}

BOOST_AUTO_TEST_CASE(lists) {
  check("~.tags__contains", "red", true);
  check("~.tags__contains", "red,blue", true);
  check("~.tags__contains", "red,green", false);
  check("~.tags__anyof", "red,green", true);
  check("~.tags", "green", false);
  check("~.tags__ne", "green", true);
  check("~.codes__contains", "1,2", true);
  check("~.codes__anyof", "3", false);
}

BOOST_AUTO_TEST_CASE(null_matches_none_only) {
  check("~.comments", "NONE", true);
  check("~.comments", "\"NONE\"", false);
  check("~.comments", "", false);
  check("~.comments__ne", "NONE", false);
  check("~.comments__ne", "x", false);
  check("~.comments__like", "*", false);
  check("~.comments__belongs", "x,NONE", true);
  check("~.comments__like!", "*", false);  // not unknown is unknown
  check("~.name__ne", "NONE", true);
  check("~.name", "NONE", false);
  check("~.organisation_id__ne", "NONE", true);
  BOOST_TEST(passes("~.name", "NONE", empty()));
  BOOST_TEST(passes("~.organisation_id", "None", empty()));
  BOOST_TEST(!passes("~.year__lt", "3000", empty()));
  BOOST_TEST(!passes("~.year__ge!", "3000", empty()));
  BOOST_TEST(passes("~.modified_on", "NONE", empty()));
}

BOOST_AUTO_TEST_CASE(negation_and_alternatives) {
  check("~.name!", "South", true);
  check("~.name__like!", "north*", false);
  check("~.name|~.comments__like", "north*", true);
  check("~.comments|~.name__like", "south*", false);
  // Inverted: all of them must not be it.
  check("~.name|~.tags!", "South", true);
  check("~.name|~.tags!", "red", false);
}

BOOST_AUTO_TEST_CASE(what_every_record_has) {
  check("~.uid", "urn:uuid:1", true);
  check("~.uuid__belongs", "urn:uuid:0,urn:uuid:1", true);
  check("~.modified_on__ge", "2024-03-05T17:42:10", true);
  check("~.modified_on__lt", "2024-03-05T17:42:10Z", false);
  check("~.mci", "1", true);
  check("~.deleted", "False", true);
  check("~.created_on", "NONE", true);
  check("~.organisation_id$uid", "urn:uuid:aa", true);
  check("~.organisation_id$uuid__ne", "urn:uuid:aa", false);
  BOOST_TEST(!passes("~.organisation_id$uid", "urn:uuid:aa", empty()));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
  const auto says = [](const std::string& text, std::string_view words) {
    BOOST_TEST(text.find(words) != std::string::npos, text);
  };
  says(refused("name", "x"), "~.FIELD");
  says(refused("~.nosuch", "x"), "no such field: nosuch");
  says(refused("~.name__nosuch", "x"), "no such operator");
  says(refused("~.location__intersects", "x"), "no such operator");
  says(refused("(event)", "1"), "contexts");
  says(refused("~.organisation_id$name", "x"), "other tables");
  says(refused("contact.value", "x"), "other tables");
  says(refused("~.organisation_id", "17"), "does not fit");
  says(refused("~.secret", "x"), "cannot be looked at");
  says(refused("~.year", "x"), "does not fit the field: x");
  says(refused("~.year", ""), "does not fit");
  says(refused("~.height", "nan"), "does not fit");
  says(refused("~.obsolete", "maybe"), "does not fit");
  says(refused("~.year__like", "1*"), "operator does not fit");
  says(refused("~.tags__lt", "x"), "operator does not fit");
  says(refused("~.seen__lt", "NOW"), "does not fit");  // nobody told the time
  says(refused("~.name|~.nosuch", "x"), "nosuch");
}

}  // namespace edensync
