#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "edensync/policy/eden_exact.hpp"
#include "support/import_rig.hpp"

// What Eden's import loses, and this one does not (spec/import.md §13). Where the engine has Eden's rules as well, both
// import the same document; elsewhere Eden's rule is told in a few lines.

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

struct eden_rig : import_rig {
  eden_rig() {
    options.decide = &eden_exact::decide;
    options.as_eden = true;
  }
};

// What a peer gets that asks for what changed since.
template <class Asked>
std::set<std::string> told_since(Asked& rig, std::int64_t since) {
  std::set<std::string> out;
  auto s = rig.store.snapshot();
  auto each = s.changes({offices, 0, second(since), true});
  for (stored_record r; each.next(r);) out.insert(r.uuid.text().substr(9));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remedies)

BOOST_AUTO_TEST_CASE(I1_a_refused_version_leaves_the_time_of_the_record_alone) {
  const auto edited_here_then_refused = [](auto& rig) {
    rig.write(organisations, "o", "o", 1);
    rig.write(offices, "a", "ours", 10);
    rig.take({an_office("a", 5).ref("organisation_id", "org_organisation", "o")}).value();
    return rig.line(offices, "a");
  };
  eden_rig eden;
  import_rig ours;
  // Whoever has pulled all until second 8 by the records' times is never told of the edit.
  BOOST_TEST(edited_here_then_refused(eden) == "org_office a @5 name=ours");
  BOOST_TEST(edited_here_then_refused(ours) == "org_office a @10 name=ours");
}

BOOST_AUTO_TEST_CASE(I2_a_record_that_cannot_be_taken_is_offered_again) {
  import_rig rig;
  rig.options.master = posts;
  const auto first = rig.take({a_post("p", "a", 5), an_office("b", 1), a_post("q", "b", 9)}).value();
  BOOST_TEST_REQUIRE(first.youngest.has_value());
  // Eden asks from the youngest record that it took on: the one that lacked its office is never sent again.
  BOOST_TEST((second(5) < *first.youngest + 1));
  rig.take({an_office("a", 20)}).value();
  BOOST_TEST(rig.line(posts, "p") == "hrm_post p @5 name=p office_id=->a");
}

BOOST_AUTO_TEST_CASE(I3_one_record_from_elsewhere_does_not_keep_the_others_out_under_MASTER) {
  const std::vector<element> all{an_office("near", 1).mci(1), an_office("far", 1).mci(2), an_office("next", 1).mci(1)};
  // Eden dies of the second one, and the whole push is taken back.
  const std::vector<int> copies{1, 2, 1};
  const bool eden_takes_any = std::all_of(copies.begin(), copies.end(), [](int n) { return n == 1; });
  BOOST_TEST(!eden_takes_any);
  import_rig rig;
  rig.options.update = policy_name::take_master;
  rig.take(all).value();
  BOOST_TEST(rig.contents() == (lines{"org_office near @1 name=near", "org_office next @1 name=next"}),
             boost::test_tools::per_element());
  const auto why = rig.decisions(offices, "far");
  BOOST_TEST_REQUIRE(why.size() == 1u);
  BOOST_TEST((why[0].outcome.why == rule::not_from_master));
}

BOOST_AUTO_TEST_CASE(I4_a_change_lost_where_the_record_was_born_can_be_found_or_forbidden) {
  const auto changed_at_both = [](import_rig& rig) {
    rig.write(offices, "a", "ours", 10);  // born here: mci 0
    rig.options.update = policy_name::take_remote;
    rig.options.conflict = policy_name::take_master;
    rig.options.last_sync = second(5);
    rig.take({an_office("a", 15).mci(1).data("name", "theirs")}).value();
    return rig.line(offices, "a");
  };
  eden_rig eden;
  import_rig ours, strict, other_rule;
  // The conflict policy MASTER lets the foreign change through; the outcome is the same here, but what it cost is kept.
  BOOST_TEST(changed_at_both(eden) == "org_office a @15 name=theirs");
  BOOST_TEST(changed_at_both(ours) == "org_office a @15 name=theirs");
  const auto kept = ours.decisions(offices, "a");
  BOOST_TEST_REQUIRE(kept.size() == 1u);
  import_rig restored;
  restored.take(kept[0].loser).value();
  BOOST_TEST(restored.line(offices, "a") == "org_office a @10 name=ours");
  // A site may be strict: then the birthplace wins.
  strict.options.strict_master = true;
  BOOST_TEST(changed_at_both(strict) == "org_office a @10 name=ours");
  BOOST_TEST((strict.decisions(offices, "a").at(0).outcome.conflict == conflict_state::refused));
  BOOST_TEST(!strict.decisions(offices, "a").at(0).loser.empty());
  // And it takes changes of what was born elsewhere as before.
  strict.take({an_office("b", 1)}).value();
  strict.write(offices, "b", "ours", 10);
  strict.take({an_office("b", 15).data("phone1", "theirs")}).value();
  BOOST_TEST(strict.line(offices, "b") == "org_office b @15 name=b phone1=theirs");
  // So does a rule of the application's own.
  const std::map<resource_id, conflict_rule> rules{
      {offices, [](const record& local, const record&, const decide_input&) { return local.version.mci != 0; }}};
  other_rule.options.rules = &rules;
  BOOST_TEST(changed_at_both(other_rule) == "org_office a @10 name=ours");
}

BOOST_AUTO_TEST_CASE(I8_a_record_that_arrives_late_is_told_by_its_arrival) {
  import_rig rig;  // its clock stands at second 1000
  rig.write(offices, "known", "known", 100);
  rig.take({an_office("late", 5)}).value();
  // Eden compares the record's own time with what the peer has seen until then.
  BOOST_TEST(!(second(5) >= second(101)));
  BOOST_TEST((told_since(rig, 101) == std::set<std::string>{"late"}));
  BOOST_TEST(rig.line(offices, "late") == "org_office late @5 name=late");
}

BOOST_AUTO_TEST_CASE(I11_a_reference_waits_for_its_record) {
  const std::vector<std::vector<element>> documents{{an_office("a", 1).ref("organisation_id", "org_organisation", "o")},
                                                    {an_organisation("o", 2)}};
  // Eden drops a reference that leads neither into the document nor to a record here.
  std::set<std::string> here;
  std::optional<std::string> organisation_of_a;
  for (const auto& each : documents) {
    const auto text = document(each);
    for (const std::string name : {"a", "o"})
      if (text.find("uuid=\"urn:uuid:" + name + "\" ") != std::string::npos ||
          text.find("uuid=\"urn:uuid:" + name + "\">") != std::string::npos)
        here.insert(name);
    if (text.find("<reference") != std::string::npos && here.contains("o")) organisation_of_a = "o";
  }
  BOOST_TEST((here == std::set<std::string>{"a", "o"}));
  BOOST_TEST(!organisation_of_a.has_value());
  import_rig rig;
  for (const auto& each : documents) rig.take(each).value();
  BOOST_TEST(rig.line(offices, "a") == "org_office a @1 name=a organisation_id=->o");
}

BOOST_AUTO_TEST_CASE(I13_a_deletion_that_arrives_late_does_not_beat_a_younger_edit) {
  const auto deleted_then_edited_elsewhere = [](auto& rig) {
    rig.take({an_office("a", 1)}).value();
    rig.take({element("org_office", "a").at(5).deleted()}).value();  // arrives at second 1000
    const auto deletion = rig.line(offices, "a");
    rig.take({an_office("a", 50).data("phone1", "edited")}).value();
    return lines{deletion, rig.line(offices, "a")};
  };
  eden_rig eden;
  import_rig ours;
  BOOST_TEST(deleted_then_edited_elsewhere(eden) == (lines{"org_office a @1000 deleted", "org_office a @1000 deleted"}),
             boost::test_tools::per_element());
  BOOST_TEST(deleted_then_edited_elsewhere(ours) ==
                 (lines{"org_office a @5 deleted", "org_office a @50 name=a phone1=edited"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
