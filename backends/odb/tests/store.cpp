#include "edensync/odb/store.hpp"

#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/random_operations.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;

static_assert(record_store<edensync::odb::store>);
static_assert(record_reader<edensync::odb::snapshot>);
static_assert(record_transaction<edensync::odb::transaction>);

namespace {

struct odb_factory {
  edensync::odb::store make(std::shared_ptr<const schema> resources) {
    path = folder.file(std::to_string(++made) + ".sqlite");
    auto store = edensync::odb::store::open(path, std::move(resources)).value();
    if (heard)
      sqlite::connection({.path = path}, 256).run("CREATE TRIGGER hear AFTER INSERT ON law_site BEGIN SELECT 1; END");
    return store;
  }
  edensync::odb::store reopen(edensync::odb::store old, std::shared_ptr<const schema> resources) {
    { const edensync::odb::store closed = std::move(old); }
    return edensync::odb::store::open(path, std::move(resources)).value();
  }
  edensync::odb::store another(const edensync::odb::store&) {
    return edensync::odb::store::open(path, laws::sample::make_schema()).value();
  }

  temporary_folder folder;
  int made = 0;
  std::string path;
  /// Whether the application has triggers of its own: then the store numbers its changes together with them.
  bool heard = false;
};

void say(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

}  // namespace

BOOST_AUTO_TEST_SUITE(odb_store)

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_record_store) {
  odb_factory f;
  laws::record_store(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_site_ledger) {
  odb_factory f;
  laws::site_ledger(f, say);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_several_readers_and_writers) {
  odb_factory f;
  laws::concurrency(f, say);
}

BOOST_AUTO_TEST_CASE(does_what_the_model_does_whatever_is_done) {
  odb_factory f;
  laws::random_operations(f);
}

BOOST_AUTO_TEST_CASE(keeps_them_where_the_application_has_triggers) {
  odb_factory f;
  f.heard = true;
  laws::record_store(f, say);
  laws::concurrency(f, say);
  laws::random_operations(f);
}

BOOST_AUTO_TEST_SUITE_END()
