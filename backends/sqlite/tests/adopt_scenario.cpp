// An application with a database of its own, programs that write it in plain SQL, and a peer with an ordinary store.
#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/sqlite/adopt.hpp>
#include <edensync/sqlite/store.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "plain_sql.hpp"
#include "support/temporary_folder.hpp"

namespace adopt_scenario {

// [structs]
struct organisation {
  BOOST_HANA_DEFINE_STRUCT(organisation, (edensync::uid, uuid), (std::string, name));
};
struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (std::string, name), (std::optional<int>, floors),
                           (std::optional<edensync::link<organisation>>, organisation_id));
};
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, email),
                           (std::optional<edensync::link<office>>, office_id));
};
// [structs]

struct parts : edensync::default_parts {
  using store = edensync::sqlite::store;
  using clock = edensync::system_clock;
  using uid_source = edensync::random_uid_source;
  using event_source = edensync::expat::event_source;
};

}  // namespace adopt_scenario

template <>
struct edensync::resource<adopt_scenario::organisation> {
  static constexpr std::string_view name = "org_organisation";
};
template <>
struct edensync::resource<adopt_scenario::office> {
  static constexpr std::string_view name = "org_office";
};
template <>
struct edensync::resource<adopt_scenario::person> {
  static constexpr std::string_view name = "pr_person";
};

namespace adopt_scenario {

using lines = std::vector<std::string>;

// [tables]
constexpr const char* tables = R"sql(
  CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE offices(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, floors INTEGER CHECK(floors > 0),
    organisation INTEGER NOT NULL REFERENCES organisations(id), color TEXT DEFAULT 'white');
  CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE,
    office INTEGER REFERENCES offices(id) ON DELETE SET NULL);
  INSERT INTO organisations VALUES(1,'Hilltop Water Trust');
  INSERT INTO offices VALUES(1,'Depot',2,1,'red'),(2,'Harbour',NULL,1,'blue');
  INSERT INTO people VALUES(1,'Ada','ada@example.org',1);)sql";
// [tables]

edensync::result<std::string> adopt(const std::string& path, const edensync::schema& schema,
                                    edensync::sqlite::dry_run dry = edensync::sqlite::dry_run::no) {
  // [adopt]
  const std::vector<edensync::sqlite::adopted_table> described{
      {.resource = "org_organisation", .table = "organisations"},
      {.resource = "org_office",
       .table = "offices",
       .columns = {{"name", "title"}, {"organisation_id", "organisation"}}},
      {.resource = "pr_person", .table = "people", .columns = {{"office_id", "office"}}}};
  auto done = edensync::sqlite::adopt({.path = path}, schema, described, dry);
  // [adopt]
  return done;
}

/// The application with its site, and a peer; the site is the one that calls.
struct scenario {
  edensync::test::temporary_folder folder;
  std::string path = folder.file("application.sqlite");
  plain_sql sql{path};
  edensync::schema schema = edensync::describe<organisation, office, person>().value();
  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::sqlite::store store, peer_store;
  edensync::site<parts> site{store, schema, clock, uids}, base{peer_store, schema, clock, uids};
  edensync::passive_site<parts> answering{base, {.authenticate = {}, .accept_pushes = true}};
  edensync::memory::loopback line{[this](const auto& request) { return answering.handle(request); }};
  edensync::repository_id peer;

  scenario()
      : store(opened()),
        peer_store(edensync::sqlite::store::open(folder.file("base.sqlite"), schema).value()),
        peer(site.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value()) {
    for (const auto* resource : {"org_organisation", "org_office", "pr_person"})
      site.put(edensync::sync_task{.repository = peer, .resource = resource}).value();
  }

  edensync::sqlite::store opened() {
    sql.run(tables);
    adopt(path, schema).value();
    return edensync::sqlite::store::open(path, schema).value();
  }

  bool run() {
    const auto op = edensync::active_site(site).synchronize_with(peer);
    line.run(*op);
    return op->report().ok();
  }

  /// All live records of a store: their names, and the names of what they refer to.
  lines contents(const edensync::sqlite::store& of) {
    lines all;
    auto now = of.snapshot();
    for (const auto& r : schema) {
      auto each = now.changes({.resource = r.id(), .since = {}, .include_deleted = false});
      for (edensync::stored_record s; each.next(s);) {
        std::string text = std::string(r.name()) + " " + std::get<std::string>(s.fields[0]);
        for (const auto& v : s.fields)
          if (const auto* to = std::get_if<edensync::reference>(&v)) {
            edensync::stored_record target;
            now.load(to->resource, to->handle, target);
            text += " of " + std::get<std::string>(target.fields[0]);
          }
        all.push_back(text);
      }
    }
    std::sort(all.begin(), all.end());
    return all;
  }
};

}  // namespace adopt_scenario

using namespace adopt_scenario;

BOOST_AUTO_TEST_SUITE(sqlite_adopt_scenario)

BOOST_AUTO_TEST_CASE(an_application_and_a_peer_hold_the_same) {
  scenario s;
  BOOST_TEST(s.run());
  BOOST_TEST(s.contents(s.peer_store) ==
                 (lines{"org_office Depot of Hilltop Water Trust", "org_office Harbour of Hilltop Water Trust",
                        "org_organisation Hilltop Water Trust", "pr_person Ada of Depot"}),
             boost::test_tools::per_element());

  // Plain SQL here, edits there.
  // [plain]
  s.sql.run(
      "UPDATE offices SET title='Old depot' WHERE id=1; DELETE FROM offices WHERE id=2;"
      "INSERT INTO people(name,office) VALUES('Grace',1)");
  // [plain]
  const auto fund = s.base.put(organisation{.uuid = {}, .name = "Fund"}).value();
  const auto mill = s.base.put(office{.uuid = {}, .name = "Mill", .floors = 3, .organisation_id = {{fund}}}).value();
  s.base.put(person{.uuid = {}, .name = "Edsger", .email = {}, .office_id = {{mill}}}).value();
  BOOST_TEST(s.run());
  const lines both{"org_office Mill of Fund",     "org_office Old depot of Hilltop Water Trust",
                   "org_organisation Fund",       "org_organisation Hilltop Water Trust",
                   "pr_person Ada of Old depot",  "pr_person Edsger of Mill",
                   "pr_person Grace of Old depot"};
  BOOST_TEST(s.contents(s.store) == both, boost::test_tools::per_element());
  BOOST_TEST(s.contents(s.peer_store) == both, boost::test_tools::per_element());
  BOOST_TEST(s.sql.rows("SELECT p.name,title,o.name,color FROM people p JOIN offices f ON f.id=p.office"
                        " JOIN organisations o ON o.id=organisation ORDER BY p.id") ==
                 (lines{"Ada|Old depot|Hilltop Water Trust|red", "Grace|Old depot|Hilltop Water Trust|red",
                        "Edsger|Mill|Fund|white"}),
             boost::test_tools::per_element());

  // A deletion that comes from there, and what the application's foreign key does to its person.
  s.base.erase<office>(mill).value();
  BOOST_TEST(s.run());
  BOOST_TEST(s.sql.rows("SELECT title FROM offices") == lines{"Old depot"});
  BOOST_TEST(s.run());
  BOOST_TEST(s.contents(s.store) == s.contents(s.peer_store), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_application_forbids_waits_in_quarantine) {
  scenario s;
  BOOST_TEST(s.run());
  const edensync::uid trust(s.sql.one("SELECT uuid FROM edensync_beside_org_organisation"));
  const auto flat = s.base.put(office{.uuid = {}, .name = "Flat", .floors = 0, .organisation_id = {{trust}}}).value();
  const auto lost = s.base.put(office{.uuid = {}, .name = "Lost", .floors = 1, .organisation_id = {}}).value();
  s.base.put(office{.uuid = {}, .name = "Mill", .floors = 1, .organisation_id = {{trust}}}).value();
  s.base.put(person{.uuid = {}, .name = "Impostor", .email = "ada@example.org", .office_id = {}}).value();
  s.run();
  lines why;
  for (const auto& q : s.site.quarantine(10).value())
    why.push_back(q.resource + ", " + std::string(to_text(q.reason)) + ": " + q.message);
  std::sort(why.begin(), why.end());
  BOOST_TEST(why == (lines{"org_office, a mandatory field is empty: organisation_id",
                           "org_office, the database refused it: CHECK constraint failed: floors > 0",
                           "pr_person, another record has the same unique key: email"}),
             boost::test_tools::per_element());
  BOOST_TEST(s.sql.rows("SELECT title FROM offices ORDER BY id") == (lines{"Depot", "Harbour", "Mill"}));
  BOOST_TEST(s.sql.rows("SELECT name FROM people") == lines{"Ada"});

  // Put right there, they come; freed here, too.
  s.base.put(office{.uuid = flat, .name = "Flat", .floors = 1, .organisation_id = {{trust}}}).value();
  s.base.erase<office>(lost).value();
  s.sql.run("UPDATE people SET email='countess@example.org'");
  s.run();
  BOOST_TEST(s.site.quarantine(10).value().empty());
  BOOST_TEST(s.contents(s.store) == s.contents(s.peer_store), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(others_write_while_an_import_runs) {
  scenario s;
  edensync::import_options o;
  o.origin = 7;
  o.master = s.schema.find("org_organisation");
  o.now = [] { return edensync::timestamp{2000}; };
  o.make_uid = [&] { return s.uids.make(); };
  o.batch_elements = 1;
  edensync::importer<edensync::sqlite::store, edensync::expat::event_source> i(s.store, s.schema, o);
  const auto element = [](std::string_view name) {
    return "<resource name=\"org_organisation\" uuid=\"urn:uuid:" + std::string(name) +
           "\" modified_on=\"2026-03-01T08:00:00\" mci=\"1\"><data field=\"name\">" + std::string(name) +
           "</data></resource>";
  };
  const auto before = s.store.snapshot().sequence();
  i.start().value();
  i.feed("<s3xml>" + element("first")).value();
  s.sql.run(
      "UPDATE organisations SET name='edited' WHERE name='first'; INSERT INTO organisations(name) VALUES('mine')");
  i.feed(element("second") + element("first")).value();
  s.sql.run("INSERT INTO organisations(name) VALUES('last')");
  i.feed("</s3xml>").value();
  i.finish().value();
  lines in_order;
  auto now = s.store.snapshot();
  auto each = now.changes({.resource = o.master, .after = before, .since = {}});
  for (edensync::stored_record r; each.next(r);)
    in_order.push_back(std::get<std::string>(r.fields[0]) + (r.origin == 7 ? " pulled" : ""));
  BOOST_TEST(in_order == (lines{"edited", "mine", "second pulled", "last"}), boost::test_tools::per_element());
  BOOST_TEST(s.sql.rows("SELECT name FROM organisations ORDER BY id") ==
             (lines{"Hilltop Water Trust", "edited", "mine", "second", "last"}));

  // While a transaction is open nobody else writes; they wait for it as for any writer.
  auto t = s.store.begin({.now = edensync::timestamp{2000}});
  s.sql.run("PRAGMA busy_timeout=0");
  BOOST_TEST(s.sql.attempt("INSERT INTO organisations(name) VALUES('locked')") == "database is locked");
}

BOOST_AUTO_TEST_SUITE_END()
