#include "edensync/schema/describe.hpp"

#include <boost/hana/equal.hpp>
#include <boost/hana/members.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/test/unit_test.hpp>

namespace {

struct place {
  BOOST_HANA_DEFINE_STRUCT(place, (edensync::uid, uuid), (std::string, name),
                           (std::optional<edensync::link<place>>, parent));
};

struct phone {
  BOOST_HANA_DEFINE_STRUCT(phone, (edensync::uid, uuid), (edensync::link<struct person>, person_id),
                           (std::string, number));
};

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (edensync::uid, uuid), (std::string, name), (std::optional<int>, age),
                           (std::optional<std::int64_t>, big), (std::optional<double>, height),
                           (std::optional<bool>, well), (std::optional<edensync::date>, born),
                           (std::optional<edensync::timestamp>, seen), (std::optional<edensync::time_of_day>, wakes),
                           (std::optional<edensync::long_text>, notes), (std::optional<edensync::decimal>, money),
                           (std::optional<edensync::json_text>, extra), (std::vector<std::string>, words),
                           (std::vector<std::int64_t>, numbers), (std::optional<edensync::link<place>>, home),
                           (std::vector<edensync::link<place>>, haunts));
};

// Gives a super-entity its name; nothing else is known of it.
struct entity;

struct team {
  BOOST_HANA_DEFINE_STRUCT(team, (edensync::uid, uuid), (std::string, name));
};

struct report {
  BOOST_HANA_DEFINE_STRUCT(report, (edensync::uid, uuid), (std::optional<edensync::link<entity>>, subject),
                           (std::optional<edensync::link<team>>, author));
};

}  // namespace

template <>
struct edensync::resource<entity> {
  static constexpr std::string_view name = "pr_pentity";
};
template <>
struct edensync::resource<team> {
  static constexpr std::string_view name = "pr_team";
  static constexpr std::array<std::string_view, 1> super_entities{"pr_pentity"};
  static constexpr edensync::duplicate_rule duplicates{.ignore_deleted = true};
};
template <>
struct edensync::resource<report> {
  static constexpr std::string_view name = "pr_report";
};
template <>
struct edensync::resource<place> {
  static constexpr std::string_view name = "gis_place";
  static constexpr std::string_view hierarchy = "parent";
};
template <>
struct edensync::resource<phone> {
  static constexpr std::string_view name = "pr_phone";
};
template <>
struct edensync::resource<person> {
  static constexpr std::string_view name = "pr_person";
  static constexpr std::array<std::string_view, 1> unique{"name"};
  static constexpr std::array<component_descriptor, 1> components{{{"pr_phone", "", "person_id", true}}};
  static constexpr std::array<std::string_view, 1> super_entities{"pr_pentity"};
};

BOOST_AUTO_TEST_SUITE(describe)

BOOST_AUTO_TEST_CASE(members_become_field_descriptors_in_their_order) {
  constexpr auto d = edensync::descriptor_of<person>();
  static_assert(d.fields.size() == 15);
  static_assert(d.fields[0].name == "name" && d.fields[0].mandatory && d.fields[0].unique);
  static_assert(d.fields[1].type == edensync::field_type::integer && !d.fields[1].mandatory);
  static_assert(d.fields[2].type == edensync::field_type::bigint);
  static_assert(d.fields[8].type == edensync::field_type::text);
  static_assert(d.fields[11].type == edensync::field_type::list_string && !d.fields[11].mandatory);
  static_assert(d.fields[13].target == "gis_place");
  BOOST_TEST(d.fields[14].name == "haunts");
}

BOOST_AUTO_TEST_CASE(names_are_resolved) {
  const auto s = edensync::describe<place, phone, person>().value();
  const auto& p = s[s.find("pr_person")];
  BOOST_TEST(p.target(13) == s.find("gis_place"));
  BOOST_REQUIRE(p.components().size() == 1u);
  BOOST_TEST(p.components()[0].alias == "phone");
  BOOST_TEST(s[s.find("pr_phone")].masters()[0].resource == p.id());
  BOOST_TEST(s[s.find("gis_place")].hierarchy().value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_member_may_point_to_any_part_of_a_super_entity) {
  const auto s = edensync::describe<team, report, place, phone, person>().value();
  const auto& r = s[s.find("pr_report")];
  BOOST_REQUIRE(r.targets(0).size() == 2u);
  BOOST_TEST(r.targets(0)[0] == s.find("pr_person"));
  BOOST_TEST(r.targets(0)[1] == s.find("pr_team"));
  const report a{edensync::uid("urn:uuid:1"), edensync::link<entity>{edensync::uid("urn:uuid:2")},
                 edensync::link<team>{edensync::uid("urn:uuid:3")}};
  const auto made = edensync::to_record(s, a);
  // A uid alone does not tell of which resource it is, unless there is only one.
  BOOST_TEST(std::get<edensync::reference>(made.fields[0]).resource == edensync::no_resource);
  BOOST_TEST(std::get<edensync::reference>(made.fields[1]).resource == s.find("pr_team"));
  BOOST_TEST((edensync::from_record<report>(made).subject->target == edensync::uid("urn:uuid:2")));
}

BOOST_AUTO_TEST_CASE(a_struct_survives_the_way_through_a_record) {
  const auto s = edensync::describe<place, phone, person>().value();
  person a{};
  a.uuid = edensync::uid("urn:uuid:1");
  a.name = "Ängström";
  a.age = -3;
  a.big = INT64_MAX;
  a.well = false;
  a.born = edensync::parse_date("1987-06-05");
  a.words = {"one", ""};
  a.home = edensync::link<place>{edensync::uid("urn:uuid:2")};
  a.haunts = {{edensync::uid("urn:uuid:2")}, {edensync::uid("urn:uuid:3")}};
  const auto r = edensync::to_record(s, a);
  BOOST_TEST(edensync::is_null(r.fields[3]));
  BOOST_TEST(std::get<edensync::reference>(r.fields[13]).resource == s.find("gis_place"));
  const auto b = edensync::from_record<person>(r);
  BOOST_TEST((boost::hana::members(a) == boost::hana::members(b)));
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_refused) {
  const auto s = edensync::describe<place, phone, person>().value();
  auto r = edensync::to_record(s, person{});
  r.fields[1] = std::int64_t{1} << 40;
  BOOST_CHECK_THROW(edensync::from_record<person>(r), edensync::failure_exception);
}

BOOST_AUTO_TEST_CASE(a_contradiction_in_a_schema_is_named) {
  using namespace edensync;
  static constexpr std::array<field_descriptor, 1> f{{{"fk", field_type::reference, "x_y"}}};
  static constexpr std::array<component_descriptor, 1> c{{{"no_such", "", "fk", true}}};
  const std::array<resource_descriptor, 1> d{{{"a_b", f, c, {}}}};
  const auto s = schema::make(d);
  BOOST_REQUIRE(s.has_error());
  BOOST_TEST(s.error().text() ==
             "the schema cannot be read or contradicts itself: a_b: the component is not in the schema: no_such");
  const std::array<resource_descriptor, 1> users{{{"auth_user", f, {}, {}}}};
  BOOST_TEST(schema::make(users).has_error());
  static constexpr std::string_view nowhere[] = {"nowhere"};
  resource_descriptor e{"a_b", f};
  for (const duplicate_rule rule :
       {duplicate_rule{.primary = nowhere}, duplicate_rule{.primary = {}}, duplicate_rule{}}) {
    e.duplicates = rule;
    const auto wrong = schema::make(std::array{e});
    BOOST_REQUIRE(wrong.has_error());
    BOOST_TEST(wrong.error().text().find("rule for duplicates") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_for_duplicates_is_resolved) {
  const auto s = edensync::describe<team, report, place, phone, person>().value();
  const auto& rule = s[s.find("pr_team")].duplicates();
  BOOST_REQUIRE(rule.has_value());
  BOOST_TEST((rule->primary == std::vector<std::uint32_t>{0}));
  BOOST_TEST(rule->ignore_case);
  BOOST_TEST(rule->ignore_deleted);
  BOOST_TEST(!s[s.find("pr_report")].duplicates().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
