// Records that take each other's place: made anew with the same key, the only one of their kind, merged.
#include "edensync/site/synchronize.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

organisation with_code(std::string name, std::string code) {
  organisation o;
  o.uuid = id_of(name);
  o.name = std::move(name);
  o.code = std::move(code);
  return o;
}

badge badge_of(std::string name, std::string text, std::string office) {
  badge b;
  b.uuid = id_of(name);
  b.text = std::move(text);
  b.office_id = edensync::link<test::office>{id_of(office)};
  return b;
}

/// The field office pulls and pushes organisations and offices.
struct twins_fixture : two_sites {
  std::int64_t now = 1000;

  twins_fixture() {
    add_task({.resource = "org_organisation"});
    add_task({.resource = "org_office"});
  }
  template <class T>
  void put(one_site& s, T t) {
    s.self.put(std::move(t)).value();
    clock.set(second(now += 10));
  }
  template <class T>
  void erase(one_site& s, std::string_view name) {
    s.self.erase<T>(id_of(name)).value();
    clock.set(second(now += 10));
  }
  void runs(int n = 2) {
    for (int i = 0; i < n; ++i) {
      BOOST_TEST(run().ok());
      clock.set(second(now += 10));
    }
    expect_equal();
  }
  std::string line_at(one_site& s, resource_id r, std::string_view name) {
    return line_of(s.store.snapshot(), r, name, with_mci::no);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(site_twins, twins_fixture)

BOOST_AUTO_TEST_CASE(a_record_is_deleted_and_made_anew_with_its_key) {
  for (one_site twins_fixture::*at : {&twins_fixture::base, &twins_fixture::field}) {
    twins_fixture w;
    auto& here = w.*at;
    w.put(here, with_code("old", "HQ"));
    w.runs();
    w.erase<organisation>(here, "old");
    w.put(here, with_code("new", "HQ"));
    w.runs();
    w.erase<organisation>(here, "new");
    w.runs();
    for (one_site* s : {&w.base, &w.field})
      BOOST_TEST(w.line_at(*s, organisations, "new").find("deleted") != std::string::npos);
  }
}

// In one small document and in one whose records are sorted.
BOOST_AUTO_TEST_CASE(a_key_is_given_away_and_taken_by_a_new_record) {
  for (const int others : {10, 1100}) {
    twins_fixture w;
    w.put(w.base, with_code("z-first", "X"));
    for (int i = 0; i < others; ++i) w.put(w.base, with_code("o" + std::to_string(i), "C" + std::to_string(i)));
    w.runs();
    w.put(w.base, with_code("z-first", "Y"));
    w.put(w.base, with_code("a-second", "X"));
    for (int i = 0; i < others; ++i) w.put(w.base, with_code("o" + std::to_string(i), "D" + std::to_string(i)));
    w.runs();
    BOOST_TEST(w.line_at(w.field, organisations, "z-first").find("code=Y") != std::string::npos);
    BOOST_TEST(w.line_at(w.field, organisations, "a-second").find("code=X") != std::string::npos);
    BOOST_TEST(w.field.quarantine().empty());
  }
}

BOOST_AUTO_TEST_CASE(the_only_component_is_deleted_and_made_anew) {
  for (one_site twins_fixture::*at : {&twins_fixture::base, &twins_fixture::field}) {
    twins_fixture w;
    auto& here = w.*at;
    w.put(here, an("a"));
    w.put(here, badge_of("old", "blue", "a"));
    w.runs();
    w.erase<badge>(here, "old");
    w.put(here, badge_of("new", "red", "a"));
    w.runs();
    for (one_site* s : {&w.base, &w.field})
      BOOST_TEST(w.line_at(*s, badges, "new").find("text=red") != std::string::npos);
  }
}

// The old one's deletion comes late, from the site that did not know that it was replaced.
BOOST_AUTO_TEST_CASE(a_deletion_means_the_component_that_it_names) {
  put(base, an("a"));
  put(base, badge_of("old", "blue", "a"));
  runs();
  erase<badge>(field, "old");
  put(field, badge_of("new", "red", "a"));
  erase<badge>(base, "old");
  runs(3);
  BOOST_TEST(line_at(base, badges, "new").find("text=red") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(merging_two_masters_merges_their_only_components) {
  for (one_site twins_fixture::*at : {&twins_fixture::base, &twins_fixture::field}) {
    twins_fixture w;
    auto& here = w.*at;
    w.put(here, an("ann"));
    w.put(here, badge_of("of-ann", "blue", "ann"));
    w.put(here, an("anne"));
    w.put(here, badge_of("of-anne", "red", "anne"));
    w.runs();
    here.self.merge<office>(id_of("ann"), id_of("anne")).value();
    w.clock.set(second(w.now += 10));
    w.runs();
    for (one_site* s : {&w.base, &w.field}) {
      BOOST_TEST(w.line_at(*s, badges, "of-ann").find("text=blue") != std::string::npos);
      BOOST_TEST(w.line_at(*s, badges, "of-anne").find("into of-ann") != std::string::npos);
    }
  }
}

// The other site has given the duplicate a badge of which the merging one does not know.
BOOST_AUTO_TEST_CASE(an_only_component_that_comes_to_a_merge_late_is_merged_too) {
  put(base, an("ann"));
  put(base, badge_of("of-ann", "blue", "ann"));
  put(base, an("anne"));
  runs();
  base.self.merge<office>(id_of("ann"), id_of("anne")).value();
  clock.set(second(now += 10));
  put(field, badge_of("of-anne", "red", "anne"));
  runs(3);
  BOOST_TEST(line_at(base, badges, "of-ann").find("text=blue") != std::string::npos);
  BOOST_TEST(line_at(base, badges, "of-anne").find("into of-ann") != std::string::npos);
}

// Neither knew of the other's: the one with the lesser uid stays, what the other one said stays with the decision.
BOOST_AUTO_TEST_CASE(both_sites_make_the_only_component) {
  for (const bool field_is_first : {true, false}) {
    twins_fixture w;
    w.put(w.base, an("a"));
    w.runs();
    w.put(w.field, badge_of(field_is_first ? "1" : "2", "field", "a"));
    w.put(w.base, badge_of(field_is_first ? "2" : "1", "base", "a"));
    w.runs(3);
    for (one_site* s : {&w.base, &w.field}) {
      BOOST_TEST(w.line_at(*s, badges, "1").find(field_is_first ? "text=field" : "text=base") != std::string::npos);
      BOOST_TEST(w.line_at(*s, badges, "2").find("into 1") != std::string::npos);
    }
    const auto d = w.field.self.decisions("org_badge", id_of("2"), 10).value();
    BOOST_TEST_REQUIRE(!d.empty());
    BOOST_TEST(d.back().loser.find(field_is_first ? "base" : "field") != std::string::npos);
  }
}

// Who keeps his own versions, or takes only new records, keeps his own only component.
BOOST_AUTO_TEST_CASE(policy_and_strategy_protect_the_only_component) {
  for (const bool by_policy : {true, false}) {
    two_sites w;
    sync_task t{.resource = "org_office", .mode = sync_mode::pull};
    if (by_policy)
      t.update = policy_name::keep_local;
    else
      t.allowed = {method::create};
    w.base.put(an("a"));
    w.add_task({.resource = "org_office", .mode = sync_mode::pull});
    BOOST_TEST(w.run().ok());
    for (const auto& old : w.field.self.tasks(w.peer).value()) {
      t.id = old.id;
      t.repository = w.peer;
      w.field.self.put(t).value();
    }
    w.field.self.put(badge_of("2", "mine", "a")).value();
    w.base.self.put(badge_of("1", "theirs", "a")).value();
    w.clock.advance(10);
    BOOST_TEST(w.run().ok());
    const auto mine = line_of(w.field.store.snapshot(), badges, "2", with_mci::no);
    BOOST_TEST(mine.find("text=mine") != std::string::npos, mine);
    BOOST_TEST(line_of(w.field.store.snapshot(), badges, "1", with_mci::no).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_second_only_component_is_refused_where_it_is_made) {
  put(base, an("a"));
  put(base, badge_of("one", "blue", "a"));
  const auto refused = base.self.put(badge_of("two", "red", "a"));
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().code == error::record_refused));
  BOOST_TEST(refused.error().text().find("urn:uuid:one") != std::string::npos);
  put(base, badge_of("one", "green", "a"));
  erase<badge>(base, "one");
  put(base, badge_of("two", "red", "a"));
}

BOOST_AUTO_TEST_SUITE_END()
