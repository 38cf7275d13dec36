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

BOOST_AUTO_TEST_SUITE_END()
