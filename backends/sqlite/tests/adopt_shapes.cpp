// Which tables can be adopted, that all comes off again, and what the application may do to its tables.
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "edensync/sqlite/change_layout.hpp"
#include "edensync/sqlite/check_file.hpp"

#include "adopted_rig.hpp"

using namespace adopted_rig;

BOOST_AUTO_TEST_SUITE(sqlite_adopt_shapes)

BOOST_AUTO_TEST_CASE(what_cannot_be_adopted_is_refused_with_the_reason) {
  const auto refused = [](const std::string& ddl,
                          sqlite::adopted_table t = {.resource = "org_organisation", .table = "t"}) {
    application app(ddl);
    const auto before = app.definitions();
    const auto why = app.refusal({std::move(t)});
    BOOST_TEST(app.definitions() == before);
    return why;
  };
  const std::string rest = "name TEXT UNIQUE)", cannot = "t cannot be adopted: ";
  BOOST_TEST(refused("CREATE TABLE u(a)") == "there is no table t");
  BOOST_TEST(refused("CREATE TABLE u(id INTEGER PRIMARY KEY, name UNIQUE); CREATE VIEW t AS SELECT * FROM u") ==
             "t is a view; adopt the table behind it");
  BOOST_TEST(refused("CREATE VIRTUAL TABLE t USING fts5(name)") == "t is a virtual table, which has no triggers");
  BOOST_TEST(refused("CREATE TABLE t(nr INTEGER PRIMARY KEY, " + rest) ==
             cannot + "it has no column id, which was to be its key");
  BOOST_TEST(refused("CREATE TABLE t(id TEXT PRIMARY KEY, " + rest) == cannot + "its key id is no integer column");
  BOOST_TEST(refused("CREATE TABLE t(id INTEGER, name TEXT UNIQUE, PRIMARY KEY(id,name))") ==
             cannot + "its key id is not unique");
  BOOST_TEST(refused("CREATE TABLE t(id INT PRIMARY KEY, " + rest + "; INSERT INTO t VALUES(NULL,'a'),('x','b')") ==
             cannot + "rows without a number in id: 2");
  BOOST_TEST(
      refused("CREATE TABLE t(id INTEGER PRIMARY KEY, low TEXT, name TEXT UNIQUE GENERATED ALWAYS AS (lower(low)))") ==
      cannot + "the column name is generated and cannot be written");
  BOOST_TEST(refused("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)") ==
             cannot + "the field name is unique, and no unique index of the table says so");
  BOOST_TEST(refused("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT);"
                     "CREATE UNIQUE INDEX some ON t(name) WHERE id>5") ==
             cannot + "the field name is unique, and no unique index of the table says so");
  const std::string good = "CREATE TABLE t(id INTEGER PRIMARY KEY, " + rest;
  const auto as = [](std::map<std::string, std::string, std::less<>> columns) {
    return sqlite::adopted_table{.resource = "org_organisation", .table = "t", .columns = std::move(columns)};
  };
  BOOST_TEST(refused(good, as({{"country", "name"}})) == cannot + "the column name would be two fields");
  BOOST_TEST(refused(good, as({{"country", "id"}})) == cannot + "its key is no field");
  BOOST_TEST(refused(good, as({{"country", "land"}})) == cannot + "it has no column land, which was to be written");
  BOOST_TEST(refused(good, as({{"county", "name"}})) == cannot + "there is no field county");
  BOOST_TEST(refused(good, {.resource = "org_nobody", .table = "t"}) == "there is no resource org_nobody");
  BOOST_TEST(refused(good, {.resource = "org_organisation", .table = "sqlite_schema"}) ==
             "there is no table sqlite_schema");
  BOOST_TEST(
      refused("CREATE TABLE other(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT,"
              " organisation_id INTEGER REFERENCES other(id))",
              {.resource = "org_office", .table = "t"}) ==
      cannot +
          "the column organisation_id leads to other.id, which is not what its field leads to; adopt both together");
  BOOST_TEST(refused(good + "; CREATE TABLE edensync_beside_org_organisation(a)") ==
             cannot + "there is something called edensync_beside_org_organisation, which was to be made for it");
  BOOST_TEST(refused(good + "; CREATE VIEW EDENSYNC_ADOPTED_org_organisation AS SELECT 1") ==
             cannot + "there is something called edensync_adopted_org_organisation, which was to be made for it");
  application app;
  app.try_adopt().value();
  BOOST_TEST(app.refusal({described()[0]}) == "offices is adopted as org_office and must be named, too");
  BOOST_TEST(app.refusal({described()[0], described()[0], described()[1]}) ==
             "organisations is named twice, or org_organisation is");
  application other;
  other.open();
  BOOST_TEST(other.refusal() ==
             "organisations cannot be adopted: there is a table org_organisation with records of this resource");
  BOOST_TEST(
      (sqlite::adopt({.path = app.path + ".no"}, *two_resources(), described()).error().code == error::store_failed));
}

BOOST_AUTO_TEST_CASE(names_that_are_made_do_not_meet) {
  // What is made for the first resource was called as what is made for others is, and for its field as its own index.
  static constexpr std::array fields{
      field_descriptor{.name = "name", .type = field_type::string, .unique = true},
      field_descriptor{.name = "left", .type = field_type::string, .unique = true},
      field_descriptor{.name = "parent", .type = field_type::reference, .target = "org"}};
  static constexpr std::array alike{resource_descriptor{.name = "org", .fields = fields, .hierarchy = "parent"},
                                    resource_descriptor{.name = "org_name", .fields = fields},
                                    resource_descriptor{.name = "org_parent", .fields = fields},
                                    resource_descriptor{.name = "org_sequence", .fields = fields}};
  const auto all = std::make_shared<const schema>(schema::make(alike).value());
  const auto tables_of = [](const auto& names) {
    std::string sql;
    std::vector<sqlite::adopted_table> described;
    for (const auto& name : names) {
      const std::string table = "t" + std::to_string(described.size());
      sql += "CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, name TEXT UNIQUE, \"left\" TEXT UNIQUE, parent INT);";
      described.push_back({.resource = std::string(name), .table = table});
    }
    return std::pair(sql, described);
  };
  const auto [sql, described] = tables_of(std::array{"org", "org_name", "org_parent", "org_sequence"});
  application app(sql);
  sqlite::adopt({.path = app.path}, *all, described).value();
  // Four of ours, one for each unique field, and one for a hierarchy.
  BOOST_TEST(app.sql.rows("SELECT count(*) FROM sqlite_schema WHERE type='index' AND sql IS NOT NULL"
                          " AND tbl_name GLOB 'edensync_beside_*' GROUP BY tbl_name ORDER BY tbl_name") ==
             (lines{"7", "6", "6", "6"}));
  app.sql.run("INSERT INTO t0(name) VALUES('a'); INSERT INTO t1(name) VALUES('b')");
  BOOST_TEST(sqlite::store::open(app.path, all).value().snapshot().sequence() == 2);

  static constexpr std::array in_two_cases{resource_descriptor{.name = "org", .fields = fields},
                                           resource_descriptor{.name = "ORG", .fields = fields}};
  static constexpr std::array with_a_dot{resource_descriptor{.name = "org.left", .fields = fields}};
  static constexpr std::array two_names{field_descriptor{.name = "name", .type = field_type::string},
                                        field_descriptor{.name = "NAME", .type = field_type::string}};
  static constexpr std::array ours{field_descriptor{.name = "Deleted", .type = field_type::boolean}};
  static constexpr std::array odd{resource_descriptor{.name = "org", .fields = two_names}};
  static constexpr std::array known{resource_descriptor{.name = "org", .fields = ours}};
  const auto refused = [&](std::span<const resource_descriptor> resources) {
    std::vector<std::string> names;
    for (const auto& r : resources) names.emplace_back(r.name);
    const auto [made, tables] = tables_of(names);
    application other(made);
    return sqlite::adopt({.path = other.path}, schema::make(resources).value(), tables).error().info.ours();
  };
  BOOST_TEST(refused(in_two_cases) == "t1 is named twice, or ORG is");
  BOOST_TEST(refused(with_a_dot) == "t0 cannot be adopted: the name of a resource has no dot");
  BOOST_TEST(refused(odd) == "t0 cannot be adopted: the fields name and NAME would be one column");
  BOOST_TEST(refused(known) == "t0 cannot be adopted: it cannot have a field Deleted");
}

BOOST_AUTO_TEST_CASE(it_comes_off_as_it_came) {
  application app;
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1); INSERT INTO offices VALUES(7,'Depot',2,4)");
  const auto before = app.definitions(), content = app.sql.rows("SELECT * FROM organisations, offices");
  const std::string tried = app.try_adopt(described(), sqlite::dry_run::yes).value();
  BOOST_TEST(app.definitions() == before);
  BOOST_TEST(app.sql.one("PRAGMA journal_mode") == "delete");
  // What is printed is what is done.
  application by_hand;
  by_hand.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1); INSERT INTO offices VALUES(7,'Depot',2,4)");
  by_hand.sql.run(tried);
  BOOST_TEST(app.try_adopt().value() == tried);
  BOOST_TEST(by_hand.definitions() == app.definitions(), boost::test_tools::per_element());
  BOOST_TEST(changes(by_hand.open().snapshot(), office) == lines{"7 Depot 2 ->4"});

  // Twice is harmless.
  const auto once = app.definitions(), rows = app.sql.rows("SELECT * FROM edensync_beside_org_office, edensync_state");
  app.try_adopt().value();
  BOOST_TEST(app.definitions() == once, boost::test_tools::per_element());
  BOOST_TEST(app.sql.rows("SELECT * FROM edensync_beside_org_office, edensync_state") == rows);

  app.sql.run("INSERT INTO offices(title) VALUES('New')");
  sqlite::release({.path = app.path}).value();
  BOOST_TEST(app.definitions() == before, boost::test_tools::per_element());
  BOOST_TEST(app.sql.rows("SELECT * FROM organisations, offices WHERE title='Depot'") == content);
  sqlite::release({.path = app.path}).value();
  BOOST_TEST(app.definitions() == before);
}

BOOST_AUTO_TEST_CASE(a_release_may_keep_what_is_known) {
  application app;
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust','NO',1),(5,'Fund',NULL,1),(6,'Stays',NULL,1)");
  const auto before = [&] {
    auto store = app.adopt();
    return record_of(store.snapshot(), organisation, "Trust").uuid;
  }();
  sqlite::release({.path = app.path}, sqlite::what_is_known::keep).value();
  const auto closed = sqlite::store::open(app.path, two_resources());
  BOOST_TEST((closed.error().code == error::bad_schema));
  // The application makes its table anew, with other content.
  app.sql.run(
      "PRAGMA foreign_keys=OFF; CREATE TABLE fresh(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country, more);"
      "INSERT INTO fresh SELECT id,name,country,stars FROM organisations WHERE id<>5;"
      "INSERT INTO fresh(name) VALUES('New'); DROP TABLE organisations;"
      "ALTER TABLE fresh RENAME TO organisations; PRAGMA foreign_keys=ON");
  auto store = app.adopt();
  BOOST_TEST((record_of(store.snapshot(), organisation, "Trust").uuid == before));
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"4 Trust NO", "6 Stays", "5 deleted", "7 New"}));
}

BOOST_AUTO_TEST_CASE(the_application_may_alter_its_tables) {
  application app;
  auto store = app.adopt();
  app.sql.run(
      "INSERT INTO organisations(name) VALUES('Trust');"
      "ALTER TABLE organisations ADD COLUMN motto TEXT; ALTER TABLE organisations RENAME COLUMN country TO land;"
      "ALTER TABLE organisations DROP COLUMN stars; ALTER TABLE organisations RENAME TO partners;"
      "UPDATE partners SET land='NO'; INSERT INTO partners VALUES(2,'Fund','SE','more')");
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"1 Trust NO", "2 Fund SE"}));
  imported(store, [](auto& t) {
    t.patch(organisation, record_handle{1}, 1, std::string("DK")).value();
    record gone = a_record(organisation, "Fund");
    gone.version.deleted = true;
    return t.update(record_handle{2}, gone).value();
  });
  BOOST_TEST(app.sql.rows("SELECT * FROM partners") == lines{"1|Trust|DK|"});
  BOOST_TEST(app.sql.attempt("ALTER TABLE partners DROP COLUMN land").starts_with("error in "));
  BOOST_TEST(changes(app.open().snapshot(), organisation).size() == 2u);

  // Made anew it has no triggers: that is noticed, and adopting it again takes up what happened.
  app.sql.run(
      "DROP TABLE offices; CREATE TABLE offices(id INTEGER PRIMARY KEY, title TEXT NOT NULL, floors INT, org INT);"
      "INSERT INTO offices(title) VALUES('unseen')");
  const auto opened = sqlite::store::open(app.path, two_resources());
  BOOST_TEST(opened.error().info.ours() == "the table offices was made anew, or let go; it must be adopted again");
  BOOST_TEST(sqlite::check_tables({.path = app.path}, *two_resources()) == lines{opened.error().info.ours()});
  auto renamed = described();
  renamed[0].table = "partners";
  renamed[0].columns = {{"country", "land"}};
  auto again = app.adopt(renamed);
  BOOST_TEST(changes(again.snapshot(), office) == lines{"1 unseen"});
  BOOST_TEST(sqlite::check_tables({.path = app.path}, *two_resources()).empty());
}

BOOST_AUTO_TEST_CASE(a_store_may_have_tables_of_its_own_beside) {
  application app("CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
  auto store = app.adopt({described()[0]});
  app.sql.run("INSERT INTO organisations VALUES(4,'Trust')");
  imported(store, [](auto& t) {
    BOOST_TEST(told(t.insert(an_office("lost", record_handle{99}))).ends_with(": organisation_id"));
    return t.insert(an_office("Depot", record_handle{4})).value();
  });
  app.sql.run("UPDATE organisations SET id=40");
  BOOST_TEST(changes(store.snapshot(), office) == lines{"1 Depot 1 ->40"});
  app.sql.run("DELETE FROM organisations");
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"40 Trust deleted"});
  sqlite::change_layout({.path = app.path}, *two_resources());
  BOOST_TEST(sqlite::check_file({.path = app.path}).empty());
  const auto refused = sqlite::release({.path = app.path});
  BOOST_TEST(refused.error().info.ours() == "org_office refers to records of organisations");
}

BOOST_AUTO_TEST_CASE(rows_without_a_number_are_no_records) {
  application app("CREATE TABLE organisations(id INT PRIMARY KEY, name TEXT UNIQUE, country TEXT)");
  auto store = app.adopt({described()[0]});
  app.sql.run("INSERT INTO organisations VALUES(NULL,'none',1),(3,'three',NULL)");
  BOOST_TEST(changes(store.snapshot(), organisation) == lines{"3 three"});
  app.sql.run("UPDATE organisations SET id=4 WHERE name='none'; UPDATE organisations SET id=NULL WHERE id=3");
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"4 none 1", "3 three deleted"}));
}

BOOST_AUTO_TEST_CASE(a_table_without_rowid_and_odd_names_are_like_others) {
  application app(R"sql(CREATE TABLE "a ""b"" 'c'"("the id" INTEGER NOT NULL PRIMARY KEY, "new" TEXT NOT NULL UNIQUE,
    "select" TEXT, "uuid" TEXT, "deleted" INTEGER DEFAULT 5, sync_sequence TEXT) WITHOUT ROWID)sql");
  auto store = app.adopt({{.resource = "org_organisation",
                           .table = "a \"b\" 'c'",
                           .key = "the id",
                           .columns = {{"name", "new"}, {"country", "select"}}}});
  app.sql.run(R"sql(INSERT INTO "a ""b"" 'c'" VALUES(5,'x','y','own',1,'z'))sql");
  imported(store, [](auto& t) {
    t.patch(organisation, record_handle{5}, 1, std::string("z")).value();
    return t.insert(a_record(organisation, "Trust")).value();
  });
  BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"5 x z", "6 Trust"}));
  BOOST_TEST(app.sql.rows(R"sql(SELECT * FROM "a ""b"" 'c'")sql") == (lines{"5|x|z|own|1|z", "6|Trust|||5|"}));
}

BOOST_AUTO_TEST_CASE(a_database_in_utf_16_is_like_others) {
  application app("PRAGMA encoding='UTF-16';" + std::string(tables));
  app.sql.run("INSERT INTO organisations VALUES(1,'Zürich 😀','NO',1)");
  const auto before = app.definitions();
  {
    auto store = app.adopt();
    app.sql.run("INSERT INTO organisations(id,name) VALUES(2,'Ærø')");
    imported(store, [](auto& t) { return t.insert(a_record(organisation, "中文")).value(); });
    BOOST_TEST(changes(store.snapshot(), organisation) == (lines{"1 Zürich 😀 NO", "2 Ærø", "3 中文"}));
    const auto known = store.snapshot().find(organisation, uid("urn:uuid:中文"));
    BOOST_TEST((known && known->handle == record_handle{3}));
    BOOST_TEST(app.sql.one("SELECT name FROM organisations WHERE id=3") == "中文");
  }
  sqlite::release({.path = app.path}).value();
  BOOST_TEST(app.definitions() == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
