#include "edensync/protocol/url_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>

#include "edensync/exporter/filter_evaluator.hpp"
#include "edensync/memory/store.hpp"

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

constexpr resource_id office = 0;

timestamp t(std::string_view text) { return parse_timestamp(text).value(); }

stored_record north() {
  stored_record r;
  r.resource = office;
  r.handle = record_handle{7};
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
              reference{1, uid("urn:uuid:aa"), record_handle{17}},
              std::string("x"),
              null_value{}};
  return r;
}

stored_record empty() {
  stored_record r;
  r.resource = office;
  r.uuid = uid("urn:uuid:2");
  return r;
}

bool passes(std::string_view key, std::string_view value, const stored_record& r,
            filter_reading how = filter_reading::strict) {
  static memory::store nothing{resources()};
  auto reader = nothing.snapshot();
  url_filter f(resources(), office);
  const auto added = f.add({"~", std::string(key), std::string(value)}, how, t("2024-03-06T00:00:00"));
  BOOST_REQUIRE_MESSAGE(added.has_value(), (added.has_value() ? std::string() : added.error().text()));
  using evaluator = filter_evaluator<decltype(reader)>;
  return evaluator(reader, f, std::make_shared<recent_records<decltype(reader)>>(reader))(r);
}
bool north_passes(std::string_view key, std::string_view value) { return passes(key, value, north()); }

void check(std::string_view key, std::string_view value, bool wanted) {
  BOOST_TEST(north_passes(key, value) == wanted, key << "=" << value);
}

std::string refused(std::string_view key, std::string_view value, filter_reading how = filter_reading::strict) {
  url_filter f(resources(), office);
  const auto added = f.add({"~", std::string(key), std::string(value)}, how);
  if (added) return "accepted";
  const auto code = added.error().code;
  BOOST_TEST((code == error::bad_filter || (how != filter_reading::strict && code == error::bad_request)));
  BOOST_TEST(f.empty());
  return added.error().text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(equality) {
  check("~.name", "North Office", true);
  check("~.name", "north office", false);
  check("~.name", "South,North Office", true);
  check("~.name__ne", "South,North Office", false);
  check("~.name__ne", "South", true);
  check("office.name", "North Office", true);
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
  check("~.name__belongs", "North Offic?", false);  // only * is a wildcard there
  check("~.name", "North*", false);
  check("~.name", "North*,x", true);  // several values are looked for as belongs does
  check("~.name__ne", "North*,x", false);
  check("~.name__like", "100%,n_rth*", false);
  check("~.year__like", "19*", true);
  check("~.seen__like", "2024-03-01 08*", true);
  check("~.price__like", "9.9?", true);
  check("~.name__like", "NONE", false);
}

BOOST_AUTO_TEST_CASE(lists) {
  check("~.tags__contains", "red", true);
  check("~.tags__contains", "red,blue", true);
  check("~.tags__contains", "red,green", false);
  check("~.tags__anyof", "red,green", true);
  check("~.tags__anyof", "green", false);
  check("~.tags__typeof", "red,blue", true);
  check("~.tags__typeof", "red,green", false);
  // The others compare the list as a whole.
  check("~.tags", "red", false);
  check("~.tags", "red,blue", true);
  check("~.tags", "blue,red", false);
  check("~.tags__ne", "green", true);
  check("~.tags__ne", "red,blue", false);
  check("~.tags__belongs", "red,blue", false);
  check("~.tags!", "red", true);
  check("~.codes__contains", "1,2", true);
  check("~.codes__anyof", "3", false);
  check("~.codes", "1,2", true);
  auto one = north();
  one.fields[8] = std::vector<std::string>{"red"};
  BOOST_TEST(passes("~.tags__belongs", "red,blue", one));
  BOOST_TEST(passes("~.tags", "red", one));
  one.fields[8] = std::vector<std::string>{};
  BOOST_TEST(passes("~.tags", "NONE", one));
  BOOST_TEST(!passes("~.tags__ne", "red", one));
  BOOST_TEST(!passes("~.tags__contains", "red", one));
}

BOOST_AUTO_TEST_CASE(null_matches_none_only) {
  check("~.comments", "NONE", true);
  check("~.comments", "\"NONE\"", false);
  check("~.comments", "", false);
  check("~.comments__ne", "NONE", false);
  check("~.comments__ne", "x", false);
  check("~.comments__ne", "x,y", false);
  check("~.name__ne", "x,NONE", true);
  check("~.comments__ne", "x,NONE", false);
  check("~.comments", "x,NONE", true);
  check("~.name!", "NONE", true);
  check("~.comments!", "NONE", false);
  check("~.year__lt!", "NONE", false);
  check("~.year__lt", "NONE,2000", true);
  check("~.comments__contains", "NONE", false);
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
  check("~.name|~.tags__anyof!", "red", false);
}

BOOST_AUTO_TEST_CASE(what_every_record_has) {
  check("~.uid", "urn:uuid:1", true);
  check("~.uuid__belongs", "urn:uuid:0,urn:uuid:1", true);
  check("~.modified_on__ge", "2024-03-05T17:42:10", true);
  check("~.modified_on__lt", "2024-03-05T17:42:10Z", false);
  check("~.mci", "1", true);
  check("~.deleted", "False", true);
  check("~.created_on", "NONE", true);
  check("~.id", "7", true);
  check("~.id__belongs", "1,7", true);
  check("~.id", "8", false);
  check("~.organisation_id", "17", true);
  check("~.organisation_id__belongs", "1,17", true);
  check("~.organisation_id__ne", "17", false);
  check("~.organisation_id$uid", "urn:uuid:aa", true);
  check("~.organisation_id$uuid__ne", "urn:uuid:aa", false);
  BOOST_TEST(!passes("~.organisation_id$uid", "urn:uuid:aa", empty()));
}

// Its keys are gone, as in an Eden; all else is still there.
BOOST_AUTO_TEST_CASE(a_deleted_record_refers_to_nothing) {
  auto r = north();
  r.version.deleted = true;
  BOOST_TEST(passes("~.name", "North Office", r));
  BOOST_TEST(passes("~.deleted", "True", r));
  BOOST_TEST(!passes("~.organisation_id", "17", r));
  BOOST_TEST(passes("~.organisation_id", "NONE", r));
  BOOST_TEST(!passes("~.organisation_id$uid", "urn:uuid:aa", r));
}

BOOST_AUTO_TEST_CASE(in_a_request_an_eden_makes_of_it_what_it_can) {
  const auto eden = [](std::string_view key, std::string_view value) {
    return passes(key, value, north(), filter_reading::as_eden);
  };
  BOOST_TEST(!eden("~.organisation_id", "x"));  // no record has this number
  BOOST_TEST(!eden("~.obsolete", "yes"));
  BOOST_TEST(eden("~.obsolete", "F"));
  BOOST_TEST(eden("~.nosuch|~.name", "North Office"));  // what is not understood is no alternative
  BOOST_TEST(!eden("~.name|~.nosuch!", "North Office"));
  BOOST_TEST(refused("~.nosuch|~.neither", "x", filter_reading::as_eden) != "accepted");
  BOOST_TEST(refused("~.year", "x", filter_reading::as_eden) != "accepted");
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
  says(refused("~.(event)", "1"), "contexts");
  says(refused("(event)$name", "1"), "contexts");
  says(refused("$filter", "~.name eq 1"), "expressions");
  says(refused("_x.name", "1"), "begins with _");
  says(refused("~.organisation_id$nosuch", "x"), "no such field: nosuch in org_organisation");
  says(refused("~.name$x", "x"), "no such reference: name");
  says(refused("~.organisation_id$", "x"), "a name is missing");
  says(refused("contact.value", "x"), "no such component: contact");
  says(refused("org_office.name", "x"), "~.FIELD");
  says(refused("pr_contact.value", "x"), "no such table: pr_contact");
  says(refused("org_organisation.name", "x"), "nothing refers to this table");
  says(refused("seat:org_organisation.name", "x"), "nothing refers to this table");
  says(refused("~.organisation_id", "x"), "does not fit");
  says(refused("~.secret", "x"), "cannot be looked at");
  says(refused("~.year", "x"), "does not fit the field: x");
  says(refused("~.year", ""), "does not fit");
  says(refused("~.height", "nan"), "does not fit");
  says(refused("~.obsolete", "maybe"), "does not fit");
  says(refused("~.obsolete__like", "1*"), "operator does not fit");
  says(refused("~.year__contains", "1"), "operator does not fit");
  says(refused("~.tags__lt", "x"), "operator does not fit");
  says(refused("~.seen__lt", "NOW"), "does not fit");  // nobody told the time
  says(refused("~.name|~.nosuch", "x"), "nosuch");
}

}  // namespace edensync
