#include "edensync/memory/store.hpp"

#include "edensync/memory/parts.hpp"
#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>

using namespace edensync;
namespace sample = laws::sample;

static_assert(record_store<memory::store>);
static_assert(record_transaction<memory::transaction>);

namespace {

struct memory_factory {
  static constexpr bool serves_while_writing = true;
  memory::store make(std::shared_ptr<const schema> resources) { return memory::store(std::move(resources)); }
  memory::store another(const memory::store& s) { return s; }
};

void say(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_store)

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_record_store) {
  memory_factory f;
  laws::record_store(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_site_ledger) {
  memory_factory f;
  laws::site_ledger(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_several_readers_and_writers) {
  memory_factory f;
  laws::concurrency(f, say);
}

BOOST_AUTO_TEST_CASE(a_second_transaction_waits_and_gives_up) {
  memory::store store(*sample::make_schema());
  store.set_patience(std::chrono::milliseconds(1));
  std::optional first(store.begin({}));
  BOOST_TEST(laws::fails_with(error::store_locked, [&] { (void)store.begin({}); }));
  first.reset();
  auto second = store.begin({});
  auto moved = std::move(second);
  moved.commit();
  (void)store.begin({});
}

BOOST_AUTO_TEST_CASE(trying_to_begin_does_not_wait) {
  memory::store store(laws::sample::make_schema());
  store.set_patience(std::chrono::hours(1));
  {
    auto open = store.begin({});
    BOOST_TEST(!store.try_begin({}).has_value());
  }
  auto t = store.try_begin({});
  BOOST_TEST_REQUIRE(t.has_value());
  t->set_setting("a", "b");
  t->commit();
  BOOST_TEST(store.snapshot().setting("a").value() == "b");
}

// Fails at each operation in turn: whatever fails before the commit takes effect leaves no trace, and what fails after
// it is there.
BOOST_AUTO_TEST_CASE(a_crash_loses_the_transaction_or_nothing) {
  std::uint64_t failures = 0;
  for (mock::each_failure failure; failure.again();) {
    memory::store store(sample::make_schema());
    laws::detail::put(store, "a", 0, 0);
    bool failed = false;
    try {
      failure.during(store, [&] {
        auto t = store.begin(sample::at_second(1));
        sample::add(t, sample::make_site("b"));
        t.set_setting("k", "v");
        sample::change(t, t.find(sample::site, uid("urn:uuid:a"))->handle, sample::make_site("a2"));
        t.commit();
      });
    } catch (const failure_exception& e) {
      BOOST_TEST((e.why().code == error::store_failed));
      failed = true;
      ++failures;
    }
    const auto names = sample::changed(store.snapshot());
    const bool all = names == std::vector<std::string>{"b", "a2"} && store.snapshot().setting("k") == "v";
    const bool nothing = names == std::vector<std::string>{"a"} && !store.snapshot().setting("k");
    BOOST_TEST((all || nothing));
    BOOST_TEST((failed || all));
    laws::detail::put(store, "c", 2, 2);
  }
  BOOST_TEST(failures > 5u);
}

BOOST_AUTO_TEST_CASE(parts_are_deterministic) {
  memory::parts::uid_source one(7), two(7), other(8);
  auto shared = one;
  const uid first = one.make();
  BOOST_TEST(first.text().size() == 45u);
  BOOST_TEST(first.is_urn());
  BOOST_TEST((first == two.make()));
  BOOST_TEST((first != other.make()));
  BOOST_TEST((shared.make() == two.make()));
  memory::parts::clock clock(timestamp{5});
  auto same = clock;
  clock.advance(2);
  BOOST_TEST(same.now().seconds == 7);
  same.set({1});
  BOOST_TEST(clock.now().seconds == 1);
}

BOOST_AUTO_TEST_SUITE_END()
