#include "edensync/site/lease.hpp"

#include <boost/test/unit_test.hpp>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct lease_fixture : one_site {
  lease_fixture() : one_site("here", 1, memory::manual_clock(second(0))) {}
  std::optional<lease> now() { return store.snapshot().get_lease(5); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site_lease, lease_fixture)

BOOST_AUTO_TEST_CASE(one_holds_it_at_a_time) {
  held_lease<parts> one(self, 5), other(self, 5), elsewhere(self, 6);
  BOOST_TEST(one.take().has_value());
  BOOST_TEST((other.take().error().code == error::busy));
  BOOST_TEST(elsewhere.take().has_value());
  BOOST_TEST(one.take().has_value());
  one.release();
  BOOST_TEST(other.take().has_value());
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_holder_or_its_term) {
  {
    held_lease<parts> one(self, 5);
    BOOST_TEST(one.take().has_value());
  }
  held_lease<parts> two(self, 5), three(self, 5);
  BOOST_TEST(two.take().has_value());
  clock.advance(held_lease<parts>::term - 1);
  BOOST_TEST(three.take().has_error());
  clock.advance(1);
  BOOST_TEST(three.take().has_value());
  // The old holder finds out, and does not take it away again.
  BOOST_TEST((two.keep().error().code == error::busy));
  const auto fence = now()->fence;
  two.release();
  BOOST_TEST((now()->expires > second(held_lease<parts>::term)));
  BOOST_TEST(now()->fence == fence);
}

BOOST_AUTO_TEST_CASE(keeping_it_makes_it_last) {
  held_lease<parts> one(self, 5), other(self, 5);
  one.take().value();
  const auto before = store.operations();
  BOOST_TEST(one.keep().has_value());
  // Not every time: that would be a transaction for each record.
  BOOST_TEST(store.operations() == before);
  for (int i = 0; i < 20; ++i) {
    clock.advance(held_lease<parts>::term / 2);
    BOOST_TEST(one.keep().has_value());
  }
  BOOST_TEST(other.take().has_error());
}

BOOST_AUTO_TEST_CASE(the_fence_grows_with_every_holder) {
  std::uint64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    held_lease<parts> l(self, 5);
    l.take().value();
    BOOST_TEST(now()->fence > last);
    last = now()->fence;
  }
}

BOOST_AUTO_TEST_CASE(a_commit_that_counts_asks_first) {
  held_lease<parts> one(self, 5), other(self, 5);
  one.take().value();
  BOOST_TEST(self.ledger([&](auto& t) { one.check(t); }).has_value());
  clock.advance(held_lease<parts>::term);
  // Expired, but nobody has taken it: what was begun can be finished.
  BOOST_TEST(self.ledger([&](auto& t) { one.check(t); }).has_value());
  other.take().value();
  BOOST_TEST((self.ledger([&](auto& t) { one.check(t); }).error().code == error::busy));
}

BOOST_AUTO_TEST_SUITE_END()
