// An import into a file in which masters of several tables have the same ids.
#include "edensync/sqlite/store.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/entities.hpp"
#include "support/temporary_folder.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(sqlite_several_masters)

BOOST_AUTO_TEST_CASE(components_stay_with_their_masters) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), entities()).value();
  const auto parts = [&] {
    auto all = entity_lines(store.snapshot());
    std::erase_if(all, [](const std::string& line) { return !line.starts_with("pr_contact"); });
    return all;
  };
  take(store, contacts, {an_entity("pr_contact", "late").ref("pe_id", "org_organisation", "o")});
  take(store, persons,
       {an_entity("pr_person", "p").with(an_entity("pr_contact", "pc")),
        an_entity("org_organisation", "o").with(an_entity("pr_contact", "oc"))});
  BOOST_TEST(parts() == (lines{"pr_contact late ->org_organisation o", "pr_contact oc ->org_organisation o",
                               "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
  BOOST_TEST(exported(store.snapshot(), persons) == "p(pc)");
  BOOST_TEST(exported(store.snapshot(), bodies) == "o(late oc)");
  take(store, bodies, {an_entity("org_organisation", "q"), element("org_organisation", "o").at(5).into("q")});
  BOOST_TEST(parts() == (lines{"pr_contact late ->org_organisation q", "pr_contact oc ->org_organisation q",
                               "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
  take(store, bodies, {element("org_organisation", "q").at(9).deleted()});
  BOOST_TEST(parts() == (lines{"pr_contact late ->org_organisation q deleted",
                               "pr_contact oc ->org_organisation q deleted", "pr_contact pc ->pr_person p"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
