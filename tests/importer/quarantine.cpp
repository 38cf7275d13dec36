// Records that cannot be taken: they wait with their reason, and every run offers them again.
#include "edensync/importer/importer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(importer_quarantine)

BOOST_AUTO_TEST_CASE(a_field_of_the_wrong_type_is_named_and_the_others_go_on) {
  import_rig rig;
  const auto done = rig.take({an_office("a").data("floors", "three"), an_office("b")}).value();
  BOOST_TEST(rig.contents() == lines{"org_office b @0 name=b"});
  BOOST_TEST(done.total.quarantined == 1u);
  BOOST_TEST(done.records == 1u);
  BOOST_TEST_REQUIRE(done.refused.size() == 1u);
  BOOST_TEST((done.refused[0].uuid == id_of("a")));
  const auto waiting = rig.quarantine();
  BOOST_TEST_REQUIRE(waiting.size() == 1u);
  const auto& q = waiting[0];
  BOOST_TEST(q.repository == 7);
  BOOST_TEST(q.task == 3);
  BOOST_TEST(q.resource == "org_office");
  BOOST_TEST((q.uuid == id_of("a")));
  BOOST_TEST((q.reason == refusal_reason::invalid_field));
  BOOST_TEST(q.message.find("floors") != std::string::npos);
  BOOST_TEST(q.payload.find("three") != std::string::npos);
  BOOST_TEST((q.modified_on == second(0)));
  BOOST_TEST((q.since == second(1000)));
  BOOST_TEST(q.attempts == 1u);
}

BOOST_AUTO_TEST_CASE(attributes_of_the_record_are_checked_like_fields) {
  import_rig rig;
  rig.take(
         "<s3xml><resource name=\"org_office\" uuid=\"urn:uuid:a\" modified_on=\"yesterday\"><data "
         "field=\"name\">a</data></resource></s3xml>")
      .value();
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  BOOST_TEST(rig.quarantine()[0].message.find("modified_on") != std::string::npos);
  rig.take(std::vector<element>{}).value();
  BOOST_TEST(rig.quarantine().size() == 1u);
  BOOST_TEST(rig.quarantine()[0].payload.find("yesterday") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_mandatory_field_is_named) {
  import_rig rig;
  const auto done = rig.take({element("org_office", "a").at(0), an_office("b")}).value();
  BOOST_TEST(rig.contents() == lines{"org_office b @0 name=b"});
  BOOST_TEST_REQUIRE(done.refused.size() == 1u);
  BOOST_TEST((done.refused[0].reason == refusal_reason::missing_field));
  // The reason stands beside it.
  BOOST_TEST(done.refused[0].message == "name");
}

BOOST_AUTO_TEST_CASE(a_record_that_waits_and_comes_again_is_tried_once_more_and_not_twice) {
  import_rig rig;
  const std::vector<element> bad{element("org_office", "a").at(0)};
  for (std::uint32_t tries = 1; tries < 4; ++tries) {
    rig.clock.advance(10);
    rig.take(bad).value();
    BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
    BOOST_TEST(rig.quarantine()[0].attempts == tries);
  }
  // One that was taken begins anew.
  rig.take({an_office("a", 5)}).value();
  BOOST_TEST(rig.quarantine().empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_component_keeps_its_whole_element_out) {
  import_rig rig;
  const auto done =
      rig.take({an_office("a").with(element("org_room", "r").at(0).mci(1)).with(a_room("good")), an_office("b")})
          .value();
  BOOST_TEST(rig.contents() == lines{"org_office b @0 name=b"});
  BOOST_TEST(done.total.quarantined == 1u);
  BOOST_TEST(done.total.created == 1u);
  BOOST_TEST(done.records == 1u);
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  // It is the element that waits, as a whole, and is told apart by its own uid.
  BOOST_TEST(rig.quarantine()[0].resource == "org_office");
  BOOST_TEST((rig.quarantine()[0].uuid == id_of("a")));
  BOOST_TEST(rig.quarantine()[0].message.find("org_room") != std::string::npos);
  BOOST_TEST(rig.quarantine()[0].payload.find("good") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_element_that_fails_elsewhere_the_next_time_still_waits_once) {
  import_rig rig;
  rig.take({an_office("a").data("floors", "x").with(a_room("r"))}).value();
  rig.take({an_office("a").with(a_room("r")).with(element("org_room", "s").at(0)), a_post("p", "nowhere")}).value();
  rig.take({an_office("a").with(element("org_room", "r").at(0)).with(a_room("s"))}).value();
  std::size_t of_a = 0;
  for (const auto& q : rig.quarantine()) of_a += q.uuid == id_of("a");
  BOOST_TEST(of_a == 1u);
}

BOOST_AUTO_TEST_CASE(a_newer_version_that_is_taken_leaves_nothing_older_behind) {
  import_rig rig;
  rig.take({an_office("a", 5).data("floors", "x"), an_office("b", 5).data("floors", "x")}).value();
  rig.clock.advance(10);
  const auto done = rig.take({an_office("a", 9), an_office("b", 3)}).value();
  BOOST_TEST(done.released == 1u);
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  BOOST_TEST((rig.quarantine()[0].uuid == id_of("b")));
  rig.take({an_office("b", 6)}).value();
  BOOST_TEST(rig.quarantine().empty());
  // But for what has components: they would be lost.
  rig.take({an_office("c", 5).data("floors", "x").with(a_room("r"))}).value();
  rig.take({an_office("c", 6)}).value();
  BOOST_TEST(rig.quarantine().size() == 1u);
}

// A peer sends with a master only those components that are news, and none if something else only refers to it.
BOOST_AUTO_TEST_CASE(a_master_that_waits_keeps_the_components_that_came_with_it_before) {
  import_rig rig;
  const auto bad = [](std::int64_t at) { return an_office("a", at).data("floors", "x"); };
  rig.take({bad(5).with(a_room("r", 5)).with(a_badge("b", "red", 5))}).value();
  rig.take({bad(6).with(a_badge("b", "blue", 6)).with(a_room("s", 6))}).value();
  rig.take({bad(6)}).value();
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  const auto waits = rig.quarantine()[0].payload;
  for (const std::string_view part : {"urn:uuid:r", "urn:uuid:s", "urn:uuid:b", "blue"}) {
    BOOST_TEST(waits.find(part) != std::string::npos);
    BOOST_TEST(waits.find(part) == waits.rfind(part));
  }
  BOOST_TEST(waits.find("red") == std::string::npos);
  // Once somebody has corrected the office they come with it.
  auto q = rig.quarantine()[0];
  const auto wrong = q.payload.find("<data field=\"floors\"");
  auto end = q.payload.find('>', wrong);
  if (q.payload[end - 1] != '/') end = q.payload.find('>', end + 1);
  q.payload.erase(wrong, end + 1 - wrong);
  auto t = rig.store.begin({});
  t.add_quarantine(q);
  t.commit();
  BOOST_TEST(rig.take(std::vector<element>{}).value().released == 1u);
  BOOST_TEST(rig.contents().size() == 4u);
}

// Otherwise its sender would never be sent it.
BOOST_AUTO_TEST_CASE(what_was_corrected_here_is_an_edit_of_this_site) {
  for (const std::int64_t at : {5, 6}) {
    import_rig rig;
    rig.take({an_office("a", 5).data("floors", "x")}).value();
    auto q = rig.quarantine().at(0);
    q.payload = document({an_office("a", at)});
    auto t = rig.store.begin({});
    t.add_quarantine(q);
    t.commit();
    BOOST_TEST(rig.take(std::vector<element>{}).value().released == 1u);
    auto now = rig.store.snapshot();
    const auto found = now.find(offices, id_of("a"));
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->origin == (at == 5 ? 7 : this_site));
  }
}

BOOST_AUTO_TEST_CASE(a_dangling_mandatory_reference_waits_for_its_target) {
  import_rig rig;
  const auto done = rig.take({a_post("p", "a")}).value();
  BOOST_TEST(done.total.quarantined == 1u);
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  BOOST_TEST((rig.quarantine()[0].reason == refusal_reason::missing_reference));
  BOOST_TEST(rig.quarantine()[0].message.find("office_id") != std::string::npos);
  // Offered again and again, in vain; the entry counts how often.
  rig.clock.advance(10);
  rig.take(std::vector<element>{}).value();
  BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
  BOOST_TEST(rig.quarantine()[0].attempts == 2u);
  BOOST_TEST((rig.quarantine()[0].since == second(1000)));
  // The target comes with another document: that run takes what waited, and does not count it as received.
  const auto last = rig.take({an_office("a")}).value();
  BOOST_TEST(rig.line(posts, "p") == "hrm_post p @0 name=p office_id=->a");
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(last.released == 1u);
  BOOST_TEST(last.total.received == 1u);
  BOOST_TEST(last.total.quarantined == 0u);
}

BOOST_AUTO_TEST_CASE(a_dangling_optional_reference_is_left_open_and_filled_when_its_target_comes) {
  import_rig rig;
  const auto done = rig.take({an_office("a").ref("organisation_id", "org_organisation", "o")}).value();
  BOOST_TEST(rig.contents() == lines{"org_office a @0 name=a"});
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(done.open_references == 1u);
  const auto next = rig.take({an_organisation("o")}).value();
  BOOST_TEST(next.open_references == 0u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @0 name=a organisation_id=->o");
}

BOOST_AUTO_TEST_CASE(what_waited_for_a_record_of_the_same_document_was_never_refused) {
  import_rig rig;
  rig.options.batch_elements = 1;
  const auto done = rig.take({a_post("p", "a"), an_office("a"), a_post("q", "never")}).value();
  BOOST_TEST(rig.line(posts, "p") == "hrm_post p @0 name=p office_id=->a");
  BOOST_TEST(done.total.received == 3u);
  BOOST_TEST(done.total.created == 2u);
  BOOST_TEST(done.total.quarantined == 1u);
  BOOST_TEST(done.by_resource.at(posts).quarantined == 1u);
  BOOST_TEST_REQUIRE(done.refused.size() == 1u);
  BOOST_TEST((done.refused[0].uuid == id_of("q")));
}

// p2 needs p1's office, and both come before it: the second can only be taken after the first was.
BOOST_AUTO_TEST_CASE(a_chain_of_waiting_records_is_taken_in_as_many_rounds_as_it_needs) {
  import_rig rig;
  rig.options.batch_elements = 1;
  const auto done =
      rig.take({element("org_organisation", "d1").at(5).into("d2"), element("org_organisation", "d2").at(5).into("s"),
                a_post("p", "a"), an_organisation("s"), an_office("a")})
          .value();
  BOOST_TEST(done.total.quarantined == 0u);
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(rig.line(organisations, "d2") == "org_organisation d2 @5 into s");
}

BOOST_AUTO_TEST_CASE(a_better_version_of_its_sender_makes_a_waiting_one_superfluous) {
  import_rig rig;
  rig.take({an_office("a", 1).data("floors", "three").data("phone1", "old")}).value();
  rig.take({an_office("a", 2)}).value();
  BOOST_TEST(rig.line(offices, "a") == "org_office a @2 name=a");
  // Its fields still cannot be read, but nobody needs them any more.
  const auto done = rig.take(std::vector<element>{}).value();
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(done.total.quarantined == 0u);
  BOOST_TEST(rig.line(offices, "a") == "org_office a @2 name=a");
}

// Edited here since then: the record in quarantine would not be taken, whatever is wrong with it.
BOOST_AUTO_TEST_CASE(a_waiting_record_that_cannot_win_any_more_is_let_go) {
  import_rig rig;
  rig.take({an_office("a", 1).data("floors", "many")}).value();
  BOOST_TEST(rig.quarantine().size() == 1u);
  rig.take({an_office("a", 2).data("floors", "3")}).value();
  rig.write(offices, "a", "mine", 5);
  rig.take(std::vector<element>{}).value();
  BOOST_TEST(rig.quarantine().empty());
  BOOST_TEST(rig.line(offices, "a") == "org_office a @5 name=mine floors=3");
}

// A master that is written each time it is offered is no progress while its component still lacks the same record.
BOOST_AUTO_TEST_CASE(rounds_end_when_nothing_more_is_taken) {
  import_rig rig;
  rig.options.update = policy_name::take_remote;
  rig.take({an_organisation("s", 1), an_organisation("t", 1)}).value();
  rig.take({element("org_organisation", "t").at(2).into("s")}).value();
  int batches = 0;
  rig.options.cancelled = [&] { return ++batches > 50; };
  const auto done =
      rig.take({an_organisation("x", 3).ref("parent", "org_organisation", "t"),
                an_organisation("y", 3).ref("parent", "org_organisation", "t"), a_post("p", "nowhere", 3)});
  BOOST_TEST(done.has_value());
  BOOST_TEST(batches < 20);
  BOOST_TEST(rig.quarantine().size() == 1u);
}

// Between edensync sites, however far apart in the document the two stand.
BOOST_AUTO_TEST_CASE(a_key_that_changes_hands_makes_no_twin) {
  for (const std::size_t batch : {1u, 100u}) {
    import_rig rig;
    rig.options.native = true;
    rig.options.batch_elements = batch;
    rig.take({an_organisation("ann", 1).data("code", "K")}).value();
    rig.take({an_organisation("bob", 2).data("code", "K"), an_organisation("x", 2),
              an_organisation("ann", 2).data("code", "K-old")})
        .value();
    BOOST_TEST(rig.line(organisations, "ann") == "org_organisation ann @2 name=ann code=K-old");
    BOOST_TEST(rig.line(organisations, "bob") == "org_organisation bob @2 name=bob code=K");
    BOOST_TEST(rig.quarantine().empty());
    BOOST_TEST(rig.report.total.quarantined == 0u);
    // The key stays where it is: then they are taken for one, as Eden does.
    rig.take({an_organisation("twin", 3).data("code", "K")}).value();
    BOOST_TEST(rig.line(organisations, "twin").empty());
    BOOST_TEST(rig.line(organisations, "bob") == "org_organisation bob @3 name=twin code=K");
    BOOST_TEST(rig.quarantine().empty());
  }
}

BOOST_AUTO_TEST_CASE(what_is_offered_again_is_not_part_of_the_document) {
  import_rig rig;
  rig.take({a_post("p", "a", 50)}).value();
  rig.write(offices, "a", "a", 60);
  rig.options.master = posts;
  const auto done = rig.take({a_post("q", "a", 10)}).value();
  BOOST_TEST(done.released == 1u);
  BOOST_TEST(done.total.received == 1u);
  BOOST_TEST(done.total.created == 2u);
  // The watermark is made of what the document holds.
  BOOST_TEST((done.youngest == second(10)));
}

BOOST_AUTO_TEST_CASE(only_the_same_repository_and_task_offer_it_again) {
  import_rig rig;
  {
    auto t = rig.store.begin({});
    for (const task_id id : {3, 4}) t.put_task({.id = id, .repository = 7, .resource = "hrm_post"});
    t.commit();
  }
  rig.take({a_post("p", "a")}).value();
  rig.write(offices, "a", "a", 60);
  import_rig other;
  other.store = rig.store;
  other.options.task = 4;
  other.take(std::vector<element>{}).value();
  other.options.task = 3;
  other.options.origin = 8;
  other.take(std::vector<element>{}).value();
  BOOST_TEST(rig.quarantine().size() == 1u);
  // Once there is no such task any more, whoever comes from there takes care of it.
  {
    auto u = rig.store.begin({});
    u.erase_task(3);
    u.commit();
  }
  other.options.origin = 7;
  other.options.task = 4;
  other.take(std::vector<element>{}).value();
  BOOST_TEST(rig.quarantine().empty());
}

BOOST_AUTO_TEST_CASE(two_records_with_one_unique_key_are_taken_for_one) {
  import_rig rig;
  rig.take({an_organisation("o", 1).data("code", "RC"), an_organisation("p", 2).data("code", "RC")}).value();
  BOOST_TEST(rig.contents() == lines{"org_organisation o @2 name=p code=RC"});
}

BOOST_AUTO_TEST_CASE(a_key_that_two_others_share_between_them_is_refused_by_the_store) {
  import_rig rig;
  rig.take({an_organisation("o", 1).data("code", "A"), an_organisation("p", 1).data("code", "B")}).value();
  rig.take({element("org_organisation", "o").at(3).deleted()}).value();
  // A reused key belongs to the deleted record as well; the live one counts.
  rig.take({an_organisation("q", 4).data("code", "B")}).value();
  BOOST_TEST(rig.line(organisations, "p") == "org_organisation p @4 name=q code=B");
  BOOST_TEST(rig.quarantine().empty());
}

BOOST_AUTO_TEST_CASE(a_failure_while_it_is_offered_again_ends_the_import) {
  for (const std::size_t size : {1u, 1000u}) {
    import_rig rig;
    rig.options.batch_elements = size;
    rig.take({a_post("p", "a")}).value();
    rig.options.cancelled = [] { return true; };
    import_rig::importer_type i(rig.store, relief(), rig.options);
    const auto begun = i.start();
    BOOST_TEST_REQUIRE(begun.has_error());
    BOOST_TEST((begun.error().code == error::cancelled));
  }
}

BOOST_AUTO_TEST_CASE(the_report_names_some_and_counts_all) {
  import_rig rig;
  rig.options.report_limit = 3;
  rig.options.batch_elements = 2;
  std::vector<element> all;
  for (int i = 0; i < 10; ++i) all.push_back(an_office("a" + std::to_string(i)).data("floors", "x"));
  const auto done = rig.take(all).value();
  BOOST_TEST(done.refused.size() == 3u);
  BOOST_TEST(done.total.quarantined == 10u);
  BOOST_TEST(rig.quarantine().size() == 10u);
}

// Within its document only a tuid means anything: no later one can bring what this one lacks.
BOOST_AUTO_TEST_CASE(nothing_waits_for_a_tuid_that_the_document_does_not_hold) {
  const std::string text =
      "<s3xml>"
      "<resource name='org_office' uuid='urn:uuid:a'><data field='name'>a</data>"
      "<reference field='organisation_id' resource='org_organisation' tuid='nobody'/></resource>"
      "<resource name='org_office' uuid='urn:uuid:b'><data field='name'>b</data>"
      "<reference field='organisation_id' resource='org_organisation' tuid='later'/></resource>"
      "<resource name='org_organisation' uuid='urn:uuid:x'><data field='name'>x</data>"
      "<reference field='friends' resource='org_organisation' tuid='[&quot;nobody&quot;, "
      "&quot;later&quot;]'/></resource>"
      "<resource name='hrm_post' uuid='urn:uuid:p'><data field='name'>p</data>"
      "<reference field='office_id' resource='org_office' tuid='gone'/></resource>"
      "<resource name='hrm_post' uuid='urn:uuid:q'><data field='name'>q</data>"
      "<reference field='office_id' resource='org_office' tuid='soon'/></resource>"
      "<resource name='org_organisation' tuid='later'><data field='name'>later</data></resource>"
      "<resource name='org_office' tuid='soon'><data field='name'>soon</data></resource>"
      "</s3xml>";
  for (const std::size_t batch : {1u, 1000u}) {
    import_rig rig;
    rig.options.batch_elements = batch;
    const auto done = rig.take(text).value();
    BOOST_TEST(done.open_references == 0u);
    auto s = rig.store.snapshot();
    stored_record r;
    const auto at = [&](resource_id resource, std::string_view name) -> const stored_record& {
      s.load(resource, s.find(resource, id_of(name))->handle, r);
      return r;
    };
    BOOST_TEST(is_null(at(offices, "a").fields[3]));
    BOOST_TEST(!is_null(at(offices, "b").fields[3]));
    const auto& friends = std::get<std::vector<reference>>(at(organisations, "x").fields[3]);
    BOOST_TEST_REQUIRE(friends.size() == 1u);
    BOOST_TEST((friends[0].handle != record_handle::none));
    BOOST_TEST(s.find(posts, id_of("q")).has_value());
    // What must have one waits, and says for what.
    BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u);
    const auto q = rig.quarantine()[0];
    BOOST_TEST((q.uuid == id_of("p")));
    BOOST_TEST((q.reason == refusal_reason::missing_reference));
    BOOST_TEST(q.message == "office_id: no record of the document has the tuid gone");
    BOOST_TEST(done.refused.at(0).message == q.message);
  }
}

BOOST_AUTO_TEST_SUITE_END()
