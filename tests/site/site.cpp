#include "edensync/site/site.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

struct site_fixture : one_site {
  site_fixture() : one_site("here", 1, memory::manual_clock(second(0))) {}

  std::string line(resource_id r, std::string_view name) { return line_of(store.snapshot(), r, name, with_mci::yes); }
  void arrives(resource_id r, std::string_view name, std::int64_t at, bool deleted = false) {
    auto t = store.begin({second(at), 9});
    record in;
    in.resource = r;
    in.uuid = id_of(name);
    in.version = {second(at), 2, deleted};
    if (!deleted) in.fields.emplace_back(std::string(name));
    t.insert(in).value();
    t.commit();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site_itself, site_fixture)

BOOST_AUTO_TEST_CASE(the_identifier_is_made_once) {
  const auto first = self.uuid().value();
  BOOST_TEST(!first.empty());
  BOOST_TEST((self.uuid().value() == first));
  test_site again(store, relief(), clock, uids);
  BOOST_TEST((again.uuid().value() == first));
}

BOOST_AUTO_TEST_CASE(put_creates_with_the_stamps_of_a_record_born_here) {
  const auto id = self.put(office{{}, "North", "1", {}, {}}).value();
  BOOST_TEST(id.is_urn());
  const auto found = store.snapshot().find(offices, id);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->version == version_stamp{second(0), 0, false}));
  BOOST_TEST(found->origin == this_site);
  stored_record r;
  store.snapshot().load(offices, found->handle, r);
  BOOST_TEST((r.created_on == second(0)));
  const auto got = self.get<office>(id).value();
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->name == "North");
  BOOST_TEST(got->phone1.value() == "1");
  BOOST_TEST(!got->floors.has_value());
}

BOOST_AUTO_TEST_CASE(every_edit_is_younger_than_what_it_replaces) {
  put(an("a"));
  put(an("a", "1"));
  BOOST_TEST(line(offices, "a") == "org_office a @1 mci=0 name=a phone1=1");
  put(an("a", "2"));
  BOOST_TEST(line(offices, "a") == "org_office a @2 mci=0 name=a phone1=2");
  clock.set(second(50));
  put(an("a", "3"));
  BOOST_TEST(line(offices, "a") == "org_office a @50 mci=0 name=a phone1=3");
  // Also than one that comes from the future, and its mci stays.
  arrives(offices, "b", 500);
  put(an("b", "1"));
  BOOST_TEST(line(offices, "b") == "org_office b @501 mci=2 name=b phone1=1");
  BOOST_TEST(store.snapshot().find(offices, id_of("b"))->origin == this_site);
}

BOOST_AUTO_TEST_CASE(put_empties_what_is_empty_in_the_struct) {
  put(an("a", "1"));
  put(an("a"));
  BOOST_TEST(line(offices, "a") == "org_office a @1 mci=0 name=a");
}

// A struct shows a reference that waits for its record as empty. Putting it back must not give the reference up.
BOOST_AUTO_TEST_CASE(put_keeps_what_waits_for_its_record) {
  two_sites w;
  w.add_task({.resource = "org_office"});
  organisation o;
  o.uuid = id_of("o");
  o.name = "o";
  w.base.self.put(o).value();
  auto a = an("a");
  a.organisation_id = edensync::link<organisation>{id_of("o")};
  w.base.put(a);
  {
    auto t = w.field.store.begin({second(500), this_site});
    record r;
    r.resource = offices;
    r.uuid = id_of("a");
    r.version = {second(500), 0, false};
    r.fields.emplace_back(std::string("a"));
    const auto h = t.insert(r).value();
    t.add_open_reference({0, offices, h, 3, organisations, id_of("o")});
    t.commit();
  }
  auto known = w.field.self.get<office>(id_of("a")).value().value();
  BOOST_TEST(!known.organisation_id.has_value());
  known.name = "renamed";
  w.field.put(known);
  BOOST_TEST(w.field.store.snapshot().count_open_references() == 1u);
  w.run();
  w.run();
  w.expect_equal();
  BOOST_TEST(w.base.self.get<office>(id_of("a")).value().value().organisation_id.has_value());
  BOOST_TEST(w.base.self.get<office>(id_of("a")).value().value().name == "renamed");
}

BOOST_AUTO_TEST_CASE(erase_hides_and_put_undeletes) {
  put(an("a", "1"));
  BOOST_TEST(self.erase<office>(id_of("a")).has_value());
  BOOST_TEST(line(offices, "a") == "org_office a @1 mci=0 deleted");
  BOOST_TEST(!self.get<office>(id_of("a")).value().has_value());
  BOOST_TEST(self.query<office>([](const office&) { return true; }).value().empty());
  BOOST_TEST((self.erase<office>(id_of("a")).error().code == error::no_such_record));
  BOOST_TEST((self.erase<office>(id_of("never")).error().code == error::no_such_record));
  put(an("a", "2"));
  BOOST_TEST(line(offices, "a") == "org_office a @2 mci=0 name=a phone1=2");
  // A deletion that came from elsewhere, of a record that never was here.
  arrives(offices, "b", 100, true);
  put(an("b"));
  BOOST_TEST(line(offices, "b") == "org_office b @101 mci=2 name=b");
}

BOOST_AUTO_TEST_CASE(erase_takes_components_along) {
  put(an("a"));
  self.put(room{id_of("r"), "r", edensync::link<office>{id_of("a")}}).value();
  self.put(badge{id_of("b"), "b", edensync::link<office>{id_of("a")}}).value();
  self.put(post{id_of("p"), "p", {id_of("a")}}).value();
  self.put(room{id_of("other"), "other", {}}).value();
  clock.set(second(10));
  self.erase<office>(id_of("a")).value();
  BOOST_TEST(line(rooms, "r") == "org_room r @10 mci=0 deleted");
  BOOST_TEST(line(badges, "b") == "org_badge b @10 mci=0 deleted");
  BOOST_TEST(line(rooms, "other") == "org_room other @0 mci=0 name=other");
  BOOST_TEST(line(posts, "p") == "hrm_post p @0 mci=0 name=p office_id=->a");
}

BOOST_AUTO_TEST_CASE(merge_moves_references_components_and_members_of_lists) {
  const auto make = [&](std::string name, std::vector<edensync::link<organisation>> friends = {}) {
    self.put(organisation{id_of(name), name, {}, {}, std::move(friends), {}}).value();
  };
  make("s");
  make("d");
  make("x", {{id_of("d")}});
  make("both", {{id_of("d")}, {id_of("s")}});
  self.put(organisation{id_of("child"), "child", {}, edensync::link<organisation>{id_of("d")}, {}, {}}).value();
  self.put(organisation{id_of("s"), "s", {}, edensync::link<organisation>{id_of("d")}, {}, {}}).value();
  auto o = an("a");
  o.organisation_id = edensync::link<organisation>{id_of("d")};
  put(o);
  clock.set(second(10));
  self.merge<organisation>(id_of("s"), id_of("d")).value();
  BOOST_TEST(line(organisations, "d") == "org_organisation d @10 mci=0 into s");
  BOOST_TEST(line(organisations, "x") == "org_organisation x @10 mci=0 name=x friends=->s");
  BOOST_TEST(line(organisations, "both") == "org_organisation both @10 mci=0 name=both friends=->s");
  BOOST_TEST(line(organisations, "child") == "org_organisation child @10 mci=0 name=child parent=->s");
  // Not to itself.
  BOOST_TEST(line(organisations, "s") == "org_organisation s @10 mci=0 name=s");
  BOOST_TEST(line(offices, "a") == "org_office a @10 mci=0 name=a organisation_id=->s");

  put(an("o1"));
  put(an("o2"));
  self.put(room{id_of("r"), "r", edensync::link<office>{id_of("o2")}}).value();
  const auto before = store.snapshot().find(offices, id_of("o1"))->sequence;
  self.merge<office>(id_of("o1"), id_of("o2")).value();
  BOOST_TEST(line(rooms, "r") == "org_room r @11 mci=0 name=r office_id=->o1");
  // So that the room travels inside its new master.
  BOOST_TEST(store.snapshot().find(offices, id_of("o1"))->sequence > before);

  BOOST_TEST((self.merge<office>(id_of("o1"), id_of("o1")).error().code == error::record_refused));
  BOOST_TEST((self.merge<office>(id_of("o1"), id_of("o2")).error().code == error::no_such_record));
  BOOST_TEST((self.merge<office>(id_of("never"), id_of("o1")).error().code == error::no_such_record));
}

BOOST_AUTO_TEST_CASE(a_change_of_a_component_moves_its_master_in_the_change_order) {
  put(an("a"));
  self.put(room{id_of("r"), "r", edensync::link<office>{id_of("a")}}).value();
  const auto before = store.snapshot().find(offices, id_of("a"))->sequence;
  self.put(room{id_of("r"), "s", edensync::link<office>{id_of("a")}}).value();
  BOOST_TEST(store.snapshot().find(offices, id_of("a"))->sequence > before);
  BOOST_TEST(line(offices, "a") == "org_office a @0 mci=0 name=a");
}

BOOST_AUTO_TEST_CASE(a_reference_to_what_is_not_here_is_refused_with_its_name) {
  auto o = an("a");
  o.organisation_id = edensync::link<organisation>{id_of("nowhere")};
  const auto done = self.put(o);
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST((done.error().code == error::no_such_record));
  BOOST_TEST(done.error().text().find("urn:uuid:nowhere") != std::string::npos);
  BOOST_TEST(contents().empty());
}

BOOST_AUTO_TEST_CASE(what_the_store_refuses_is_told_with_record_and_field) {
  self.put(organisation{id_of("o"), "o", "RC", {}, {}, {}}).value();
  const auto done = self.put(organisation{id_of("p"), "p", "RC", {}, {}, {}});
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST((done.error().code == error::record_refused));
  for (const auto word : {"org_organisation", "urn:uuid:p", "code"})
    BOOST_TEST(done.error().text().find(word) != std::string::npos, done.error().text());
}

BOOST_AUTO_TEST_CASE(several_writes_are_there_together_or_not_at_all) {
  auto t = self.write([](auto& w) {
    w.put(an("a"));
    w.put(an("b"));
    w.template erase<office>(id_of("never"));
  });
  BOOST_TEST((t.error().code == error::no_such_record));
  BOOST_TEST(contents().empty());
  t = self.write([](auto& w) {
    w.put(an("a"));
    throw std::runtime_error("the application has changed its mind");
  });
  BOOST_TEST(t.error().text().find("changed its mind") != std::string::npos);
  BOOST_TEST(contents().empty());
  t = self.write([](auto& w) {
    const auto o = w.put(organisation{{}, "o", {}, {}, {}, {}});
    auto a = an("a");
    a.organisation_id = edensync::link<organisation>{o};
    w.put(a);
    w.transaction().set_setting("mine", "too");
  });
  BOOST_TEST(t.has_value());
  BOOST_TEST(contents().size() == 2u);
  BOOST_TEST(store.snapshot().setting("mine").value() == "too");
}

// Fails at the first operation of the store, then at the second, until it succeeds.
BOOST_AUTO_TEST_CASE(a_write_that_fails_anywhere_leaves_nothing) {
  const auto everywhere = [](const char* what, auto prepare, auto act, std::size_t before, auto after) {
    mock::each_failure failure;
    while (failure.again()) {
      site_fixture f;
      prepare(f);
      const auto old = f.contents(with_mci::yes);
      BOOST_TEST_REQUIRE(old.size() == before);
      const auto n = failure.number();
      const auto done = failure.during(f.store, [&] { return act(f); });
      const auto now = f.contents(with_mci::yes);
      if (!done.has_value()) {
        BOOST_TEST((done.error().code == error::store_failed), what << n);
        // The last operation is the one behind the commit.
        BOOST_TEST((now == old || after(f)), what << n);
        BOOST_TEST(f.self.put(an("next")).has_value());
        continue;
      }
      BOOST_TEST(after(f), what);
    }
    BOOST_TEST(failure.number() > 3u);
  };
  const auto three = [](site_fixture& f) {
    f.put(an("a"));
    f.put(an("b"));
    f.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("b")}}).value();
  };
  everywhere(
      "put", [](site_fixture&) {}, [](site_fixture& f) { return f.self.put(an("a")); }, 0,
      [](site_fixture& f) { return f.line(offices, "a") == "org_office a @0 mci=0 name=a"; });
  everywhere(
      "erase", three, [](site_fixture& f) { return f.self.erase<office>(id_of("b")); }, 3,
      [](site_fixture& f) {
        return f.line(offices, "b") == "org_office b @1 mci=0 deleted" &&
               f.line(rooms, "r") == "org_room r @1 mci=0 deleted";
      });
  everywhere(
      "merge", three, [](site_fixture& f) { return f.self.merge<office>(id_of("a"), id_of("b")); }, 3,
      [](site_fixture& f) { return f.line(rooms, "r") == "org_room r @1 mci=0 name=r office_id=->a"; });
}

BOOST_AUTO_TEST_CASE(queries_see_live_records_in_the_order_of_their_changes) {
  for (const auto n : {"a", "b", "c", "d"}) put(an(n));
  put(an("a", "1"));
  self.erase<office>(id_of("c")).value();
  std::string seen;
  self.for_each<office>([&](const office& o) { seen += o.name; }).value();
  BOOST_TEST(seen == "bda");
  seen.clear();
  self.for_each<office>([&](const office& o) {
        seen += o.name;
        return o.name != "d";
      })
      .value();
  BOOST_TEST(seen == "bd");
  BOOST_TEST(self.query<office>([](const office& o) { return o.phone1.has_value(); }).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(tasks_need_a_table_that_is_here) {
  const auto r = self.put(repository{.name = "x"}).value();
  BOOST_TEST(
      (self.put(sync_task{.repository = r, .resource = "gis_location"}).error().code == error::unknown_resource));
  BOOST_TEST(self.put(sync_task{.repository = r, .resource = "org_office"}).has_value());
  BOOST_TEST(self.tasks(r).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_told_and_does_not_throw) {
  store.fail_at(store.operations() + 1);
  BOOST_TEST((self.get<office>(id_of("a")).error().code == error::store_failed));
  store.fail_at(store.operations() + 1);
  BOOST_TEST(self.uuid().has_error());
  store.fail_at(store.operations() + 1);
  BOOST_TEST(self.log(1).has_error());
}

// --- the log ------------------------------------------------------------------------------------------------------------

namespace {

log_entry said(std::string message, std::int64_t at = 0) {
  log_entry e;
  e.at = second(at);
  e.message = std::move(message);
  return e;
}

lines messages(one_site& s) {
  lines out;
  for (const auto& e : s.store.snapshot().log(0, 5000)) out.insert(out.begin(), e.message);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(entries_that_cannot_be_written_wait_for_the_next_transaction) {
  {
    auto open = store.begin({});
    self.note(said("one"));
    self.note(said("two", 1));
    BOOST_TEST((self.flush_log().error().code == error::store_locked));
    // Looking does not wait either.
    BOOST_TEST(self.log(10).value().empty());
  }
  BOOST_TEST(messages(*this).empty());
  self.ledger([&](auto& t) { t.add_log(said("three", 2)); }).value();
  BOOST_TEST((messages(*this) == lines{"one", "two", "three"}));
  for (const bool as_record : {false, true}) {
    store.fail_at(store.operations() + 1);
    self.note(said("four"));
    BOOST_TEST(messages(*this).back() != "four");
    if (as_record)
      put(an("a"));
    else
      BOOST_TEST(self.flush_log().has_value());
    BOOST_TEST(messages(*this).back() == "four");
    self.note(said("five"));
  }
}

// A commit that fails may have been carried out: then an entry is there twice, but never lost.
BOOST_AUTO_TEST_CASE(a_transaction_that_fails_loses_no_waiting_entry) {
  std::set<std::string> noted;
  for (std::uint64_t n = 1; n < 10; ++n) {
    noted.insert(std::to_string(n));
    store.fail_at(store.operations() + 1);
    self.note(said(std::to_string(n)));
    store.fail_at(store.operations() + n);
    (void)self.ledger([&](auto& t) { t.set_setting("x", "y"); });
    store.fail_at(0);
    std::set<std::string> written;
    for (const auto& e : self.log(100).value()) written.insert(e.message);
    BOOST_TEST((written == noted));
  }
}

BOOST_AUTO_TEST_CASE(whoever_looks_finds_the_entries_that_waited) {
  store.fail_at(store.operations() + 1);
  self.note(said("one"));
  BOOST_TEST(self.log(10).value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(entries_that_wait_at_the_end_are_written) {
  {
    test_site other(store, relief(), clock, uids);
    auto open = store.begin({});
    other.note(said("one"));
    BOOST_TEST(messages(*this).empty());
    open.commit();
  }
  BOOST_TEST((messages(*this) == lines{"one"}));
}

BOOST_AUTO_TEST_CASE(of_too_many_entries_the_oldest_are_dropped_and_counted) {
  {
    auto open = store.begin({});
    for (std::size_t i = 0; i < log_queue::limit + 7; ++i) self.note(said(std::to_string(i)));
  }
  BOOST_TEST(self.flush_log().has_value());
  const auto all = messages(*this);
  BOOST_TEST_REQUIRE(all.size() == log_queue::limit);
  BOOST_TEST(all[0] == "7\n(7 earlier entries of the log could not be kept)");
  BOOST_TEST(all[1] == "8");
  BOOST_TEST(all.back() == std::to_string(log_queue::limit + 6));
}

BOOST_AUTO_TEST_CASE(entries_of_many_threads_are_all_written) {
  constexpr int each = 50;
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 4; ++i)
      all.emplace_back([&] {
        for (int n = 0; n < each; ++n) self.note(said("x"));
      });
    all.emplace_back([&] {
      for (int n = 0; n < each; ++n) (void)self.ledger([](auto& t) { t.set_setting("x", "y"); });
    });
  }
  BOOST_TEST(self.flush_log().has_value());
  BOOST_TEST(messages(*this).size() == 4u * each);
}

BOOST_AUTO_TEST_SUITE_END()
