#include "edensync/importer/decide.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// Both sides changed the office `a` since they agreed at second 5: ours is of second 10.
struct contested : import_rig {
  contested() {
    write(offices, "a", "ours", 10);
    options.last_sync = second(5);
  }
  std::string take_theirs(std::int64_t at) {
    take({an_office("a", at).data("name", "theirs").data("phone1", "theirs only")}).value();
    return line(offices, "a");
  }
};

const std::string ours = "org_office a @10 name=ours";
const std::string theirs = "org_office a @15 name=theirs phone1=theirs only";

}  // namespace

BOOST_AUTO_TEST_SUITE(importer_decide)

BOOST_AUTO_TEST_CASE(circumstances_are_gathered_without_looking_anywhere) {
  incoming_record in;
  in.content.resource = offices;
  in.content.fields.emplace_back(reference{});
  import_item item;
  item.incoming = &in;
  import_options o;
  o.update = policy_name::take_master;
  o.last_sync = second(3);
  auto d = circumstances(item, o, second(9));
  BOOST_TEST((d.incoming.modified_on == second(9)));
  BOOST_TEST((d.last_sync == second(3)));
  BOOST_TEST((d.update == policy_name::take_master));
  BOOST_TEST(d.has_links);
  BOOST_TEST(!d.local.has_value());
  BOOST_TEST((!d.erase && !d.merge));
  in.content.version = {second(4), 1, true};
  d = circumstances(item, o, second(9));
  BOOST_TEST((d.erase && !d.merge));
  BOOST_TEST((d.incoming.modified_on == second(4)));
  in.content.replaced_by = id_of("b");
  d = circumstances(item, o, second(9));
  BOOST_TEST((!d.erase && d.merge));
}

BOOST_AUTO_TEST_CASE(a_version_without_a_time_is_the_one_that_is_here_if_it_holds_the_same) {
  incoming_record in;
  import_item item;
  item.incoming = &in;
  item.local.emplace().version = {second(4), 1, false};
  item.tie = content_order::equal;
  BOOST_TEST((circumstances(item, {}, second(9)).incoming.modified_on == second(4)));
  item.tie = content_order::local_first;
  BOOST_TEST((circumstances(item, {}, second(9)).incoming.modified_on == second(9)));
  item.tie = content_order::equal;
  import_options eden;
  eden.as_eden = true;
  BOOST_TEST((circumstances(item, eden, second(9)).incoming.modified_on == second(9)));
}

BOOST_AUTO_TEST_CASE(a_rule_of_ones_own_takes_a_version_for_what_it_is) {
  incoming_record in;
  import_item item;
  item.incoming = &in;
  item.local.emplace();
  const auto taken = [&] { return with_rule(item, {}, true); };
  BOOST_TEST((taken().what == action::update && taken().write == columns::received));
  item.local->version.deleted = true;
  BOOST_TEST((taken().what == action::undelete));
  in.content.version.deleted = true;
  BOOST_TEST((taken().what == action::erase && taken().write == columns::none));
  in.content.replaced_by = id_of("b");
  BOOST_TEST((taken().what == action::merge));
  BOOST_TEST((taken().conflict == conflict_state::accepted && taken().why == rule::custom));
  const auto left = with_rule(item, taken(), false);
  BOOST_TEST((left.what == action::none && left.conflict == conflict_state::refused && left.write == columns::none));
}

// Strictness is about MASTER and about records that were born here; any other rule stays what it is.
BOOST_AUTO_TEST_CASE(a_strict_master_keeps_what_was_born_here_and_leaves_every_other_rule) {
  incoming_record in;
  import_item item;
  item.incoming = &in;
  item.local.emplace().version = {second(4), 0, false};
  import_options o;
  const auto rule_of = [&](std::optional<policy_name> conflict) {
    o.conflict = conflict;
    return circumstances(item, o, second(9)).conflict;
  };
  BOOST_TEST((rule_of(policy_name::take_master) == policy_name::take_master));
  o.strict_master = true;
  BOOST_TEST((rule_of(policy_name::take_master) == policy_name::keep_local));
  BOOST_TEST((rule_of(policy_name::take_newer) == policy_name::take_newer));
  BOOST_TEST((rule_of(std::nullopt) == std::nullopt));
  item.local->version.mci = 1;
  BOOST_TEST((rule_of(policy_name::take_master) == policy_name::take_master));
  item.local.reset();
  BOOST_TEST((rule_of(policy_name::take_master) == policy_name::take_master));
}

// An Eden takes the incoming one at the same time; between edensync sites the contents decide.
BOOST_AUTO_TEST_CASE(only_a_native_peers_ties_are_settled_by_content) {
  incoming_record in;
  import_item item;
  item.incoming = &in;
  import_options o;
  for (const auto tie :
       {content_order::unknown, content_order::equal, content_order::local_first, content_order::incoming_first}) {
    item.tie = tie;
    o.native = true;
    BOOST_TEST((circumstances(item, o, {}).tie == tie));
    o.native = false;
    BOOST_TEST((circumstances(item, o, {}).tie == (tie == content_order::equal ? tie : content_order::unknown)));
  }
}

BOOST_AUTO_TEST_CASE(a_version_without_a_time_is_of_the_moment_of_its_arrival) {
  import_rig rig;
  rig.write(offices, "a", "ours", 10);
  rig.take(
         "<s3xml><resource name=\"org_office\" uuid=\"urn:uuid:a\"><data "
         "field=\"name\">theirs</data></resource></s3xml>")
      .value();
  BOOST_TEST(rig.line(offices, "a") == "org_office a @1000 name=theirs");
}

BOOST_AUTO_TEST_CASE(conflict_policies_let_through_or_refuse) {
  const auto with = [](std::optional<policy_name> p, std::int64_t at) {
    contested c;
    c.options.conflict = p;
    return c.take_theirs(at);
  };
  BOOST_TEST(with(std::nullopt, 15) == theirs);
  BOOST_TEST(with(policy_name::keep_local, 15) == ours);
  BOOST_TEST(with(policy_name::take_remote, 15) == theirs);
  BOOST_TEST(with(policy_name::take_newer, 15) == theirs);
  // Let through, it is still for the update policy to decide.
  BOOST_TEST(with(policy_name::take_remote, 7) == ours);
}

BOOST_AUTO_TEST_CASE(a_refused_conflict_keeps_inputs_rule_and_the_content_that_lost) {
  contested c;
  c.options.conflict = policy_name::keep_local;
  c.take_theirs(15);
  BOOST_TEST(c.report.total.conflicts == 1u);
  BOOST_TEST(c.report.total.kept == 1u);
  BOOST_TEST(c.report.conflicts.size() == 1u);
  const auto all = c.decisions(offices, "a");
  BOOST_TEST_REQUIRE(all.size() == 1u);
  const auto& d = all[0];
  BOOST_TEST((d.at == second(1000)));
  BOOST_TEST(d.repository == 7);
  BOOST_TEST((d.outcome == decision{.what = action::none,
                                    .write = columns::none,
                                    .modified_on = stamp_source::local,
                                    .why = rule::conflict_refused,
                                    .conflict = conflict_state::refused}));
  BOOST_TEST((d.input.incoming.modified_on == second(15)));
  BOOST_TEST((d.input.local->modified_on == second(10)));
  BOOST_TEST((d.input.last_sync == second(5)));
  BOOST_TEST(d.loser.find("theirs only") != std::string::npos);
  // The same decision can be taken again from what was kept.
  BOOST_TEST((standard::decide(d.input) == d.outcome));
  // And it is among those that somebody may want to look at.
  BOOST_TEST(c.store.snapshot().decisions("org_office", uid(), 10).size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_accepted_conflict_keeps_what_was_overwritten) {
  contested c;
  c.take_theirs(15);
  const auto all = c.decisions(offices, "a");
  BOOST_TEST_REQUIRE(all.size() == 1u);
  BOOST_TEST((all[0].outcome.what == action::update));
  BOOST_TEST((all[0].outcome.why == rule::remote_newer));
  BOOST_TEST((all[0].outcome.conflict == conflict_state::accepted));
  BOOST_TEST(all[0].loser.find("ours") != std::string::npos);
  // It can be taken in again: nothing is lost.
  import_rig other;
  BOOST_TEST(other.take(all[0].loser).has_value());
  BOOST_TEST(other.line(offices, "a") == ours);
}

BOOST_AUTO_TEST_CASE(what_a_policy_keeps_away_is_kept_in_the_decision) {
  import_rig rig;
  rig.write(offices, "a", "ours", 10);
  rig.options.update = policy_name::keep_local;
  rig.take({an_office("a", 15).data("name", "theirs")}).value();
  BOOST_TEST(rig.line(offices, "a") == ours);
  const auto all = rig.decisions(offices, "a");
  BOOST_TEST_REQUIRE(all.size() == 1u);
  BOOST_TEST((all[0].outcome.why == rule::policy_keeps_local));
  BOOST_TEST(all[0].loser.find("theirs") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_unchanged_needs_no_decision) {
  import_rig rig;
  rig.take({an_office("a", 1)}).value();
  BOOST_TEST(rig.decisions(offices, "a").size() == 1u);
  rig.take({an_office("a", 1)}).value();
  BOOST_TEST(rig.decisions(offices, "a").size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_application_can_have_a_rule_of_its_own) {
  for (const bool takes : {false, true}) {
    contested c;
    int asked = 0;
    std::map<resource_id, conflict_rule> rules;
    rules[offices] = [&](const record& local, const record& incoming, const decide_input& in) {
      ++asked;
      BOOST_TEST(std::get<std::string>(local.fields[0]) == "ours");
      BOOST_TEST(std::get<std::string>(incoming.fields[0]) == "theirs");
      BOOST_TEST((in.last_sync == second(5)));
      return takes;
    };
    c.options.rules = &rules;
    // Its word is final: neither the conflict policy nor the update policy is asked.
    c.options.conflict = takes ? policy_name::keep_local : policy_name::take_remote;
    c.options.update = takes ? policy_name::keep_local : policy_name::take_remote;
    BOOST_TEST(c.take_theirs(15) == (takes ? theirs : ours));
    BOOST_TEST(asked == 1);
    const auto d = c.decisions(offices, "a").front();
    BOOST_TEST((d.outcome.why == rule::custom));
    BOOST_TEST((d.outcome.conflict == (takes ? conflict_state::accepted : conflict_state::refused)));
    // Not asked where only one side changed something.
    c.options.last_sync = second(500);
    c.take_theirs(600);
    BOOST_TEST(asked == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_decides_about_deletions_too) {
  contested c;
  std::map<resource_id, conflict_rule> rules;
  rules[offices] = [](const record&, const record& incoming, const decide_input&) { return incoming.version.deleted; };
  c.options.rules = &rules;
  c.options.update = policy_name::keep_local;
  c.take({element("org_office", "a").at(20).deleted()}).value();
  BOOST_TEST(c.line(offices, "a") == "org_office a @20 deleted");
}

BOOST_AUTO_TEST_SUITE_END()
