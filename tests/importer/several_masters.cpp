// Components whose key may point to masters of several resources, which are called the same in the store.
#include "edensync/importer/importer.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/entities.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

struct several_masters_fixture {
  memory::store store{entities()};

  import_report take(resource_id master, const std::vector<element>& all) { return test::take(store, master, all); }
  lines all() { return entity_lines(store.snapshot()); }
  lines parts() {
    auto some = all();
    std::erase_if(some, [](const std::string& line) {
      return !line.starts_with("pr_contact") && !line.starts_with("pr_portrait");
    });
    return some;
  }
  std::string exports(resource_id masters) { return exported(store.snapshot(), masters); }

  // A person and an organisation, each the first of its kind, each with a contact.
  void both() {
    take(persons, {an_entity("pr_person", "p").with(an_entity("pr_contact", "pc")),
                   an_entity("org_organisation", "o").with(an_entity("pr_contact", "oc"))});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_several_masters, several_masters_fixture)

BOOST_AUTO_TEST_CASE(a_component_belongs_to_the_master_around_it) {
  both();
  BOOST_TEST(parts() == (lines{"pr_contact oc ->org_organisation o", "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
  BOOST_TEST(exports(persons) == "p(pc)");
  BOOST_TEST(exports(bodies) == "o(oc)");
  BOOST_TEST(exports(contacts) == "pc oc p o");
}

BOOST_AUTO_TEST_CASE(also_where_no_record_of_the_first_resource_is) {
  const auto report = take(bodies, {an_entity("org_organisation", "o").with(an_entity("pr_contact", "oc"))});
  BOOST_TEST(report.total.quarantined == 0u);
  BOOST_TEST(parts() == lines{"pr_contact oc ->org_organisation o"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reference_says_to_which_of_them_it_points) {
  take(persons, {an_entity("pr_person", "p")});
  const auto report = take(contacts, {an_entity("pr_contact", "a").ref("pe_id", "pr_person", "p"),
                                      an_entity("pr_contact", "b").ref("pe_id", "pr_pentity", "p"),
                                      an_entity("pr_contact", "c").ref("pe_id", "gis_place", "p"),
                                      an_entity("pr_contact", "d").ref("pe_id", "pr_group", "p")});
  // The super-entity itself and what is not in the schema say nothing; what is, and is no part of it, is wrong.
  BOOST_TEST(parts() == (lines{"pr_contact a ->pr_person p", "pr_contact b", "pr_contact d"}),
             boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(report.refused.size() == 1u);
  BOOST_TEST(report.refused[0].message == "pe_id: does not refer to a record by its uuid");
  BOOST_TEST(exports(persons) == "p(a)");
}

BOOST_AUTO_TEST_CASE(what_comes_later_is_waited_for_in_its_own_resource) {
  take(contacts, {an_entity("pr_contact", "a").ref("pe_id", "org_organisation", "o"),
                  an_entity("pr_contact", "b").ref("pe_id", "pr_team", "t")});
  take(persons, {an_entity("pr_person", "o"), an_entity("pr_person", "t")});  // the same uids, but not what is meant
  BOOST_TEST(parts() == (lines{"pr_contact a", "pr_contact b"}), boost::test_tools::per_element());
  const auto before = store.snapshot().sequence();
  take(bodies, {an_entity("org_organisation", "o"), an_entity("pr_team", "t")});
  BOOST_TEST(parts() == (lines{"pr_contact a ->org_organisation o", "pr_contact b ->pr_team t"}),
             boost::test_tools::per_element());
  BOOST_TEST(store.snapshot().find(persons, id_of("o"))->sequence <= before);
  BOOST_TEST(exports(bodies) == "o(a)");
}

BOOST_AUTO_TEST_CASE(a_deletion_takes_along_its_own_components) {
  both();
  take(bodies, {element("org_organisation", "o").at(5).deleted()});
  BOOST_TEST(parts() == (lines{"pr_contact oc ->org_organisation o deleted", "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
  // One that comes later goes with it as well; what points to a record that is no master of it does not.
  take(teams, {an_entity("pr_team", "t")});
  take(teams, {element("pr_team", "t").at(5).deleted()});
  take(contacts, {an_entity("pr_contact", "late").ref("pe_id", "org_organisation", "o"),
                  an_entity("pr_contact", "free").ref("pe_id", "pr_team", "t")});
  BOOST_TEST(parts() == (lines{"pr_contact free ->pr_team t", "pr_contact late ->org_organisation o deleted",
                               "pr_contact oc ->org_organisation o deleted", "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_merge_moves_its_own_components) {
  both();
  take(bodies, {an_entity("org_organisation", "q"), element("org_organisation", "o").at(5).into("q")});
  BOOST_TEST(parts() == (lines{"pr_contact oc ->org_organisation q", "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
  // Also one that comes later.
  take(contacts, {an_entity("pr_contact", "late").ref("pe_id", "org_organisation", "o")});
  BOOST_TEST(exports(bodies) == "o q(oc late)");
}

BOOST_AUTO_TEST_CASE(the_only_component_of_a_kind_is_looked_for_under_its_own_master) {
  take(persons, {an_entity("pr_person", "p").with(an_entity("pr_portrait", "pp")),
                 an_entity("org_organisation", "o").with(an_entity("pr_portrait", "op"))});
  BOOST_TEST(parts() == (lines{"pr_portrait op ->org_organisation o", "pr_portrait pp ->pr_person p"}),
             boost::test_tools::per_element());
  const auto report = take(bodies, {an_entity("org_organisation", "o", 1).with(an_entity("pr_portrait", "other", 1))});
  BOOST_TEST(report.by_resource.at(portraits).updated == 1u);
  BOOST_TEST(parts() == (lines{"pr_portrait op ->org_organisation o", "pr_portrait pp ->pr_person p"}),
             boost::test_tools::per_element());
}

// Two sites moved the component in the same second: whichever version both had, they end with the same.
BOOST_AUTO_TEST_CASE(the_resource_counts_when_contents_are_compared) {
  const std::vector<element> masters{an_entity("pr_person", "m"), an_entity("org_organisation", "m")};
  const std::vector<element> to_person{an_entity("pr_contact", "c").ref("pe_id", "pr_person", "m")};
  const std::vector<element> to_body{an_entity("pr_contact", "c").ref("pe_id", "org_organisation", "m")};
  lines ends;
  for (const bool person_first : {true, false}) {
    memory::store here(entities());
    test::take(here, persons, masters);
    test::take(here, contacts, person_first ? to_person : to_body, true);
    test::take(here, contacts, person_first ? to_body : to_person, true);
    for (const auto& line : entity_lines(here.snapshot()))
      if (line.starts_with("pr_contact")) ends.push_back(line);
  }
  BOOST_TEST(ends == (lines{"pr_contact c ->pr_person m", "pr_contact c ->pr_person m"}),
             boost::test_tools::per_element());
}

// An Eden that deletes an organisation has none of its offices left; what is told of them comes as their own deletions.
BOOST_AUTO_TEST_CASE(a_component_that_is_something_by_itself_does_not_go_with_its_master) {
  constexpr std::array<std::string_view, 2> fields{
      R"(<fields resource="org_organisation"><field name="name" type="string"/></fields>)",
      R"(<fields resource="org_office"><field name="organisation_id" type="reference org_organisation"/></fields>)"};
  const auto read = [&](std::string_view super) {
    return read_schema<expat::event_source>(
               fields, R"({"org_organisation": {"components": [{"alias": "office", "table": "org_office",)"
                       R"( "fkey": "organisation_id", "multiple": true}]}, "org_office": {"super_entity": )" +
                           std::string(super) + "}}")
        .value();
  };
  for (const bool by_itself : {true, false}) {
    const auto s = read(by_itself ? R"("org_site")" : "null");
    BOOST_TEST(s[s.find("org_organisation")].components().front().goes_along != by_itself);
    memory::store store(s);
    const auto take = [&](std::string_view text) {
      import_options o;
      o.origin = 1;
      o.master = s.find("org_organisation");
      o.now = [] { return timestamp{1000}; };
      importer<memory::store, expat::event_source> i(store, s, std::move(o));
      i.start().value();
      i.feed(text).value();
      i.finish().value();
    };
    take(R"(<s3xml><resource name="org_organisation" uuid="urn:uuid:o" modified_on="2026-01-01T00:00:00">)"
         R"(<data field="name">O</data><resource name="org_office" uuid="urn:uuid:f")"
         R"( modified_on="2026-01-01T00:00:00"/></resource></s3xml>)");
    take(R"(<s3xml><resource name="org_organisation" uuid="urn:uuid:o" deleted="True")"
         R"( modified_on="2026-02-01T00:00:00"/></s3xml>)");
    const auto office = store.snapshot().find(s.find("org_office"), uid("urn:uuid:f"));
    BOOST_TEST_REQUIRE(office.has_value());
    BOOST_TEST(office->version.deleted != by_itself);
  }
}

BOOST_AUTO_TEST_SUITE_END()
