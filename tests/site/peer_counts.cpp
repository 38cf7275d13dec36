// What the receiver of a push did, as the sender is told it.
#include <boost/test/unit_test.hpp>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

BOOST_AUTO_TEST_SUITE(peer_counts)

// Eden's lists of identifiers hold masters only, and as updated also those that were kept as they were.
BOOST_AUTO_TEST_CASE(an_edensync_site_counts_what_it_wrote) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::push, .update = policy_name::keep_local});
  for (const auto* name : {"a", "b", "c"}) w.field.put(an(name));
  w.field.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("a")}}).value();
  const auto first = w.run();
  BOOST_TEST_REQUIRE(first.transfers.at(0).peer_counts.has_value());
  BOOST_TEST((*first.transfers[0].peer_counts == record_counts{.received = 4, .created = 4}));
  w.clock.advance(10);
  w.field.put(an("b", "1"));
  const auto second = w.run();
  BOOST_TEST(second.transfers.at(0).peer_updated == 3u);
  BOOST_TEST((*second.transfers[0].peer_counts == record_counts{.received = 4, .updated = 1, .unchanged = 3}));
}

BOOST_AUTO_TEST_CASE(an_eden_is_told_nothing_new_and_tells_nothing) {
  two_sites w(true);
  w.add_task({.resource = "org_office", .mode = sync_mode::push});
  w.field.put(an("a"));
  const auto r = w.run();
  BOOST_TEST(r.ok());
  BOOST_TEST(r.transfers.at(0).peer_created == 1u);
  BOOST_TEST(!r.transfers[0].peer_counts.has_value());
}

// Its administrator has told it so, and not this site's: here nobody else would know.
BOOST_AUTO_TEST_CASE(an_edensync_site_names_what_its_configuration_kept_out) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::push});
  w.field.put(an("a"));
  BOOST_TEST(w.run().ok());
  const auto there = w.base.self.repositories().value().at(0).id;
  sync_task own{.repository = there, .resource = "org_office", .allowed = {method::update}};
  own.id = w.base.self.put(own).value();
  w.clock.advance(10);
  w.field.put(an("b"));
  w.field.put(an("a", "1"));
  BOOST_TEST(w.run().ok());
  BOOST_TEST(
      last_line(w.field) ==
      "push/outgoing send warning (remote): data sent successfully (2 records)\n1 records were not taken, as the "
      "peer is configured:\n(UID: urn:uuid:b) org_office: the strategy does not allow it, only update");
  // What a policy keeps is as somebody there wants it.
  own.update = policy_name::keep_local;
  w.base.self.put(own).value();
  w.clock.advance(10);
  w.field.put(an("a", "2"));
  BOOST_TEST(w.run().ok());
  BOOST_TEST(last_line(w.field) ==
             "push/outgoing send success: data sent successfully (1 records)\n1 records were not taken, as the peer is "
             "configured:\n(UID: urn:uuid:a) org_office: the policy THIS keeps the local version");
  // So is a change that lost against one made there.
  own.update = policy_name::take_newer;
  w.base.self.put(own).value();
  w.field.put(an("a", "3"));
  w.clock.advance(10);
  w.base.put(an("a", "4"));
  BOOST_TEST(w.run().ok());
  BOOST_TEST(last_line(w.field).ends_with(
      "(UID: urn:uuid:a) org_office: both sides changed it and the conflict policy keeps the local version"));
}

BOOST_AUTO_TEST_SUITE_END()
