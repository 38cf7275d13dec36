#include "edensync/importer/importer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

// What every batch size has to make the same of.
struct sample {
  std::string_view what;
  std::vector<element> elements;
  lines result;
};

std::vector<sample> samples() {
  return {
      {"a forward reference",
       {an_office("a").ref("organisation_id", "org_organisation", "o"), an_organisation("o")},
       {"org_office a @0 name=a organisation_id=->o", "org_organisation o @0 name=o"}},
      {"a mandatory forward reference",
       {a_post("p", "a"), an_office("b"), an_office("a")},
       {"hrm_post p @0 name=p office_id=->a", "org_office a @0 name=a", "org_office b @0 name=b"}},
      {"a cycle of two",
       {an_organisation("o").ref("parent", "org_organisation", "p"),
        an_organisation("p").ref("parent", "org_organisation", "o")},
       {"org_organisation o @0 name=o parent=->p", "org_organisation p @0 name=p parent=->o"}},
      {"a cycle over two resources",
       {an_organisation("o").ref("seat", "org_office", "a"), an_office("b"),
        an_office("a").ref("organisation_id", "org_organisation", "o")},
       {"org_office a @0 name=a organisation_id=->o", "org_office b @0 name=b",
        "org_organisation o @0 name=o seat=->a"}},
      {"a reference to itself",
       {an_organisation("o").ref("parent", "org_organisation", "o")},
       {"org_organisation o @0 name=o parent=->o"}},
      {"components",
       {an_office("a").with(a_room("r1")).with(a_badge("b", "blue")).with(a_room("r2")), an_office("c")},
       {"org_badge b @0 text=blue office_id=->a", "org_office a @0 name=a", "org_office c @0 name=c",
        "org_room r1 @0 name=r1 office_id=->a", "org_room r2 @0 name=r2 office_id=->a"}},
      {"a component that comes as a record of its own before its master",
       {a_room("r").ref("office_id", "org_office", "a"), an_office("b"), an_office("a")},
       {"org_office a @0 name=a", "org_office b @0 name=b", "org_room r @0 name=r office_id=->a"}},
      {"a record twice, the younger one last",
       {an_office("a", 1), an_office("a", 2).data("phone1", "2")},
       {"org_office a @2 name=a phone1=2"}},
      {"a record twice, the younger one first",
       {an_office("a", 2).data("phone1", "2"), an_office("a", 1).data("phone1", "1")},
       {"org_office a @2 name=a phone1=2"}},
      {"a merge, the duplicate first",
       {an_office("a").ref("organisation_id", "org_organisation", "d"), an_organisation("d"), an_organisation("s"),
        element("org_organisation", "d").at(5).into("s")},
       {"org_office a @5 name=a organisation_id=->s", "org_organisation d @5 into s", "org_organisation s @0 name=s"}},
      {"a merge before its survivor",
       {element("org_organisation", "d").at(5).into("s"), an_organisation("s"),
        an_office("a").ref("organisation_id", "org_organisation", "d")},
       {"org_office a @5 name=a organisation_id=->s", "org_organisation d @5 into s", "org_organisation s @0 name=s"}},
      {"a list of references, some of them forward",
       {an_organisation("o").refs("friends", "org_organisation", {"p", "q"}), an_organisation("q"),
        an_organisation("p")},
       {"org_organisation o @0 name=o friends=->p->q", "org_organisation p @0 name=p", "org_organisation q @0 name=q"}},
      {"a deletion of what comes in the same document",
       {an_office("a").with(a_room("r")), element("org_office", "a").at(3).deleted()},
       {"org_office a @3 deleted", "org_room r @3 deleted"}},
      {"a deletion and then a younger version",
       {element("org_office", "a").at(3).deleted(), an_office("a", 4)},
       {"org_office a @4 name=a"}},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(importer_whole)

BOOST_AUTO_TEST_CASE(batches_of_any_size_end_in_the_same_state) {
  for (const auto& s : samples())
    for (const std::size_t size : {1000u, 1u, 2u, 3u}) {
      BOOST_TEST_CONTEXT(s.what << ", " << size << " elements in a batch") {
        import_rig rig;
        rig.options.batch_elements = size;
        const auto done = rig.take(s.elements);
        BOOST_TEST_REQUIRE(done.has_value());
        BOOST_TEST(rig.contents() == s.result, boost::test_tools::per_element());
        BOOST_TEST(rig.quarantine().empty());
        BOOST_TEST(done->refused.empty());
        BOOST_TEST(done->total.quarantined == 0u);
        BOOST_TEST(done->open_references == 0u);
      }
    }
}

// How far a record has come is told by its creation alone: MASTER asks for it when the record comes back to life.
BOOST_AUTO_TEST_CASE(a_deletion_leaves_the_mci) {
  import_rig rig;
  rig.take({an_office("a"), an_office("b"), an_office("s")}).value();
  rig.take({element("org_office", "a").at(3).mci(2).deleted(), element("org_office", "b").at(3).mci(2).into("s")})
      .value();
  BOOST_TEST(rig.line(offices, "a", with_mci::yes) == "org_office a @3 mci=1 deleted");
  BOOST_TEST(rig.line(offices, "b", with_mci::yes) == "org_office b @3 mci=1 into s");
}

// Found by tests/property: the reference was filled in after the merge, and what moved it on brought the record back.
BOOST_AUTO_TEST_CASE(a_merged_record_that_points_to_itself_stays_merged) {
  import_rig rig;
  rig.take({an_organisation("o", 2).ref("parent", "org_organisation", "o"), an_organisation("p", 3),
            element("org_organisation", "o").at(4).into("p")})
      .value();
  BOOST_TEST(rig.line(organisations, "o") == "org_organisation o @4 into p");
}

// Found by tests/property: the component got a uid here, and was in its own way when its element was offered again.
BOOST_AUTO_TEST_CASE(an_element_with_a_component_without_a_uid_can_be_offered_again) {
  import_rig rig;
  const std::string room =
      "<resource name=\"org_room\" modified_on=\"" + to_text(second(1)) + "\"><data field=\"name\">r</data></resource>";
  const std::string head = "<resource name=\"org_office\" uuid=\"urn:uuid:a\" modified_on=\"" + to_text(second(1)) +
                           "\"><data field=\"name\">a</data>";
  const std::string gone = element("org_room", "d").at(2).into("later").text();
  rig.take({an_office("b").with(a_room("d"))}).value();
  rig.take("<s3xml>" + head + room + gone + "</resource></s3xml>").value();
  BOOST_TEST(rig.quarantine().size() == 1u);
  rig.take({an_office("c", 3).with(a_room("later", 3))}).value();
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(rig.line(rooms, "d") == "org_room d @2 into later");
  BOOST_TEST(rig.store.snapshot().find_key(rooms, 0, std::string("r")).size() == 1u);
}

// What the document calls its records counts before what has such a uid here, wherever it is looked for.
BOOST_AUTO_TEST_CASE(a_reference_means_the_record_that_the_document_calls_so) {
  for (const std::size_t size : {1000u, 1u}) BOOST_TEST_CONTEXT(size << " elements in a batch") {
      import_rig rig;
      rig.options.batch_elements = size;
      rig.take({an_organisation("o").data("code", "A"), an_organisation("p").data("code", "B")}).value();
      rig.take({an_organisation("p", 5).data("code", "A"),
                an_office("f").ref("organisation_id", "org_organisation", "p")})
          .value();
      BOOST_TEST(rig.line(offices, "f") == "org_office f @0 name=f organisation_id=->o");
    }
}

// Native peers have their ties broken by content; that must not depend on the batches either.
BOOST_AUTO_TEST_CASE(a_second_import_of_the_same_changes_nothing) {
  for (const auto& s : samples())
    for (const bool native : {false, true}) {
      BOOST_TEST_CONTEXT(s.what << (native ? ", native" : "")) {
        import_rig rig;
        rig.options.native = native;
        rig.options.batch_elements = 1;
        BOOST_TEST_REQUIRE(rig.take(s.elements).has_value());
        const auto before = rig.contents(with_mci::yes);
        BOOST_TEST_REQUIRE(rig.take(s.elements).has_value());
        BOOST_TEST(rig.contents(with_mci::yes) == before, boost::test_tools::per_element());
        BOOST_TEST(rig.quarantine().empty());
      }
    }
}

BOOST_AUTO_TEST_CASE(what_is_unchanged_keeps_its_place_in_the_change_order) {
  import_rig rig;
  const std::vector<element> all{an_office("a").with(a_room("r")).ref("organisation_id", "org_organisation", "o"),
                                 an_organisation("o")};
  rig.take(all).value();
  const auto before = rig.store.snapshot().sequence();
  const auto again = rig.take(all).value();
  BOOST_TEST(rig.store.snapshot().sequence() == before);
  BOOST_TEST(again.total.unchanged == 3u);
  BOOST_TEST(again.total.received == 3u);
  BOOST_TEST(again.records == 1u);
}

BOOST_AUTO_TEST_CASE(a_new_record_is_stored_as_it_was_received) {
  import_rig rig;
  const auto done = rig.take({an_office("a", 5), element("org_office", "b").at(6).data("name", "b")}).value();
  BOOST_TEST(rig.line(offices, "a", with_mci::yes) == "org_office a @5 mci=1 name=a");
  BOOST_TEST(rig.line(offices, "b", with_mci::yes) == "org_office b @6 mci=2 name=b");
  BOOST_TEST(done.total.created == 2u);
  BOOST_TEST((done.youngest == second(6)));
  BOOST_TEST(rig.store.snapshot().find(offices, id_of("a"))->origin == 7);
}

BOOST_AUTO_TEST_CASE(an_update_writes_what_was_received_and_keeps_the_rest) {
  import_rig rig;
  rig.take({an_office("a", 5).data("phone1", "1").data("floors", "3")}).value();
  const auto done = rig.take({an_office("a", 6).mci(9).data("phone1", "2")}).value();
  BOOST_TEST(rig.line(offices, "a", with_mci::yes) == "org_office a @6 mci=1 name=a phone1=2 floors=3");
  BOOST_TEST(done.total.updated == 1u);
}

BOOST_AUTO_TEST_CASE(deleting_takes_the_components_along_but_not_the_younger_ones) {
  import_rig rig;
  rig.take({an_office("a", 1).with(a_room("old", 1)).with(a_room("young", 9))}).value();
  const auto done = rig.take({element("org_office", "a").at(5).deleted()}).value();
  BOOST_TEST(done.total.deleted == 1u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @5 deleted");
  BOOST_TEST(rig.line(rooms, "old") == "org_room old @5 deleted");
  BOOST_TEST(rig.line(rooms, "young") == "org_room young @9 name=young office_id=->a");
}

// The other order of the same events: it must end in the same state.
// It comes inside the master that it had there. Otherwise those who know it by the other one would never hear of it.
BOOST_AUTO_TEST_CASE(a_deletion_goes_on_by_the_master_that_a_component_has_here) {
  import_rig rig;
  rig.options.native = true;
  rig.take({an_office("a", 1).with(a_room("r", 1)), an_office("b", 1)}).value();
  rig.take({an_office("b", 1).with(a_room("r", 2))}).value();
  const auto place_of_b = [&] { return rig.store.snapshot().find(offices, id_of("b"))->sequence; };
  const auto before = rig.store.snapshot().sequence();
  rig.take({an_office("a", 1).with(element("org_room", "r").at(3).mci(1).deleted())}).value();
  BOOST_TEST(place_of_b() > before);
}

// They may part again, and both must be known everywhere by then.
BOOST_AUTO_TEST_CASE(of_two_single_components_the_older_one_is_no_less_known) {
  for (const std::string_view theirs : {"x", "z"}) {
    import_rig rig;
    rig.options.native = true;
    rig.options.conflict = policy_name::take_newer;
    rig.take({an_office("a", 1).with(a_badge("y", "red", 1))}).value();
    record mine;
    mine.resource = badges;
    mine.uuid = id_of("y");
    mine.fields.emplace_back(std::string("blue"));
    rig.write(mine, 9);
    rig.options.last_sync = second(5);
    rig.take({an_office("a", 1).with(a_badge(theirs, "green", 8))}).value();
    auto now = rig.store.snapshot();
    BOOST_TEST(now.find(badges, id_of("y"))->version.deleted == (theirs == "x"));
    BOOST_TEST_REQUIRE(now.find(badges, id_of(theirs)).has_value());
    BOOST_TEST(now.find(badges, id_of(theirs))->version.deleted == (theirs == "z"));
  }
}

BOOST_AUTO_TEST_CASE(a_component_that_comes_after_the_deletion_of_its_master_is_deleted_with_it) {
  for (const bool nested : {true, false}) {
    import_rig rig;
    rig.options.native = true;
    rig.take({an_office("a", 1)}).value();
    rig.take({element("org_office", "a").at(5).deleted()}).value();
    if (nested)
      rig.take({an_office("a", 1).with(a_room("old", 4)).with(a_room("young", 9))}).value();
    else
      rig.take({a_room("old", 4).ref("office_id", "org_office", "a"),
                a_room("young", 9).ref("office_id", "org_office", "a")})
          .value();
    BOOST_TEST(rig.line(offices, "a") == "org_office a @5 deleted");
    BOOST_TEST(rig.line(rooms, "old") == "org_room old @5 deleted");
    BOOST_TEST(rig.line(rooms, "young") == "org_room young @9 name=young office_id=->a");
  }
}

BOOST_AUTO_TEST_CASE(a_deletion_of_what_was_never_here_is_noted_and_keeps_older_copies_away) {
  import_rig rig;
  const auto done = rig.take({element("org_office", "a").at(5).deleted()}).value();
  BOOST_TEST(done.total.deleted == 1u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @5 deleted");
  BOOST_TEST(rig.take({an_office("a", 4)}).value().total.kept == 1u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @5 deleted");
}

BOOST_AUTO_TEST_CASE(a_deletion_that_names_nobody_leaves_nothing) {
  import_rig rig;
  rig.take("<s3xml><resource name=\"org_office\" deleted=\"True\"><data field=\"name\">x</data></resource></s3xml>")
      .value();
  BOOST_TEST(rig.contents().empty());
}

BOOST_AUTO_TEST_CASE(a_younger_version_undeletes) {
  import_rig rig;
  rig.take({an_office("a", 1).data("phone1", "1")}).value();
  rig.take({element("org_office", "a").at(5).deleted()}).value();
  const auto done = rig.take({an_office("a", 6)}).value();
  BOOST_TEST(done.total.updated == 1u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @6 name=a phone1=1");
}

BOOST_AUTO_TEST_CASE(the_five_merges_of_eden) {
  const auto both = [](import_rig& rig) {
    return rig.take({an_organisation("s"), element("org_organisation", "d").at(5).into("s")});
  };
  {
    import_rig rig;  // both are here
    rig.take({an_organisation("s"), an_organisation("d"),
              an_office("a").ref("organisation_id", "org_organisation", "d"),
              an_organisation("l").refs("friends", "org_organisation", {"x", "d", "s"})})
        .value();
    both(rig).value();
    BOOST_TEST(rig.line(organisations, "d") == "org_organisation d @5 into s");
    BOOST_TEST(rig.line(offices, "a") == "org_office a @5 name=a organisation_id=->s");
    // A member of the list once, even if it was there before.
    BOOST_TEST(rig.line(organisations, "l").find("->d") == std::string::npos);
    BOOST_TEST(rig.line(organisations, "l").find("->x->s") != std::string::npos);
  }
  {
    import_rig rig;  // only the survivor
    rig.take({an_organisation("s")}).value();
    both(rig).value();
    BOOST_TEST(rig.line(organisations, "d") == "org_organisation d @5 into s");
    BOOST_TEST(rig.line(organisations, "s") == "org_organisation s @0 name=s");
  }
  {
    import_rig rig;  // only the duplicate; its components move
    rig.take({an_office("d").with(a_room("r"))}).value();
    rig.take({an_office("s"), element("org_office", "d").at(5).into("s")}).value();
    BOOST_TEST(rig.line(rooms, "r") == "org_room r @5 name=r office_id=->s");
  }
  {
    import_rig rig;  // neither
    both(rig).value();
    BOOST_TEST(rig.line(organisations, "s") == "org_organisation s @0 name=s");
  }
  {
    import_rig rig;  // the survivor does not come at all: nothing is merged, and nothing is lost
    rig.take({an_organisation("d")}).value();
    const auto done = rig.take({element("org_organisation", "d").at(5).into("s")}).value();
    BOOST_TEST(done.total.quarantined == 1u);
    BOOST_TEST(rig.line(organisations, "d") == "org_organisation d @0 name=d");
    rig.take({an_organisation("s")}).value();
    rig.take(std::vector<element>{}).value();
    BOOST_TEST(rig.line(organisations, "d") == "org_organisation d @5 into s");
    BOOST_TEST(rig.quarantine().empty());
  }
}

// The place of a record is remembered within an import; a merge must not be missed because of that.
BOOST_AUTO_TEST_CASE(a_reference_after_a_merge_goes_to_the_survivor) {
  import_rig rig;
  rig.options.batch_elements = 1;
  rig.take({an_organisation("s"), an_organisation("d"), an_office("a").ref("organisation_id", "org_organisation", "d"),
            element("org_organisation", "d").at(5).into("s"),
            an_office("b").ref("organisation_id", "org_organisation", "d")})
      .value();
  BOOST_TEST(rig.line(offices, "a") == "org_office a @5 name=a organisation_id=->s");
  BOOST_TEST(rig.line(offices, "b") == "org_office b @5 name=b organisation_id=->s");
}

BOOST_AUTO_TEST_CASE(members_of_lists_go_to_the_survivor_in_any_order) {
  const auto list = an_organisation("x", 1).refs("friends", "org_organisation", {"d", "y"});
  const auto merged = element("org_organisation", "d").at(5).into("s");
  const std::vector<std::vector<element>> orders{
      {an_organisation("s"), an_organisation("d"), list, merged},
      {an_organisation("s"), an_organisation("d"), merged, list},
      {an_organisation("s"), list, merged},
      {an_organisation("s"), merged, list},
      {list, an_organisation("d"), an_organisation("s"), merged},
  };
  for (const auto& order : orders) {
    import_rig rig;
    for (const auto& e : order) rig.take({e}).value();
    BOOST_TEST(rig.line(organisations, "x") == "org_organisation x @5 name=x friends=->s->y");
  }
}

BOOST_AUTO_TEST_CASE(a_twin_by_unique_key_is_referred_to_by_either_uid) {
  for (const std::size_t size : {1000u, 1u}) {
    import_rig rig;
    rig.options.batch_elements = size;
    rig.take({an_organisation("mine", 0).data("code", "RC")}).value();
    const std::vector<element> theirs{an_office("a", 1).ref("organisation_id", "org_organisation", "theirs"),
                                      an_organisation("theirs", 0).data("name", "mine").data("code", "RC"),
                                      an_office("b", 1).ref("organisation_id", "org_organisation", "theirs")};
    rig.take(theirs).value();
    BOOST_TEST(rig.line(offices, "a") == "org_office a @1 name=a organisation_id=->mine");
    BOOST_TEST(rig.line(offices, "b") == "org_office b @1 name=b organisation_id=->mine");
    BOOST_TEST(rig.line(organisations, "theirs").empty());
    // Nothing of the organisation changed, and yet the office must not lose it.
    rig.take({an_office("a", 2).ref("organisation_id", "org_organisation", "theirs"),
              an_organisation("theirs", 0).data("name", "mine").data("code", "RC")})
        .value();
    BOOST_TEST(rig.line(offices, "a") == "org_office a @2 name=a organisation_id=->mine");
    BOOST_TEST(rig.report.open_references == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_single_component_is_found_under_its_master_whatever_its_uid) {
  import_rig rig;
  rig.take({an_office("a").with(a_badge("mine", "blue", 1))}).value();
  rig.take({an_office("a").with(a_badge("theirs", "red", 2))}).value();
  BOOST_TEST(rig.line(badges, "mine") == "org_badge mine @2 text=red office_id=->a");
  BOOST_TEST(rig.line(badges, "theirs").empty());
}

BOOST_AUTO_TEST_CASE(a_document_without_times_changes_nothing_the_second_time) {
  import_rig rig;
  auto doc = document({an_office("a").data("phone1", "1")});
  const std::string time = " modified_on=\"" + to_text(second(0)) + "\"";
  if (const auto at = doc.find(time); at != std::string::npos) doc.erase(at, time.size());
  rig.take(doc).value();
  const auto before = rig.store.snapshot().sequence();
  rig.clock.set(second(2000));
  rig.take(doc).value();
  BOOST_TEST(rig.report.total.unchanged == 1u);
  BOOST_TEST(rig.store.snapshot().sequence() == before);
}

BOOST_AUTO_TEST_CASE(what_came_whole_is_written_when_the_import_is_told_to_end) {
  import_rig rig;
  int asked = 0;
  rig.options.cancelled = [&] { return ++asked > 2; };
  const auto done =
      rig.take({an_office("a"), an_office("b"), an_office("c"), an_office("d"), an_office("e"), an_office("f")});
  BOOST_TEST((done.error().code == error::cancelled));
  BOOST_TEST(rig.contents().size() == 3u);
}

// Another writer of the site merges, between two batches, what the first one referred to.
BOOST_AUTO_TEST_CASE(what_others_write_between_two_batches_is_seen) {
  import_rig rig;
  rig.take({an_organisation("a", 1), an_organisation("b", 1)}).value();
  rig.options.batch_elements = 1;
  int batches = 0;
  rig.options.cancelled = [&] {
    if (++batches == 2) {
      auto t = rig.store.begin({second(50), this_site});
      record gone;
      gone.resource = organisations;
      gone.version = {second(50), std::nullopt, true};
      gone.replaced_by = id_of("a");
      t.update(t.find(organisations, id_of("b"))->handle, gone).value();
      t.commit();
    }
    return false;
  };
  rig.take({an_office("o1", 2).ref("organisation_id", "org_organisation", "b"),
            an_office("o2", 2).ref("organisation_id", "org_organisation", "b")})
      .value();
  BOOST_TEST(rig.line(offices, "o2") == "org_office o2 @50 name=o2 organisation_id=->a");
}

BOOST_AUTO_TEST_CASE(the_strategy_forbids_methods_one_by_one) {
  const std::vector<element> here{an_office("u"), an_office("d"), an_office("m"), an_office("s")};
  const std::vector<element> there{an_office("c", 1), an_office("u", 1), element("org_office", "d").at(1).deleted(),
                                   element("org_office", "m").at(1).into("s")};
  const auto left = [&](strategy allowed) {
    import_rig rig;
    rig.take(here).value();
    rig.options.allowed = allowed;
    const auto done = rig.take(there).value();
    BOOST_TEST(done.total.refused + done.total.created + done.total.updated + done.total.deleted == 4u);
    BOOST_TEST(done.records == 4 - done.total.refused);
    BOOST_TEST(rig.quarantine().empty());
    std::string all;
    for (const auto n : {"c", "u", "d", "m"}) all += rig.line(offices, n).substr(10) + ";";
    return all;
  };
  BOOST_TEST(left({method::create}) == " c @1 name=c; u @0 name=u; d @0 name=d; m @0 name=m;");
  BOOST_TEST(left({method::update, method::create}) == " c @1 name=c; u @1 name=u; d @0 name=d; m @0 name=m;");
  // A task from a time when there was no merging allows it if it allows deleting.
  BOOST_TEST(left({method::create, method::erase}) == " c @1 name=c; u @0 name=u; d @1 deleted; m @1 into s;");
  BOOST_TEST(left({method::create, method::merge}) == " c @1 name=c; u @0 name=u; d @0 name=d; m @1 into s;");
}

BOOST_AUTO_TEST_CASE(a_component_whose_master_is_kept_away_is_kept_away_and_accounted_for) {
  import_rig rig;
  rig.options.update = policy_name::take_master;
  const auto done = rig.take({an_office("a").mci(2).with(a_room("r"))}).value();
  BOOST_TEST(rig.contents().empty());
  BOOST_TEST(done.total.received == 2u);
  BOOST_TEST(done.total.kept == 2u);
  const auto why = rig.decisions(rooms, "r");
  BOOST_TEST_REQUIRE(why.size() == 1u);
  BOOST_TEST((why[0].outcome.why == rule::not_from_master));
  BOOST_TEST((why[0].outcome.what == action::none));
}

BOOST_AUTO_TEST_CASE(counts_are_of_distinct_records) {
  import_rig rig;
  rig.options.handle_limit = 10;
  rig.write(offices, "u", "u", 0);
  rig.write(offices, "k", "k", 9);
  const auto done = rig.take({an_office("c", 1).with(a_room("r", 1)), an_office("u", 1), an_office("k", 1),
                              element("org_office", "d").at(1).deleted(), an_organisation("o")})
                        .value();
  record_counts all;
  all.received = 6;
  all.created = 3;
  all.updated = 1;
  all.deleted = 1;
  all.kept = 1;
  BOOST_TEST((done.total == all));
  BOOST_TEST(done.by_resource.at(rooms).created == 1u);
  BOOST_TEST(done.records == 4u);
  BOOST_TEST(done.created.size() == 1u);
  BOOST_TEST(done.updated.size() == 2u);
  // The deletion of what was never here is noted and counted, but not listed, as an Eden would not.
  BOOST_TEST(done.deleted.empty());
  BOOST_TEST(done.batches == 1u);
}

BOOST_AUTO_TEST_CASE(resources_that_are_not_in_the_schema_are_counted_and_skipped) {
  import_rig rig;
  const auto done = rig.take({element("gis_location", "l").data("name", "l"), an_office("a"),
                              element("auth_user", "evil").data("password", "x")})
                        .value();
  BOOST_TEST(done.unknown.at("gis_location") == 1u);
  BOOST_TEST(done.unknown.at("auth_user") == 1u);
  BOOST_TEST(rig.contents() == lines{"org_office a @0 name=a"});
}

BOOST_AUTO_TEST_CASE(a_change_of_a_component_that_comes_alone_moves_its_master_in_the_change_order) {
  import_rig rig;
  rig.take({an_office("a").with(a_room("r"))}).value();
  const auto before = rig.store.snapshot().sequence();
  rig.take({a_room("r", 3).ref("office_id", "org_office", "a")}).value();
  BOOST_TEST(rig.store.snapshot().find(offices, id_of("a"))->sequence > before);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @0 name=a");
  const auto quiet = rig.store.snapshot().sequence();
  rig.take({a_room("r", 3).ref("office_id", "org_office", "a")}).value();
  BOOST_TEST(rig.store.snapshot().sequence() == quiet);
}

BOOST_AUTO_TEST_CASE(the_report_can_be_asked_after_the_end) {
  import_rig rig;
  import_rig::importer_type i(rig.store, relief(), rig.options);
  i.start().value();
  i.feed(document({an_office("a")})).value();
  i.finish().value();
  BOOST_TEST(i.report().records == 1u);
  BOOST_TEST(i.root_name() == "s3xml");
}

BOOST_AUTO_TEST_SUITE_END()
