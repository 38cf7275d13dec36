// Tables of an application: what others write there, and what a store does.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "adopted_rig.hpp"

using namespace adopted_rig;

BOOST_AUTO_TEST_SUITE(sqlite_adopt)

BOOST_AUTO_TEST_CASE(what_is_there_is_taken_up) {
  application app;
  app.sql.run(
      "INSERT INTO organisations VALUES(4,'Trust','NO',1),(9,'Fund',NULL,2);"
      "INSERT INTO offices VALUES(7,'Depot',2,9)");
  auto store = app.adopt();
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"4 Trust NO", "9 Fund"}));
  BOOST_TEST(changes(store.snapshot(), office) == lines{"7 Depot 2 ->9"});
  const auto depot = record_of(store.snapshot(), office, "Depot");
  BOOST_TEST(depot.uuid.text().size() == 45u);
  BOOST_TEST(depot.uuid.text().starts_with("urn:uuid:"));
  BOOST_TEST((depot.version.mci == master_index{0}));
  BOOST_TEST((depot.version.modified_on && depot.created_on && *depot.version.modified_on > timestamp{1700000000}));
  BOOST_TEST((depot.sequence == store.snapshot().sequence() && depot.origin == this_site));
  const auto to = std::get<reference>(depot.fields[2]);
  BOOST_TEST((to.target == record_of(store.snapshot(), organisation, "Fund").uuid));
}

BOOST_AUTO_TEST_CASE(what_others_write_is_found_in_commit_order) {
  application app;
  auto store = app.adopt();
  app.sql.run("INSERT INTO organisations(name) VALUES('Trust')");
  const auto own = imported(store, [](auto& t) { return t.insert(a_record(organisation, "Pulled")).value(); });
  BOOST_TEST(static_cast<std::int64_t>(own) == 2);
  app.sql.run("INSERT INTO organisations(name,country) VALUES('Fund','NO')");
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"1 Trust", "2 Pulled", "3 Fund NO"}));
  BOOST_TEST(app.sql.rows("SELECT * FROM organisations ORDER BY id") ==
             (lines{"1|Trust||", "2|Pulled||", "3|Fund|NO|"}));

  auto mark = store.snapshot().sequence();
  const auto before = record_of(store.snapshot(), organisation, "Pulled");
  app.sql.run("UPDATE organisations SET country='SE' WHERE name='Pulled'");
  const auto after = record_of(store.snapshot(), organisation, "Pulled");
  BOOST_TEST(changes(store.snapshot(), organisation, mark) == lines{"2 Pulled SE"});
  BOOST_TEST((after.uuid == before.uuid && after.version.mci == before.version.mci && after.origin == this_site));
  BOOST_TEST((before.origin == 7 && *after.version.modified_on > *before.version.modified_on));

  // Younger than what it was made from, even within one second, and in spite of a clock that is ahead elsewhere.
  imported(store, [&](auto& t) {
    record far = a_record(organisation, "Pulled", {4000000000});
    return t.update(own, far).value();
  });
  app.sql.run("UPDATE organisations SET country='DK' WHERE id=2");
  BOOST_TEST((record_of(store.snapshot(), organisation, "Pulled").version.modified_on == timestamp{4000000001}));

  mark = store.snapshot().sequence();
  app.sql.run(
      "UPDATE organisations SET country='DK' WHERE id=2; UPDATE organisations SET stars=5;"
      "BEGIN; DELETE FROM organisations; INSERT INTO organisations(name) VALUES('no'); ROLLBACK");
  BOOST_TEST(store.snapshot().sequence() == mark);
  app.sql.run("UPDATE organisations SET country='dk' WHERE id=2");
  BOOST_TEST(changes(store.snapshot(), organisation, mark) == lines{"2 Pulled dk"},
             "a letter is content, whatever its column compares");
}

BOOST_AUTO_TEST_CASE(what_others_write_arrives_after_what_was_served) {
  application app;
  auto store = app.adopt();
  imported(store, [&](auto& t) { return t.insert(a_record(organisation, "Ahead", {4000000000})).value(); });
  (void)store.serve();
  app.sql.run("INSERT INTO organisations(name) VALUES('Late')");
  auto now = store.serve();
  lines found;
  auto each = now.changes({.resource = organisation, .since = timestamp{4000000001}});
  for (stored_record r; each.next(r);) found.push_back(line_of(r));
  BOOST_TEST(found == lines{"2 Late"});
}

BOOST_AUTO_TEST_CASE(a_removed_row_becomes_a_deleted_record) {
  application app;
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1); INSERT INTO offices VALUES(7,'Depot',2,4)");
  auto store = app.adopt();
  imported(store, [](auto& t) { return t.patch(office, record_handle{7}, 3, std::string("beside")).value(); });
  const auto alive = record_of(store.snapshot(), office, "Depot");
  const auto mark = store.snapshot().sequence();
  app.sql.run("DELETE FROM offices; DELETE FROM organisations");
  const auto grave = record_of(store.snapshot(), office, "Depot");
  BOOST_TEST((grave.uuid == alive.uuid && grave.created_on == alive.created_on && grave.sequence == mark + 1));
  BOOST_TEST((*grave.version.modified_on > *alive.version.modified_on));
  BOOST_TEST(line_of(grave) == "7 Depot 2 ->4 beside deleted");
  BOOST_TEST(changes(store.snapshot(), organisation, mark) == lines{"4 Trust NO deleted"});
  BOOST_TEST(store.snapshot().find(office, grave.uuid)->version.deleted);
}

BOOST_AUTO_TEST_CASE(a_number_that_is_used_again_is_another_record) {
  application app;
  auto store = app.adopt();
  app.sql.run("INSERT INTO organisations(name) VALUES('Trust')");
  const auto old = record_of(store.snapshot(), organisation, "Trust");
  app.sql.run("DELETE FROM organisations; INSERT INTO organisations(name) VALUES('Fund')");
  BOOST_TEST(app.sql.one("SELECT id FROM organisations") == "1");
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"-1 Trust deleted", "1 Fund"}));
  BOOST_TEST((record_of(store.snapshot(), organisation, "Fund").uuid != old.uuid));
  // The store itself never gives one twice.
  imported(store, [](auto& t) {
    record gone = a_record(organisation, "Fund");
    gone.version.deleted = true;
    t.update(record_handle{1}, gone).value();
    return t.insert(a_record(organisation, "New")).value();
  });
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"-1 Trust deleted", "1 Fund deleted", "2 New"}));
  // A peer knows better: the record comes back under the number that it has.
  imported(store, [&](auto& t) { return t.update(record_handle{-1}, a_record(organisation, "Trust")).value(); });
  BOOST_TEST(app.sql.rows("SELECT id,name FROM organisations ORDER BY id") == (lines{"-1|Trust", "2|New"}));
}

BOOST_AUTO_TEST_CASE(a_record_keeps_its_identity_when_its_number_changes) {
  application app;
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1); INSERT INTO offices VALUES(7,'Depot',2,4)");
  auto store = app.adopt();
  const auto before = record_of(store.snapshot(), organisation, "Trust");
  imported(store, [&](auto& t) {
    t.add_open_reference({0, organisation, before.handle, 1, office, uid("x")});
    return 0;
  });
  app.sql.run("UPDATE organisations SET id=40");
  const auto after = record_of(store.snapshot(), organisation, "Trust");
  BOOST_TEST((after.uuid == before.uuid && static_cast<std::int64_t>(after.handle) == 40));
  BOOST_TEST(changes(store.snapshot(), office) == lines{"7 Depot 2 ->40"});
  BOOST_TEST((store.snapshot().open_references(0, 9).at(0).record == after.handle));
}

BOOST_AUTO_TEST_CASE(a_replace_is_understood) {
  for (const bool recursive : {false, true}) {
    application app;
    app.sql.run(recursive ? "PRAGMA recursive_triggers=ON" : "PRAGMA recursive_triggers=OFF");
    auto store = app.adopt();
    app.sql.run("INSERT INTO organisations VALUES(1,'a',NULL,0),(2,'b',NULL,0),(3,'c',NULL,0)");
    const auto a = record_of(store.snapshot(), organisation, "a"), c = record_of(store.snapshot(), organisation, "c");
    // By its number it is the same record, unless the application wants deletions to be told.
    app.sql.run("REPLACE INTO organisations VALUES(1,'a2',NULL,0)");
    BOOST_TEST((record_of(store.snapshot(), organisation, "a2").uuid == a.uuid) == !recursive);
    // By other content it takes the other's place.
    app.sql.run(
        "REPLACE INTO organisations VALUES(8,'b',NULL,0); UPDATE OR REPLACE organisations SET name='c' WHERE id=8");
    BOOST_TEST(store.snapshot().find(organisation, c.uuid)->version.deleted);
    std::vector<std::string> alive;
    auto each = store.snapshot();
    auto all = each.changes({.resource = organisation, .since = {}, .include_deleted = false});
    for (stored_record r; all.next(r);) alive.push_back(line_of(r));
    BOOST_TEST(alive == (lines{"1 a2", "8 c"}));
    const auto last = each.sequence();
    app.sql.run(
        "UPDATE OR REPLACE organisations SET id=8 WHERE id=1; INSERT OR IGNORE INTO organisations(name) VALUES('a2')");
    BOOST_TEST(app.sql.rows("SELECT id,name FROM organisations") == lines{"8|a2"});
    const auto now = record_of(store.snapshot(), organisation, "a2");
    BOOST_TEST((static_cast<std::int64_t>(now.handle) == 8 && !now.version.deleted));
    BOOST_TEST((now.uuid == a.uuid) == !recursive);
    BOOST_TEST(changes(store.snapshot(), organisation, last).size() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_replace_by_an_expression_is_understood) {
  for (const std::string unique : {
           "(lower(name))",
           "(country, -- who, not \"where\"\n lower(name) DESC)",
           "(lower(\"name\") COLLATE NOCASE asc, coalesce(country, '(, '))",
           "(substr([name], 1, 3) || ')' /* of it */) WHERE id > 0",
       }) {
    BOOST_TEST_CONTEXT(unique) {
      application app(
          "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country TEXT, stars INT);"
          "CREATE UNIQUE INDEX \"by (it)\" ON organisations" +
          unique);
      auto store = app.adopt({described()[0]});
      app.sql.run("INSERT INTO organisations VALUES(1,'Trust','NO',0),(2,'Fund','NO',0)");
      const auto trust = record_of(store.snapshot(), organisation, "Trust");
      app.sql.run("REPLACE INTO organisations VALUES(7,'TRUST','NO',0), (8,'trusty','SE',0)");
      const bool short_names = unique.starts_with("(substr");
      BOOST_TEST(store.snapshot().find(organisation, trust.uuid)->version.deleted == !short_names);
      app.sql.run("UPDATE OR REPLACE organisations SET name='FUND' WHERE id=7");
      lines alive;
      auto now = store.snapshot();
      auto each = now.changes({.resource = organisation, .since = {}, .include_deleted = false});
      for (stored_record r; each.next(r);) alive.push_back(line_of(r));
      std::sort(alive.begin(), alive.end());
      BOOST_TEST(alive == app.sql.rows("SELECT id||' '||name||' '||country FROM organisations ORDER BY 1"),
                 boost::test_tools::per_element());
      app.sql.run("ALTER TABLE organisations DROP COLUMN stars; ALTER TABLE organisations RENAME COLUMN name TO title");
    }
  }
}

BOOST_AUTO_TEST_CASE(constraints_of_the_application_refuse_a_record_and_nothing_else) {
  // Clauses that say what becomes of conflicts are for those who say nothing themselves; the store does.
  application app(R"sql(
    CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE ON CONFLICT REPLACE);
    CREATE TABLE offices(id INTEGER PRIMARY KEY, title TEXT NOT NULL ON CONFLICT IGNORE,
      floors INTEGER CHECK(floors>=0), org INTEGER REFERENCES organisations(id));
    CREATE TRIGGER deaf BEFORE INSERT ON offices WHEN NEW.title='deaf' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER still BEFORE UPDATE ON offices WHEN NEW.title='deaf' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER half AFTER INSERT ON offices WHEN NEW.title='half' BEGIN SELECT RAISE(FAIL,'half done'); END;
    CREATE TRIGGER polite BEFORE INSERT ON offices WHEN NEW.title='rude' BEGIN SELECT RAISE(ABORT,'not here'); END;
    CREATE TRIGGER final BEFORE INSERT ON offices WHEN NEW.title='fatal' BEGIN SELECT RAISE(ROLLBACK,'over'); END;)sql");
  auto store = app.adopt();
  lines all;
  imported(store, [&](auto& t) {
    const auto trust = t.insert(a_record(organisation, "Trust")).value();
    all.push_back(told(t.insert(an_office("low", trust, -1))));
    all.push_back(told(t.insert(an_office("lost", record_handle{99}))));
    all.push_back(told(t.insert(an_office("rude", trust))));
    record twin = a_record(organisation, "Trust");
    twin.uuid = uid("urn:uuid:twin");
    all.push_back(told(t.insert(twin)));
    record gone = a_record(organisation, "Gone");
    const auto grave = t.insert(gone).value();
    gone.version.deleted = true;
    t.update(grave, gone).value();
    all.push_back(told(t.insert(an_office("late", grave))));
    all.push_back(told(t.insert(an_office("deaf", trust))));
    all.push_back(told(t.insert(an_office("half", trust))));
    const auto depot = t.insert(an_office("Depot", trust)).value();
    record renamed = an_office("deaf", trust);
    all.push_back(told(t.update(depot, renamed)));
    return depot;
  });
  BOOST_TEST(all == (lines{"the database refused it: CHECK constraint failed: floors>=0",
                           "a record that it needs is not here: organisation_id", "the database refused it: not here",
                           "another record has the same unique key: name",
                           "a record that it needs is not here: organisation_id",
                           "the database refused it: a trigger of the application ignored it",
                           "the database refused it: half done",
                           "the database refused it: a trigger of the application ignored it"}),
             boost::test_tools::per_element());
  BOOST_TEST(app.sql.rows("SELECT id,title,floors,org FROM offices") == lines{"1|Depot|1|1"});
  {
    auto t = store.begin({.now = {2000}});
    BOOST_CHECK_THROW((void)t.insert(an_office("fatal", record_handle{1})), failure_exception);
  }
  BOOST_TEST(changes(store.snapshot(), office) == lines{"1 Depot 1 ->1"});
}

BOOST_AUTO_TEST_CASE(where_all_is_refused_nothing_arrives) {
  application app;
  auto store = app.adopt();
  imported(store, [](auto& t) { return told(t.insert(an_office("lost", record_handle{99}))); });
  BOOST_TEST(app.sql.one("SELECT sequence,arrival FROM edensync_state") == "0|");
  imported(store, [](auto& t) { return t.insert(a_record(organisation, "Trust")).value(); });
  auto now = store.snapshot();
  lines found;
  auto each = now.changes({.resource = organisation, .since = timestamp{2000}});
  for (stored_record r; each.next(r);) found.push_back(line_of(r));
  BOOST_TEST(found == lines{"1 Trust"});
}

BOOST_AUTO_TEST_CASE(a_column_that_no_field_fills_must_have_a_default) {
  application app(
      "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, pin TEXT NOT NULL,"
      "country TEXT NOT NULL DEFAULT 'NO')");
  auto store = app.adopt({described()[0]});
  BOOST_TEST(imported(store, [](auto& t) { return told(t.insert(a_record(organisation, "Trust"))); }) ==
             "a mandatory field is empty: pin");
  app.sql.run("INSERT INTO organisations(name,pin) VALUES('Trust','1')");
  imported(store, [](auto& t) { return t.patch(organisation, record_handle{1}, 1, null_value{}).value(); });
  BOOST_TEST(app.sql.one("SELECT country FROM organisations") == "NO");
}

BOOST_AUTO_TEST_CASE(a_foreign_key_that_waits_for_the_commit_is_looked_at_before) {
  application app(
      "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
      "CREATE TABLE offices(id INTEGER PRIMARY KEY, name TEXT, organisation_id INTEGER"
      " REFERENCES organisations DEFERRABLE INITIALLY DEFERRED)");
  auto store = app.adopt({described()[0], {.resource = "org_office", .table = "offices"}});
  imported(store, [](auto& t) {
    const auto trust = t.insert(a_record(organisation, "Trust")).value();
    BOOST_TEST(told(t.insert(an_office("lost", record_handle{99}))) ==
               "a record that it needs is not here: organisation_id");
    t.insert(an_office("Depot", trust)).value();
    record gone = a_record(organisation, "Trust");
    gone.version.deleted = true;
    return t.update(trust, gone).value();
  });
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"1 Trust deleted"});
  BOOST_TEST(app.sql.one("SELECT count(*) FROM organisations") == "1");
}

BOOST_AUTO_TEST_CASE(a_deleted_record_goes_when_the_application_lets_it_go) {
  application app;
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1); INSERT INTO offices VALUES(7,'Depot',2,4)");
  auto store = app.adopt();
  const auto erase = [&](resource_id resource, std::int64_t h) {
    record gone;
    gone.resource = resource;
    gone.version = {timestamp{2000}, 1, true};
    return imported(store, [&](auto& t) { return told(t.update(static_cast<record_handle>(h), gone)); });
  };
  BOOST_TEST(erase(organisation, 4) == "taken");
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"4 Trust NO deleted"});
  BOOST_TEST(app.sql.one("SELECT name FROM organisations") == "Trust");
  // Whoever edits it there brings it back; a touch of the office is no edit of it.
  app.sql.run("UPDATE offices SET floors=3");
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"4 Trust NO deleted"});
  app.sql.run("UPDATE organisations SET country='SE'");
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"4 Trust SE"});
  BOOST_TEST(erase(organisation, 4) == "taken");
  BOOST_TEST(erase(office, 7) == "taken");
  BOOST_TEST(app.sql.rows("SELECT 1 FROM organisations UNION ALL SELECT 1 FROM offices").empty());
  const auto mark = store.snapshot().sequence();
  BOOST_TEST(erase(office, 7) == "taken");
  BOOST_TEST(store.snapshot().sequence() == mark + 1);
}

BOOST_AUTO_TEST_CASE(what_the_application_does_by_itself_is_noticed_too) {
  application app(
      "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country TEXT);"
      "CREATE TABLE offices(id INTEGER PRIMARY KEY, name TEXT, floors INT, organisation_id INTEGER REFERENCES "
      "organisations"
      " ON DELETE CASCADE);"
      "CREATE TRIGGER counts AFTER INSERT ON offices BEGIN UPDATE organisations SET country=NEW.name WHERE"
      " id=NEW.organisation_id; END");
  auto store = app.adopt({described()[0], {.resource = "org_office", .table = "offices"}});
  const auto mark = imported(store, [](auto& t) {
    const auto trust = t.insert(a_record(organisation, "Trust")).value();
    t.insert(an_office("Depot", trust)).value();
    return t.sequence();
  });
  BOOST_TEST(mark == store.snapshot().sequence());
  const auto trust = record_of(store.snapshot(), organisation, "Trust");
  const auto depot = record_of(store.snapshot(), office, "Depot");
  BOOST_TEST((line_of(trust) == "1 Trust Depot" && trust.sequence == depot.sequence + 1));
  BOOST_TEST((trust.origin == this_site && depot.origin == 7 && depot.version.modified_on == timestamp{1000}));
  record gone = a_record(organisation, "Trust");
  gone.version.deleted = true;
  imported(store, [&](auto& t) { return t.update(trust.handle, gone).value(); });
  BOOST_TEST(changes(store.snapshot(), office, mark) == lines{"1 Depot 1 ->1 deleted"});
}

BOOST_AUTO_TEST_CASE(columns_that_the_application_has_for_it_are_filled) {
  application app(
      "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, guid TEXT UNIQUE,"
      "made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, edited TEXT);"
      "INSERT INTO organisations VALUES(1,'Trust','urn:uuid:old','2020-01-02 03:04:05','2021-01-02T03:04:05')");
  auto store = app.adopt({{.resource = "org_organisation",
                           .table = "organisations",
                           .uuid = "guid",
                           .created_on = "made",
                           .modified_on = "edited"}});
  const auto trust = record_of(store.snapshot(), organisation, "Trust");
  BOOST_TEST(trust.uuid.text() == "urn:uuid:old");
  BOOST_TEST((trust.created_on == parse_timestamp("2020-01-02T03:04:05") &&
              trust.version.modified_on == parse_timestamp("2021-01-02T03:04:05")));
  app.sql.run("INSERT INTO organisations(name) VALUES('Fund')");
  const auto fund = record_of(store.snapshot(), organisation, "Fund");
  BOOST_TEST(app.sql.one("SELECT guid||' '||edited FROM organisations WHERE id=2") ==
             fund.uuid.text() + " " + to_text(*fund.version.modified_on));
  imported(store, [](auto& t) { return t.insert(a_record(organisation, "Pulled")).value(); });
  BOOST_TEST(app.sql.one("SELECT guid,edited FROM organisations WHERE id=3") == "urn:uuid:Pulled|1970-01-01T00:16:40");
  const auto mark = store.snapshot().sequence();
  app.sql.run("UPDATE organisations SET guid='mine', edited='never' WHERE id=3");
  BOOST_TEST(store.snapshot().sequence() == mark);
}

BOOST_AUTO_TEST_CASE(a_uuid_that_stands_twice_in_the_application_is_named) {
  application app(
      "CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, \"the guid\" COLLATE NOCASE);"
      "INSERT INTO organisations VALUES(1,'a','x'),(2,'b','y'),(3,'c','y'),(4,'d',NULL),(5,'e',NULL),(6,'f',''),"
      "(7,'g',''),(8,'h','X'),(9,'i','y')");
  const std::vector<sqlite::adopted_table> table{
      {.resource = "org_organisation", .table = "organisations", .uuid = "the guid"}};
  const auto before = app.definitions();
  BOOST_TEST(app.refusal(table) ==
             "organisations cannot be adopted: its column the guid is to hold uuids, and y stands there 3 times");
  BOOST_TEST(app.definitions() == before);
  app.sql.run(
      "UPDATE organisations SET \"the guid\"=2 WHERE id=2; UPDATE organisations SET \"the guid\"='2' WHERE id=3");
  BOOST_TEST(app.refusal(table).ends_with(" and 2 stands there 2 times"));
  app.sql.run("UPDATE organisations SET \"the guid\"='z' WHERE id=3");
  auto store = app.adopt(table);
  BOOST_TEST((record_of(store.snapshot(), organisation, "a").uuid.text() == "x"));
  BOOST_TEST((record_of(store.snapshot(), organisation, "h").uuid.text() == "X"));
  // A row that is copied with its uuid is another record.
  app.sql.run("INSERT INTO organisations SELECT 10,'copy',\"the guid\" FROM organisations WHERE id=1");
  BOOST_TEST((record_of(store.snapshot(), organisation, "copy").uuid.text().starts_with("urn:uuid:")));
}

BOOST_AUTO_TEST_SUITE_END()
