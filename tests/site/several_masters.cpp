// What an application and two sites do with components that masters of several resources share.
#include "edensync/site/site.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/entities.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

struct entity_site {
  memory::manual_clock clock;
  memory::store store;
  memory::counting_uid_source uids;
  test_site self;

  entity_site(std::string epoch, std::uint64_t seed, memory::manual_clock c)
      : clock(std::move(c)), store(entities(), std::move(epoch)), uids(seed), self(store, entities(), clock, uids) {}

  template <class... Records>
  void put(Records... records) {
    self.write([&](auto& w) { (w.put(std::move(records)), ...); }).value();
  }
  // A person and an organisation, each the first of its kind, each with a contact.
  void put_both() {
    put(entity(persons, "p"), entity(bodies, "o"), part_of(contacts, "pc", persons, "p"),
        part_of(contacts, "oc", bodies, "o"));
  }
  lines all() { return entity_lines(store.snapshot()); }
  sequence_number place(resource_id r, std::string_view name) {
    return store.snapshot().find(r, id_of(name))->sequence;
  }
};

struct several_masters_fixture : entity_site {
  several_masters_fixture() : entity_site("here", 1, memory::manual_clock(second(0))) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site_several_masters, several_masters_fixture)

BOOST_AUTO_TEST_CASE(a_component_is_put_under_the_master_that_it_names) {
  put(entity(bodies, "o"));
  put(entity(persons, "p"));
  const auto before = place(bodies, "o");
  put(part_of(contacts, "pc", persons, "p"));
  // Its master, and no other, is at the end of the change order.
  BOOST_TEST(place(bodies, "o") == before);
  BOOST_TEST(place(persons, "p") == store.snapshot().sequence());
  BOOST_TEST(all() == (lines{"org_organisation o", "pr_contact pc ->pr_person p", "pr_person p"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_master_is_found_by_its_uid_alone) {
  put(entity(persons, "p"), entity(bodies, "o"), part_of(contacts, "oc", no_resource, "o"));
  BOOST_TEST(all() == (lines{"org_organisation o", "pr_contact oc ->org_organisation o", "pr_person p"}),
             boost::test_tools::per_element());
  const auto refused = [&](record r) {
    const auto done = self.write([&](auto& w) { w.put(std::move(r)); });
    return done ? std::string() : done.error().text();
  };
  BOOST_TEST(refused(part_of(contacts, "x", no_resource, "nobody")).find("nobody") != std::string::npos);
  put(entity(teams, "o"));
  BOOST_TEST(refused(part_of(contacts, "x", no_resource, "o")).find("in several resources") != std::string::npos);
  put(entity(places, "place"));
  BOOST_TEST(refused(part_of(contacts, "x", places, "place")).find("pe_id") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_master_takes_along_its_own_components) {
  put_both();
  self.write([](auto& w) { w.erase(bodies, id_of("o")); }).value();
  BOOST_TEST(all() == (lines{"org_organisation o deleted", "pr_contact oc ->org_organisation o deleted",
                             "pr_contact pc ->pr_person p", "pr_person p"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_merge_moves_its_own_components) {
  put_both();
  put(entity(bodies, "q"));
  self.write([](auto& w) { w.merge(bodies, id_of("q"), id_of("o")); }).value();
  BOOST_TEST(all() == (lines{"org_organisation o into q", "org_organisation q", "pr_contact oc ->org_organisation q",
                             "pr_contact pc ->pr_person p", "pr_person p"}),
             boost::test_tools::per_element());
}

// What a peer refused is sent again inside its own master.
BOOST_AUTO_TEST_CASE(only_the_own_master_is_brought_again) {
  entity_site there("there", 2, clock);
  passive_site<parts> answering(there.self, {.authenticate = {}, .accept_pushes = true});
  memory::loopback line([&](const request_head& asked) { return answering.handle(asked); });
  put_both();
  const auto peer = self.put(repository{.name = "There", .url = "http://there.example.org/eden"}).value();
  const auto task = self.put(sync_task{.repository = peer, .resource = "pr_person"}).value();
  const auto run = [&] {
    active_site<parts> calling(self);
    const auto op = calling.synchronize_with(peer);
    line.run(*op);
    BOOST_TEST(op->report().ok());
  };
  run();
  const auto body = place(bodies, "o"), person = place(persons, "p");
  quarantine_entry refused;
  refused.repository = peer;
  refused.task = task;
  refused.resource = "pr_contact";
  refused.uuid = id_of("pc");
  refused.reason = refusal_reason::refused_by_peer;
  auto t = store.begin(self.context());
  t.add_quarantine(refused);
  t.commit();
  run();
  BOOST_TEST(place(bodies, "o") == body);
  BOOST_TEST(place(persons, "p") > person);
}

// The records have other handles at the other site: only what a reference names can lead to its master there.
BOOST_AUTO_TEST_CASE(two_sites_agree_on_whose_a_component_is) {
  entity_site there("there", 2, clock);
  there.put(entity(persons, "other"));
  put_both();
  passive_site<parts> answering(self, {.authenticate = {}, .accept_pushes = true});
  memory::loopback line([&](const request_head& asked) { return answering.handle(asked); });
  const auto peer = there.self.put(repository{.name = "Here", .url = "http://here.example.org/eden"}).value();
  const auto add_task = [&](std::string resource) {
    there.self.put(sync_task{.repository = peer, .resource = std::move(resource)}).value();
  };
  const auto run = [&] {
    active_site<parts> calling(there.self);
    const auto op = calling.synchronize_with(peer);
    line.run(*op);
    BOOST_TEST(op->report().ok());
  };
  add_task("org_organisation");
  run();
  BOOST_TEST(there.all() == (lines{"org_organisation o", "pr_contact oc ->org_organisation o", "pr_person other"}),
             boost::test_tools::per_element());
  add_task("pr_person");
  run();
  BOOST_TEST(there.all() == (lines{"org_organisation o", "pr_contact oc ->org_organisation o",
                                   "pr_contact pc ->pr_person p", "pr_person other", "pr_person p"}),
             boost::test_tools::per_element());
  BOOST_TEST(all() == there.all(), boost::test_tools::per_element());
  // A move to a master of the other resource travels as well.
  clock.advance(10);
  self.write([](auto& w) { w.put(part_of(contacts, "oc", persons, "p")); }).value();
  run();
  BOOST_TEST(all() == there.all(), boost::test_tools::per_element());
  BOOST_TEST(exported(there.store.snapshot(), persons) == "other p(pc oc)");
}

BOOST_AUTO_TEST_SUITE_END()
