// The failing store is a store as long as nothing fails, and its parts fail where they are told to.
#include "edensync/mock/failing_store.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

using namespace edensync;

namespace {

using failing = mock::failing_store<memory::store>;
static_assert(record_store<failing>);

struct failing_factory {
  failing make(std::shared_ptr<const schema> resources) { return failing(memory::store(std::move(resources))); }
};

// Whatever is tried fails, however late.
void fail_for_ever(memory::fault_plan& plan) {
  mock::each_failure endless(3);
  const auto act = [&] {
    for (;;) plan.count();
  };
  while (endless.again()) BOOST_TEST(laws::fails_with(error::store_failed, [&] { endless.during(plan, act); }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mock_failing_store)

BOOST_AUTO_TEST_CASE(keeps_the_laws_when_nothing_fails) {
  failing_factory factory;
  const auto say = [](std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); };
  laws::record_store(factory, say);
  laws::site_ledger(factory, say);
}

BOOST_AUTO_TEST_CASE(a_loop_of_failures_ends_and_says_when_nothing_was_tried) {
  memory::fault_plan plan;
  std::uint64_t tries = 0;
  for (mock::each_failure failure; failure.again(); ++tries) {
    const bool failed = laws::fails_with(error::store_failed, [&] {
      failure.during(plan, [&] {
        for (int i = 0; i < 5; ++i) plan.count();
      });
    });
    BOOST_TEST(failed == failure.reached());
    BOOST_TEST(failed == (failure.number() <= 5));
  }
  BOOST_TEST(tries == 6u);
  mock::each_failure idle;
  BOOST_TEST(idle.again());
  BOOST_CHECK_THROW(idle.again(), std::logic_error);
  BOOST_CHECK_THROW(fail_for_ever(plan), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
