// A store over tables that an application made is a store.
#include "edensync/sqlite/adopt.hpp"
#include "edensync/sqlite/store.hpp"

#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/random_operations.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plain_sql.hpp"
#include "support/temporary_folder.hpp"

using namespace edensync;

namespace {

/// The sample of the laws as an application would have it: names of its own, columns that are no fields, fields that are
/// no columns.
struct adopted_factory {
  /// Foreign keys know no deleted records: a record that refers to one is refused then.
  bool foreign_keys = true;

  std::string tables() const {
    const auto to_site = [this](const std::string& key, const std::string& how) {
      return foreign_keys ? " REFERENCES \"the \"\"sites\"\" of 'law'\"" + key + how : std::string();
    };
    return R"sql(
CREATE TABLE "the ""sites"" of 'law'"(nr INTEGER PRIMARY KEY AUTOINCREMENT, title VARCHAR(80) NOT NULL UNIQUE,
  comments TEXT, "order" INT, big BIGINT, ratio DOUBLE, price TEXT, open BOOLEAN, founded DATE, opens TIME,
  seen DATETIME, extra TEXT, bytes BLOB, tags TEXT, friends TEXT, "parent nr" INTEGER)sql" +
           to_site({}, {}) + R"sql(,
  partner INTEGER, color TEXT NOT NULL DEFAULT 'red', shout TEXT GENERATED ALWAYS AS (upper(title)));
CREATE TABLE parts(id INTEGER PRIMARY KEY, name, master INTEGER NOT NULL)sql" +
           to_site("(nr)", " DEFERRABLE INITIALLY DEFERRED") + R"sql();
CREATE TABLE law_base(id INTEGER NOT NULL PRIMARY KEY, name TEXT) WITHOUT ROWID;
CREATE TABLE notes(id INT PRIMARY KEY, name TEXT, place_id INTEGER, place_id_of TEXT, marked INTEGER, marked_of TEXT,
  UNIQUE(marked, marked_of)) STRICT;)sql";
  }

  sqlite::store make(const std::shared_ptr<const schema>& resources) {
    path = folder.file(std::to_string(++made) + ".sqlite");
    plain_sql(path).run(tables());
    sqlite::adopt({.path = path}, *resources,
                  {{.resource = "law_site",
                    .table = "the \"sites\" of 'law'",
                    .key = "nr",
                    .columns = {{"name", "title"}, {"parent", "parent nr"}}},
                   {.resource = "law_part", .table = "PARTS", .columns = {{"site_id", "master"}}},
                   {.resource = "law_base", .table = "law_base"},
                   {.resource = "law_note",
                    .table = "notes",
                    .columns = {{"marked_id", "marked"}, {"marked_id_of", "marked_of"}}}})
        .value();
    return sqlite::store::open(path, resources).value();
  }
  sqlite::store reopen(sqlite::store old, std::shared_ptr<const schema> resources) {
    { const sqlite::store closed = std::move(old); }
    return sqlite::store::open(path, std::move(resources)).value();
  }
  sqlite::store another(const sqlite::store&) { return sqlite::store::open(path, laws::sample::make_schema()).value(); }

  test::temporary_folder folder;
  int made = 0;
  std::string path;
};

void tell_law(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_adopt_laws)

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_record_store) {
  adopted_factory f;
  laws::record_store(f, tell_law);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_site_ledger) {
  adopted_factory f;
  laws::site_ledger(f, tell_law);
}

BOOST_AUTO_TEST_CASE(keeps_the_laws_of_several_readers_and_writers) {
  adopted_factory f;
  laws::concurrency(f, tell_law);
}

BOOST_AUTO_TEST_CASE(does_what_the_model_does_whatever_is_done) {
  adopted_factory f;
  f.foreign_keys = false;
  laws::random_operations(f);
}

BOOST_AUTO_TEST_SUITE_END()
