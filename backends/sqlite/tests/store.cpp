#include "edensync/sqlite/store.hpp"

#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/random_operations.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;

static_assert(record_store<sqlite::store>);
static_assert(record_reader<sqlite::snapshot>);
static_assert(record_transaction<sqlite::transaction>);

namespace {

struct sqlite_factory {
  sqlite::store make(std::shared_ptr<const schema> resources) {
    path = folder.file(std::to_string(++made) + ".sqlite");
    return sqlite::store::open(path, std::move(resources)).value();
  }
  sqlite::store reopen(sqlite::store old, std::shared_ptr<const schema> resources) {
    { const sqlite::store closed = std::move(old); }
    return sqlite::store::open(path, std::move(resources)).value();
  }
  sqlite::store another(const sqlite::store&) { return sqlite::store::open(path, laws::sample::make_schema()).value(); }

  temporary_folder folder;
  int made = 0;
  std::string path;
};

void say(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_store)

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_record_store) {
  sqlite_factory f;
  laws::record_store(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_site_ledger) {
  sqlite_factory f;
  laws::site_ledger(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_several_readers_and_writers) {
  sqlite_factory f;
  laws::concurrency(f, say);
}

BOOST_AUTO_TEST_CASE(does_what_the_model_does_whatever_is_done) {
  sqlite_factory f;
  laws::random_operations(f);
}

BOOST_AUTO_TEST_SUITE_END()
