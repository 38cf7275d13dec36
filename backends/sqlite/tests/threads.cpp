// One store, several threads: readers are never blocked and see whole transactions only.
#include "edensync/sqlite/store.hpp"

#include "edensync/laws/change_feed.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;
namespace sample = laws::sample;

BOOST_AUTO_TEST_SUITE(sqlite_threads)

BOOST_AUTO_TEST_CASE(readers_see_whole_transactions_while_others_write) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema()).value();
  constexpr int transactions = 40;
  constexpr std::size_t each = 5;
  std::atomic<int> writing = 2;
  std::atomic<int> torn = 0, reads = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int w = 0; w < 2; ++w)
    threads.emplace_back([&, w] {
      try {
        for (int n = 0; n < transactions; ++n) {
          auto t = store.begin(sample::at_second(n));
          for (std::size_t i = 0; i < each; ++i)
            (void)t.insert(sample::make_site(std::to_string(w) + "-" + std::to_string(n) + "-" + std::to_string(i)));
          t.commit();
        }
      } catch (const failure_exception&) {
        ++failed;
      }
      --writing;
    });
  for (int r = 0; r < 3; ++r)
    threads.emplace_back([&, r] {
      try {
        do {
          auto now = r == 0 ? store.serve() : store.snapshot();
          std::size_t n = 0;
          auto all = now.changes({.resource = sample::site, .since = {}});
          for (stored_record each_record; all.next(each_record);) ++n;
          if (n % each != 0 || now.sequence() != n) ++torn;
          ++reads;
        } while (writing != 0);
      } catch (const failure_exception&) {
        ++failed;
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(torn == 0);
  BOOST_TEST(failed == 0);
  BOOST_TEST(reads >= 3);
  BOOST_TEST(store.snapshot().sequence() == 2u * transactions * each);
}

BOOST_AUTO_TEST_CASE(statements_are_counted) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema()).value();
  const auto during = [&store](auto work) {
    const std::uint64_t before = store.statements();
    work();
    return store.statements() - before;
  };
  laws::detail::put(store, "a", 0, 0);
  const auto nothing = during([&] { (void)store.snapshot(); });
  // Begin, the state, and the end; a served snapshot whose youngest record was noted before costs no more.
  BOOST_TEST(nothing == 3u);
  (void)store.serve();
  BOOST_TEST(during([&] { (void)store.serve(); }) == nothing);
  BOOST_TEST(during([&] { (void)store.snapshot().find(sample::site, uid("urn:uuid:a")); }) == nothing + 1);
  for (int n = 0; n < 50; ++n) laws::detail::put(store, "r" + std::to_string(n), n, n);
  // However much is stored, a query for changes of which there are none looks for the place and finds nothing behind it.
  BOOST_TEST(during([&] { (void)sample::changed(store.snapshot(), laws::detail::since(1000)); }) <= nothing + 2);
}

BOOST_AUTO_TEST_SUITE_END()
