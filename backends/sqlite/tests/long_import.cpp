// A long import into a store that others write, too: each of them gets a turn inside a batch.
#include "edensync/importer/importer.hpp"

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/expat/event_source.hpp"
#include "edensync/sqlite/store.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "support/relief.hpp"
#include "support/temporary_folder.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// What `import_options::decide` does besides deciding; it is a plain function.
std::function<void()> at_each_decision;

decision watched(const decide_input& in) {
  at_each_decision();
  return standard::decide(in);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_long_import)

BOOST_AUTO_TEST_CASE(a_writer_that_waits_gets_its_turn_inside_a_batch) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), relief()).value();
  constexpr int records = 4000;
  std::vector<element> all;
  for (int i = 0; i < records; ++i) all.push_back(an_office("o" + std::to_string(i), 1));

  import_options o;
  o.origin = 7;
  o.master = offices;
  o.now = [] { return second(1000); };
  o.make_uid = [u = memory::counting_uid_source(1)]() mutable { return u.make(); };
  o.decide = &watched;
  BOOST_TEST_REQUIRE(o.batch_elements > static_cast<std::size_t>(records));

  std::atomic<int> decided = 0, decided_at_its_turn = -1;
  std::atomic<bool> failed = false;
  std::thread writer;
  at_each_decision = [&] {
    if (++decided != 10) return;
    writer = std::thread([&] {
      try {
        auto t = store.begin({second(1000), this_site});
        decided_at_its_turn = decided.load();
        record r;
        r.resource = offices;
        r.uuid = id_of("mine");
        r.version = {second(5), 0, false};
        r.fields.emplace_back(std::string("mine"));
        (void)t.insert(r);
        t.commit();
      } catch (const failure_exception&) {
        failed = true;
      }
    });
    while (!store.contended()) std::this_thread::yield();
  };
  importer<sqlite::store, expat::event_source> in(store, relief(), o);
  in.start().value();
  in.feed(document(all)).value();
  const auto report = in.finish().value();
  writer.join();
  at_each_decision = nullptr;

  BOOST_TEST(!failed);
  BOOST_TEST(decided_at_its_turn == static_cast<int>(o.least_records));
  BOOST_TEST(report.total.created == static_cast<std::uint64_t>(records));
  BOOST_TEST(report.batches == 2u);
  auto now = store.snapshot();
  BOOST_TEST(now.find(offices, id_of("mine")).has_value());
  BOOST_TEST(now.sequence() == static_cast<sequence_number>(records) + 1);
  // The writer's change stands between those of the import: after the part that was committed before it.
  BOOST_TEST(now.find(offices, id_of("mine"))->sequence == o.least_records + 1);
}

BOOST_AUTO_TEST_SUITE_END()
