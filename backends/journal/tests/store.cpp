#include "edensync/journal/store.hpp"

#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/random_operations.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include "support/temporary_folder.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// [laws]
struct factory {
  static constexpr bool serves_while_writing = true;
  temporary_folder folder;

  journal::store make(std::shared_ptr<const schema> resources) {
    return journal::store::open(folder.fresh(), std::move(resources)).value();
  }
  journal::store reopen(journal::store s, std::shared_ptr<const schema> resources) {
    const auto path = s.path();
    { const auto closed = std::move(s); }
    return journal::store::open(path, std::move(resources)).value();
  }
};
// [laws]

// Laws that ask for thousands of commits need not wait for the disk.
struct quick_calls : journal::file_calls {
  int sync(int) override { return 0; }
};

// A store that is opened anew for each step, and made compact now and then: what the laws see was written and read.
class restless {
 public:
  restless(std::filesystem::path path, std::shared_ptr<const schema> resources)
      : path_(std::move(path)), resources_(std::move(resources)) {}

  auto snapshot() { return again().snapshot(); }
  auto serve() { return again().serve(); }
  auto begin(const write_context& w) { return again().begin(w); }

 private:
  journal::store again() {
    auto opened = journal::store::open(path_, resources_, {.calls = std::make_shared<quick_calls>()}).value();
    if (++count_ % 3 == 0) opened.compact().value();
    return opened;
  }

  std::filesystem::path path_;
  std::shared_ptr<const schema> resources_;
  int count_ = 0;
};

struct restless_factory {
  temporary_folder folder;
  restless make(std::shared_ptr<const schema> resources) { return {folder.fresh(), std::move(resources)}; }
};

const auto name_it = [](std::string_view name) { BOOST_TEST_MESSAGE(name); };

}  // namespace

BOOST_AUTO_TEST_SUITE(journal_store)

BOOST_AUTO_TEST_CASE(it_keeps_the_laws_of_records) {
  factory f;
  laws::record_store(f, name_it);
}

BOOST_AUTO_TEST_CASE(it_keeps_the_laws_of_the_ledger) {
  factory f;
  laws::site_ledger(f, name_it);
}

BOOST_AUTO_TEST_CASE(it_keeps_the_laws_of_several_readers_and_writers) {
  factory f;
  laws::concurrency(f, name_it);
}

BOOST_AUTO_TEST_CASE(it_does_what_the_model_does_whatever_is_done) {
  factory f;
  laws::random_operations(f);
}

// Laws that end each transaction before they read hold as well if each step is taken by another program.
BOOST_AUTO_TEST_CASE(what_is_read_again_and_made_compact_is_the_same) {
  restless_factory f;
  laws::site_ledger(f, name_it);
  int tried = 0;
  for (const auto& law : laws::record_store_laws<restless_factory>)
    for (const std::string_view name :
         {"update leaves what is absent", "references lead to records", "referrers are found", "components are found",
          "deleted records come if asked for", "changes come once, in commit order", "patch and touch move to the end",
          "a peer misses nothing"})
      if (law.name == name) {
        laws::check(law, f);
        ++tried;
      }
  BOOST_TEST(tried == 8);
}

BOOST_AUTO_TEST_SUITE_END()
