// Objects that an application's persistent classes had before anybody thought of synchronisation, and goes on writing.
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

#include "application/running.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

auto bad_schema(std::string words) {
  return [words](const failure_exception& e) {
    return e.why().code == error::bad_schema && e.why().text().find(words) != std::string::npos;
  };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(existing_application, running_application)

BOOST_AUTO_TEST_CASE(its_objects_are_records_once_a_store_is_opened) {
  auto store = synchronised();
  const auto organisations = changed(store.snapshot(), 0), offices = changed(store.snapshot(), 1);
  BOOST_REQUIRE(organisations.size() == 2u);
  BOOST_REQUIRE(offices.size() == 1u);
  const auto& first = organisations[0];
  BOOST_TEST(name_of(first) == "Red Cross");
  BOOST_TEST(first.uuid.text().size() == std::string("urn:uuid:00000000-0000-4000-8000-000000000000").size());
  BOOST_TEST(first.uuid.text().at(23) == '4');
  BOOST_TEST((first.uuid != organisations[1].uuid));
  BOOST_TEST(first.version.mci.value() == 0);
  BOOST_TEST(first.version.modified_on.has_value());
  BOOST_TEST(!first.version.deleted);
  BOOST_TEST(first.sequence == 1u);
  BOOST_TEST(organisations[1].sequence == 2u);
  BOOST_TEST(offices[0].sequence == store.snapshot().sequence());
  const auto& owner = std::get<reference>(offices[0].fields[2]);
  BOOST_TEST((owner.target == first.uuid && owner.handle == first.handle));
}

BOOST_AUTO_TEST_CASE(what_it_writes_afterwards_is_stamped) {
  auto store = synchronised();
  const auto before = changed(store.snapshot(), 0);
  const auto mark = store.serve().sequence();
  application::rename("Oxfam", "Oxfam International");
  application::found("Caritas", "CA");
  const auto news = changed(store.snapshot(), 0, mark);
  BOOST_REQUIRE(news.size() == 2u);
  BOOST_TEST(name_of(news[0]) == "Oxfam International");
  BOOST_TEST((news[0].uuid == before[1].uuid));
  BOOST_TEST(name_of(news[1]) == "Caritas");
  BOOST_TEST((news[1].version.modified_on >= before[0].version.modified_on));
  auto now = store.snapshot();
  auto since = now.changes({.resource = 0, .since = *before[1].version.modified_on + 1});
  stored_record r;
  BOOST_TEST((since.next(r) && since.next(r) && !since.next(r)));
}

BOOST_AUTO_TEST_CASE(what_it_erases_is_a_deleted_record_without_content) {
  auto store = synchronised();
  const auto oxfam = changed(store.snapshot(), 0)[1];
  application::close_down("Oxfam");
  const auto last = changed(store.snapshot(), 0).back();
  BOOST_TEST((last.uuid == oxfam.uuid && last.version.deleted && last.sequence > oxfam.sequence));
  BOOST_TEST(is_null(last.fields.at(0)));
  auto t = store.begin({.now = {2000}});
  auto again = named(0, "", "Oxfam");
  const auto revived = t.update(last.handle, again);
  BOOST_REQUIRE(revived.has_error());
  BOOST_TEST(revived.error().message == "the application has erased this object");
}

BOOST_AUTO_TEST_CASE(what_it_changes_is_younger_than_what_it_was_made_from) {
  auto store = synchronised();
  const auto oxfam = changed(store.snapshot(), 0)[1];
  // A peer's clock was ahead.
  auto renamed = named(0, "", "Oxfam Intermon");
  renamed.version.modified_on = timestamp{4000000000};
  auto t = store.begin({.now = {2000}, .origin = 7});
  t.update(oxfam.handle, renamed).value();
  t.commit();
  application::rename("Oxfam Intermon", "Oxfam");
  auto last = changed(store.snapshot(), 0).back();
  BOOST_TEST(last.version.modified_on->seconds == 4000000001);
  // It is found by its time, and served only once its time is noted.
  auto now = store.serve();
  auto since = now.changes({.resource = 0, .since = timestamp{4000000001}});
  BOOST_TEST((since.next(last) && last.handle == oxfam.handle && !since.next(last)));
  application::rename("Oxfam", "Oxford");
  BOOST_TEST(changed(store.snapshot(), 0).back().version.modified_on->seconds == 4000000002);
  application::close_down("Oxford");
  last = changed(store.snapshot(), 0).back();
  BOOST_TEST((last.version.deleted && last.version.modified_on->seconds == 4000000003));
}

BOOST_AUTO_TEST_CASE(what_changes_no_field_is_no_news) {
  auto store = synchronised();
  const auto before = store.snapshot().sequence();
  plain_sql(
      "UPDATE organisations SET name=name, acronym='RC' WHERE name='Red Cross'; UPDATE offices SET desks=13;"
      "UPDATE offices SET owner=owner, closed=NULL");
  application::rename("Oxfam", "Oxfam");
  BOOST_TEST(store.snapshot().sequence() == before);
  plain_sql("UPDATE organisations SET name='red cross' WHERE name='Red Cross'; UPDATE offices SET closed=0");
  BOOST_TEST(store.snapshot().sequence() == before + 2);
}

BOOST_AUTO_TEST_CASE(what_it_edits_after_a_deletion_is_back) {
  auto store = synchronised();
  const auto bern = changed(store.snapshot(), 1)[0];
  auto t = store.begin({.now = {2000}, .origin = 7});
  record gone;
  gone.resource = 1;
  gone.version = {timestamp{4000000000}, {}, true};
  gone.replaced_by = uid("urn:uuid:other");
  t.update(bern.handle, gone).value();
  t.commit();
  const auto deleted = store.snapshot().sequence();
  // As a foreign key does of itself, or where nothing is changed.
  plain_sql("UPDATE offices SET owner=NULL; UPDATE offices SET name=name");
  BOOST_TEST(store.snapshot().sequence() == deleted);
  plain_sql("UPDATE offices SET name='Berne'");
  const auto back = changed(store.snapshot(), 1)[0];
  BOOST_TEST((!back.version.deleted && back.replaced_by.empty() && back.origin == this_site));
  BOOST_TEST(back.version.modified_on->seconds == 4000000001);
  BOOST_TEST(name_of(back) == "Berne");
}

BOOST_AUTO_TEST_CASE(what_it_clears_away_after_a_deletion_is_no_news) {
  auto store = synchronised();
  const auto oxfam = changed(store.snapshot(), 0)[1];
  auto t = store.begin({.now = {2000}, .origin = 7});
  record gone;
  gone.resource = 0;
  gone.version = {timestamp{1500}, {}, true};
  t.update(oxfam.handle, gone).value();
  t.commit();
  const auto deleted = *store.snapshot().find(0, oxfam.uuid);
  application::close_down("Oxfam");
  const auto cleared = *store.snapshot().find(0, oxfam.uuid);
  BOOST_TEST((cleared.version == deleted.version && cleared.sequence == deleted.sequence && cleared.origin == 7));
}

BOOST_AUTO_TEST_CASE(a_number_that_it_uses_again_is_another_record) {
  auto store = synchronised();
  const auto oxfam = changed(store.snapshot(), 0)[1];
  application::close_down("Oxfam");
  plain_sql("INSERT INTO organisations VALUES(2,'Caritas','CA')");
  const auto all = changed(store.snapshot(), 0);
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST((all[1].uuid == oxfam.uuid && all[1].version.deleted && is_null(all[1].fields.at(0))));
  BOOST_TEST((name_of(all[2]) == "Caritas" && all[2].handle == oxfam.handle && all[2].uuid != oxfam.uuid));
}

BOOST_AUTO_TEST_CASE(an_object_that_gets_another_number_is_the_same_record) {
  auto store = synchronised();
  const auto before = changed(store.snapshot(), 0);
  plain_sql("UPDATE organisations SET id=9 WHERE name='Oxfam'");
  const auto all = changed(store.snapshot(), 0);
  BOOST_TEST((all[1].uuid == before[1].uuid && all[1].sequence == before[1].sequence && name_of(all[1]) == "Oxfam"));
  plain_sql("UPDATE organisations SET id=11, name='Oxford' WHERE name='Oxfam'");
  const auto last = changed(store.snapshot(), 0, before[1].sequence);
  BOOST_REQUIRE(last.size() == 1u);
  BOOST_TEST((last[0].uuid == before[1].uuid && name_of(last[0]) == "Oxford" && last[0].origin == this_site));
}

BOOST_AUTO_TEST_CASE(tables_that_are_made_anew_are_looked_at_when_it_is_opened) {
  std::vector<stored_record> before;
  {
    auto store = synchronised();
    before = changed(store.snapshot(), 0);
    // Red Cross is taken over, Oxfam is not; what comes later may have its number.
    plain_sql(
        "PRAGMA foreign_keys=OFF;"
        "CREATE TABLE fresh(id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, acronym TEXT);"
        "INSERT INTO fresh SELECT * FROM organisations WHERE name='Red Cross'; DROP TABLE organisations;"
        "ALTER TABLE fresh RENAME TO organisations; INSERT INTO organisations VALUES(NULL,'Unseen','UN')");
    plain_sql("UPDATE organisations SET id=7 WHERE name='Unseen'");
  }
  auto store = synchronised();
  auto all = changed(store.snapshot(), 0);
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST((all[0].uuid == before[0].uuid && all[0].sequence == before[0].sequence && !all[0].version.deleted));
  BOOST_TEST((all[1].uuid == before[1].uuid && all[1].version.deleted && all[1].sequence > before[1].sequence));
  BOOST_TEST((all[1].version.modified_on > before[1].version.modified_on));
  BOOST_TEST((name_of(all[2]) == "Unseen" && all[2].sequence == all[1].sequence + 1));
  BOOST_TEST(store.snapshot().sequence() == all[2].sequence);
  plain_sql("INSERT INTO organisations VALUES(2,'Caritas','CA')");
  all = changed(store.snapshot(), 0, all[2].sequence);
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST((name_of(all[0]) == "Caritas" && all[0].uuid != before[1].uuid));
}

BOOST_AUTO_TEST_CASE(what_is_synchronised_are_objects_like_its_own) {
  auto store = synchronised();
  auto t = store.begin({.now = {2000}, .origin = 7});
  const auto mark = t.sequence();
  const auto caritas = t.insert(named(0, "urn:uuid:c", "Caritas")).value();
  auto basel = named(1, "urn:uuid:b", "Basel");
  basel.fields.resize(3);
  basel.fields[2] = reference{0, {}, caritas};
  t.insert(basel).value();
  const auto bern = changed(store.snapshot(), 1)[0];
  BOOST_TEST(t.patch(1, bern.handle, 0, std::string("Berne")).has_value());
  t.commit();
  BOOST_TEST(application::offices() ==
             "Basel of Caritas, 3 desks, 0 nicknames; Berne of Red Cross, 12 desks, 2 nicknames; ");
  BOOST_TEST(store.snapshot().sequence() == mark + 3);
  BOOST_TEST(store.snapshot().find(0, uid("urn:uuid:c"))->origin == 7);
  application::rename("Caritas", "Caritas Schweiz");
  const auto changed_here = store.snapshot().find(0, uid("urn:uuid:c"));
  BOOST_TEST((changed_here->origin == this_site && changed_here->sequence == mark + 4));
}

BOOST_AUTO_TEST_CASE(its_own_triggers_are_heard_whoever_writes) {
  auto store = synchronised();
  const auto insert = [&](const char* id, const char* name) {
    auto t = store.begin({.now = {2000}, .origin = 7});
    t.insert(named(0, id, name)).value();
    t.commit();
  };
  insert("urn:uuid:c", "Caritas");
  sqlite::connection db({.path = path}, 256);
  db.run(
      "CREATE TABLE heard(name TEXT);"
      "CREATE TRIGGER hear AFTER INSERT ON organisations BEGIN INSERT INTO heard VALUES(NEW.name); END");
  const auto mark = store.snapshot().sequence();
  insert("urn:uuid:u", "Unicef");
  application::found("Terre des hommes", "TdH");
  sqlite::statement_counter executed{0};
  sqlite::statement heard(db.get(), "SELECT group_concat(name) FROM heard", executed);
  sqlite::execution e(heard);
  BOOST_TEST(e.step());
  BOOST_TEST(e.get_string(0) == "Unicef,Terre des hommes");
  BOOST_TEST(store.snapshot().find(0, uid("urn:uuid:u"))->origin == 7);
  BOOST_TEST(store.snapshot().sequence() == mark + 2);
}

BOOST_AUTO_TEST_CASE(what_its_triggers_write_by_the_way_is_its_own_doing) {
  auto store = synchronised();
  plain_sql(
      "CREATE TRIGGER founded AFTER INSERT ON organisations BEGIN"
      " INSERT INTO offices(name,owner,desks) VALUES('Seat of '||NEW.name,NEW.id,1);"
      " INSERT INTO organisations(name,acronym) SELECT 'Friends of '||NEW.name,'' WHERE NEW.name='Unicef'; END;"
      "CREATE TRIGGER renamed AFTER UPDATE OF name ON organisations BEGIN"
      " UPDATE offices SET name='Old '||name WHERE owner=NEW.id; DELETE FROM organisations WHERE name='Oxfam'; END");
  const auto oxfam = changed(store.snapshot(), 0)[1];
  auto t = store.begin({.now = {4000000000}, .origin = 7});
  const auto mark = t.sequence();
  const auto unicef = t.insert(named(0, "urn:uuid:u", "Unicef")).value();
  BOOST_TEST(t.sequence() == mark + 3);
  t.update(changed(store.snapshot(), 0)[0].handle, named(0, "", "Croix-Rouge")).value();
  t.commit();
  BOOST_TEST(store.snapshot().sequence() == mark + 6);
  const auto known = store.snapshot().find(0, uid("urn:uuid:u"));
  BOOST_TEST((known->handle == unicef && known->origin == 7 && known->version.modified_on == timestamp{1000}));
  const auto offices = changed(store.snapshot(), 1, mark), organisations = changed(store.snapshot(), 0, mark);
  BOOST_REQUIRE(offices.size() == 2u);
  for (const auto& each : offices)
    BOOST_TEST((each.origin == this_site && each.version.modified_on == timestamp{4000000000}));
  BOOST_TEST(name_of(offices[1]) == "Old Bern");
  BOOST_REQUIRE(organisations.size() == 4u);
  for (const auto& each : organisations)
    BOOST_TEST((each.origin == 7) == (each.version.modified_on == timestamp{1000}));
  BOOST_TEST(store.snapshot().find(0, oxfam.uuid)->version.deleted);
}

BOOST_AUTO_TEST_CASE(what_its_triggers_refuse_is_not_written) {
  auto store = synchronised();
  plain_sql(
      "CREATE TABLE heard(name TEXT);"
      "CREATE TRIGGER ignoring BEFORE INSERT ON organisations WHEN NEW.name='ignored' BEGIN SELECT RAISE(IGNORE); END;"
      "CREATE TRIGGER keeping BEFORE UPDATE ON organisations WHEN NEW.name='ignored' BEGIN SELECT RAISE(IGNORE); END;"
      "CREATE TRIGGER failing AFTER INSERT ON organisations WHEN NEW.name='failed' BEGIN"
      " INSERT INTO heard VALUES(NEW.name); SELECT RAISE(FAIL,'no such luck'); END;"
      "CREATE TRIGGER taking AFTER INSERT ON organisations WHEN NEW.name='taken' BEGIN"
      " DELETE FROM organisations WHERE id=NEW.id; END");
  auto t = store.begin({.now = {2000}, .origin = 7});
  const auto caritas = t.insert(named(0, "urn:uuid:c", "Caritas")).value();
  const auto mark = t.sequence();
  const auto refused = [&](const write_result& done, const char* words) {
    BOOST_REQUIRE(done.has_error());
    BOOST_TEST((done.error().reason == refusal_reason::refused_by_store));
    BOOST_TEST(done.error().message == words);
  };
  refused(t.insert(named(0, "urn:uuid:i", "ignored")), "a trigger of the application ignored it");
  refused(t.insert(named(0, "urn:uuid:f", "failed")), "no such luck");
  refused(t.insert(named(0, "urn:uuid:t", "taken")), "a trigger of the application took it away");
  refused(t.update(caritas, named(0, "", "ignored")), "a trigger of the application ignored it");
  refused(t.patch(0, caritas, 0, std::string("ignored")), "a trigger of the application ignored it");
  BOOST_TEST(t.insert(named(0, "urn:uuid:c", "Another")).error().message == "uuid");
  BOOST_TEST(t.sequence() == mark);
  BOOST_TEST(t.insert(named(0, "urn:uuid:u", "Unicef")).has_value());
  t.commit();
  BOOST_TEST(application::organisations() == "Caritas Oxfam Red Cross Unicef ");
  BOOST_TEST(changed(store.snapshot(), 0).size() == 4u);
  sqlite::connection db({.path = path}, 256);
  sqlite::statement_counter executed{0};
  sqlite::statement heard(db.get(), "SELECT count(*) FROM heard", executed);
  sqlite::execution e(heard);
  BOOST_TEST((e.step() && e.get_integer(0) == 0));
}

BOOST_AUTO_TEST_CASE(a_trigger_that_ends_the_transaction_fails_it) {
  auto store = synchronised();
  plain_sql(
      "CREATE TRIGGER ending BEFORE INSERT ON organisations WHEN NEW.name='end' BEGIN"
      " SELECT RAISE(ROLLBACK,'the end'); END");
  {
    auto t = store.begin({.now = {2000}, .origin = 7});
    t.insert(named(0, "urn:uuid:c", "Caritas")).value();
    BOOST_CHECK_EXCEPTION(t.insert(named(0, "urn:uuid:e", "end")), failure_exception, [](const auto& e) {
      return e.why().code == error::store_failed && e.why().text().ends_with("the transaction was taken back: the end");
    });
    BOOST_CHECK_THROW(t.insert(named(0, "urn:uuid:u", "Unicef")), failure_exception);
    BOOST_CHECK_THROW(t.commit(), failure_exception);
  }
  auto t = store.begin({.now = {2000}, .origin = 7});
  t.insert(named(0, "urn:uuid:u", "Unicef")).value();
  t.commit();
  BOOST_TEST(application::organisations() == "Oxfam Red Cross Unicef ");
}

BOOST_AUTO_TEST_CASE(it_can_see_what_is_deleted) {
  auto store = synchronised();
  BOOST_TEST(application::organisations() == "Oxfam Red Cross ");
  auto t = store.begin({.now = {2000}});
  record gone;
  gone.resource = 0;
  gone.version.deleted = true;
  t.update(changed(store.snapshot(), 0)[1].handle, gone).value();
  t.commit();
  BOOST_TEST(application::organisations() == "Red Cross ");
}

BOOST_AUTO_TEST_CASE(its_own_constraints_are_refusals) {
  auto store = synchronised();
  auto t = store.begin({.now = {2000}});
  record gone = named(0, "urn:uuid:d", "Oxfam");
  gone.version.deleted = true;
  // The class says that names are unique; it knows nothing of deleted ones.
  const auto refused = t.insert(gone);
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().reason == refusal_reason::duplicate_key && refused.error().message.starts_with("name")));
  BOOST_TEST(t.insert(named(0, "urn:uuid:e", "Unicef")).has_value());
  const auto taken = t.insert(named(0, "urn:uuid:e", "Unesco"));
  BOOST_REQUIRE(taken.has_error());
  BOOST_TEST(taken.error().message.starts_with("uuid"));
  t.commit();
  BOOST_TEST(application::organisations() == "Oxfam Red Cross Unicef ");
}

BOOST_AUTO_TEST_CASE(an_empty_text_stands_for_none_where_a_member_cannot_be_null) {
  auto store = synchronised();
  auto t = store.begin({.now = {2000}});
  const auto unnamed = t.insert(named(0, "urn:uuid:n", "")).value();
  record grave;
  grave.resource = 1;
  grave.uuid = uid("urn:uuid:g");
  grave.version.deleted = true;
  const auto gone = t.insert(grave).value();
  stored_record r;
  t.load(0, unnamed, r);
  BOOST_TEST((r.fields[0] == value(std::string()) && is_null(r.fields[1])));
  t.load(1, gone, r);
  BOOST_TEST(is_null(r.fields[0]));
  grave.version.deleted = false;
  const auto revived = t.update(gone, grave);
  BOOST_REQUIRE(revived.has_error());
  BOOST_TEST((revived.error().reason == refusal_reason::missing_field));
}

BOOST_AUTO_TEST_CASE(a_pointer_that_cannot_be_null_is_given_or_the_record_refused) {
  constexpr std::array place{
      field_descriptor{.name = "place", .type = field_type::reference, .target = "org_office", .mandatory = true}};
  const std::array described{resources[0], resources[1], resource_descriptor{.name = "org_desk", .fields = place}};
  edensync::odb::store store({.path = path}, std::make_shared<const schema>(schema::make(described).value()));
  auto t = store.begin({.now = {2000}});
  record r;
  r.resource = 2;
  r.uuid = uid("urn:uuid:d");
  r.version.deleted = true;
  const auto refused = t.insert(r);
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().reason == refusal_reason::missing_field));
  const auto bern = changed(store.snapshot(), 1)[0];
  r.fields.emplace_back(reference{1, {}, bern.handle});
  const auto desk = t.insert(r);
  BOOST_REQUIRE(desk.has_value());
  stored_record back;
  t.load(2, *desk, back);
  BOOST_TEST((std::get<reference>(back.fields[0]).target == bern.uuid));
}

BOOST_AUTO_TEST_CASE(a_foreign_key_that_waits_for_the_commit_is_a_refusal) {
  auto store = synchronised();
  plain_sql(
      "PRAGMA foreign_keys=OFF; ALTER TABLE offices ADD COLUMN region INTEGER DEFAULT 9"
      " REFERENCES organisations DEFERRABLE INITIALLY DEFERRED");
  for (const char* trigger : {"", "CREATE TRIGGER hear AFTER INSERT ON offices BEGIN SELECT 1; END"}) {
    plain_sql(trigger);
    auto t = store.begin({.now = {2000}});
    const auto refused = t.insert(named(1, "urn:uuid:b", "Basel"));
    BOOST_REQUIRE(refused.has_error());
    BOOST_TEST((refused.error().reason == refusal_reason::missing_reference));
    BOOST_TEST(t.insert(named(0, trigger[0] == 0 ? "urn:uuid:u" : "urn:uuid:c", trigger)).has_value());
    t.commit();
  }
  BOOST_TEST(changed(store.snapshot(), 0).size() == 4u);
  BOOST_TEST(changed(store.snapshot(), 1).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_said_when_it_is_opened) {
  const auto opened = [&](std::vector<resource_descriptor> described) {
    edensync::odb::store({.path = path}, std::make_shared<const schema>(schema::make(described).value()));
  };
  constexpr std::array unknown{field_descriptor{.name = "motto", .type = field_type::string}};
  constexpr std::array number{field_descriptor{.name = "name", .type = field_type::integer}};
  BOOST_CHECK_EXCEPTION(opened({{.name = "org_site", .fields = unknown}}), failure_exception,
                        bad_schema("no persistent class is registered for org_site"));
  BOOST_CHECK_EXCEPTION(opened({{.name = "org_office", .fields = unknown}}), failure_exception,
                        bad_schema("the persistent class of org_office has no member for motto"));
  BOOST_CHECK_EXCEPTION(opened({{.name = "org_office", .fields = number}}), failure_exception,
                        bad_schema("the member for org_office.name is of another type"));
  constexpr std::array desks{field_descriptor{.name = "desks", .type = field_type::integer}};
  BOOST_CHECK_EXCEPTION(opened({{.name = "org_office", .fields = desks}}), failure_exception,
                        bad_schema("org_office.desks may be empty, but its member cannot be null"));
}

BOOST_AUTO_TEST_SUITE_END()
