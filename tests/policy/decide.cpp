// The table of spec/import.md §8.5, row by row: Eden's outcome, and ours beside it. Columns: THIS, OTHER, NEWER, MASTER.
#include "edensync/policy/decide.hpp"

#include <boost/test/unit_test.hpp>

#include "situations.hpp"

namespace edensync::situations {

using enum rule;

// What a version that comes straight from the master meets when the policies let it pass, or not.
constexpr row newer_wins = {kept(policy_keeps_local), updated(policy_takes_remote), updated(remote_newer),
                            updated(from_master)};

// --- create ---------------------------------------------------------------------------------------------------------
constexpr row all_create = {created(no_twin), created(no_twin), created(no_twin), created(from_master)};
constexpr row master_skips = {created(no_twin), created(no_twin), created(no_twin), kept(not_from_master)};
static_assert(eden(arrives(live(late))) == all_create);
static_assert(ours(arrives(live(late))) == all_create);
static_assert(eden(arrives(live(late, 2))) == master_skips);  // where Eden answers 500
static_assert(ours(arrives(live(late, 2))) == master_skips);  // I3: skipped, with its reason
static_assert(ours(arrives(live(late, 0))) == master_skips);
static_assert(ours(arrives(live(late, std::nullopt))) == master_skips);  // none sent counts as 2
static_assert(ours(arrives(live(std::nullopt))) == all_create);
static_assert(ours(arrives(live(late)).conflict(keep_local)) == all_create);  // nothing to conflict with

// --- update ---------------------------------------------------------------------------------------------------------
static_assert(eden(meets(live(late), live(early))) == newer_wins);
static_assert(ours(meets(live(late), live(early))) == newer_wins);

constexpr row tie_taken = {kept(policy_keeps_local), updated(policy_takes_remote), updated(same_time),
                           updated(from_master)};
static_assert(eden(meets(live(late), live(late))) == tie_taken);
static_assert(ours(meets(live(late), live(late))) == tie_taken);
// I6: with a peer who compares contents the same way, equal times have one winner at both sites.
constexpr row tie_lost = {kept(policy_keeps_local), updated(policy_takes_remote), kept(tie_broken),
                          updated(from_master)};
constexpr row tie_won = {kept(policy_keeps_local), updated(policy_takes_remote), updated(tie_broken),
                         updated(from_master)};
static_assert(eden(meets(live(late), live(late)).tie(content_order::incoming_first)) == tie_taken);
static_assert(ours(meets(live(late), live(late)).tie(content_order::incoming_first)) == tie_lost);
static_assert(ours(meets(live(late), live(late)).tie(content_order::local_first)) == tie_won);
// I6: the same version again is no change, whatever the policy, the strategy, or the time of the last synchronisation.
static_assert(ours(meets(live(late), live(late)).tie(content_order::equal)) == all(kept(same_version)));
static_assert(ours(meets(live(late), live(late)).tie(content_order::equal).conflict(keep_local)) ==
              all(kept(same_version)));
static_assert(ours(meets(live(late), live(late)).tie(content_order::equal).allowing({method::create})) ==
              all(kept(same_version)));
// The order of the contents is not looked at when the times differ.
static_assert(ours(meets(live(late), live(early)).tie(content_order::equal)) == newer_wins);
static_assert(ours(meets(live(late), live(early)).tie(content_order::incoming_first)) == newer_wins);

constexpr row older = {kept(policy_keeps_local), updated(policy_takes_remote), kept(local_newer), updated(from_master)};
static_assert(eden(meets(live(early), live(late))) == older);
// OTHER and MASTER take an older version with its older time.
static_assert(ours(meets(live(early), live(late))) == older);

static_assert(eden(meets(live(late), live(std::nullopt))) == newer_wins);
static_assert(ours(meets(live(late), live(std::nullopt))) == newer_wins);
static_assert(eden(meets(live(std::nullopt), live(late))) == newer_wins);
static_assert(ours(meets(live(std::nullopt), live(late))) == newer_wins);

// --- master copy index: only from the birthplace, and never where the record was born ---------------------------------
constexpr row master_refuses = {kept(policy_keeps_local), updated(policy_takes_remote), updated(remote_newer),
                                kept(not_from_master)};
static_assert(eden(meets(live(late, 1), live(early, 0))) == master_refuses);
static_assert(eden(meets(live(late, 1), live(early, 1))) == newer_wins);
static_assert(eden(meets(live(late, 1), live(early, 2))) == newer_wins);
static_assert(eden(meets(live(late, 1), live(early, std::nullopt))) == newer_wins);  // none counts as not 0
static_assert(eden(meets(live(late, 2), live(early, 1))) == master_refuses);
static_assert(eden(meets(live(late, 0), live(early, 1))) == master_refuses);
static_assert(eden(meets(live(late, 3), live(early, 1))) == master_refuses);
static_assert(eden(meets(live(late, std::nullopt), live(early, 1))) == master_refuses);
static_assert(ours(meets(live(late, 1), live(early, 0))) == master_refuses);
static_assert(ours(meets(live(late, 1), live(early, 1))) == newer_wins);
static_assert(ours(meets(live(late, 1), live(early, 2))) == newer_wins);
static_assert(ours(meets(live(late, 1), live(early, std::nullopt))) == newer_wins);
static_assert(ours(meets(live(late, 2), live(early, 1))) == master_refuses);
static_assert(ours(meets(live(late, 0), live(early, 1))) == master_refuses);
static_assert(ours(meets(live(late, std::nullopt), live(early, 1))) == master_refuses);

// --- a kept record whose element brings a reference or a component ----------------------------------------------------
constexpr decision only_time(rule why) { return stamped(action::update, incoming, why); }
static_assert(eden(meets(live(early, 2), live(late)).links()) ==
              row{only_time(policy_keeps_local), updated(policy_takes_remote), only_time(local_newer),
                  only_time(not_from_master)});
// I1: without data no time.
static_assert(ours(meets(live(early, 2), live(late)).links()) ==
              row{kept(policy_keeps_local), updated(policy_takes_remote), kept(local_newer), kept(not_from_master)});
static_assert(eden(meets(live(late), live(early)).links().conflict(keep_local)) == all(refused));

// --- undelete ---------------------------------------------------------------------------------------------------------
static_assert(eden(meets(live(late), dead(early))) == row{stamped(action::undelete, incoming, policy_keeps_local),
                                                          undeleted(policy_takes_remote), undeleted(remote_newer),
                                                          undeleted(from_master)});
// I7: THIS keeps the record deleted.
static_assert(ours(meets(live(late), dead(early))) == row{kept(policy_keeps_local), undeleted(policy_takes_remote),
                                                          undeleted(remote_newer), undeleted(from_master)});
static_assert(eden(meets(live(late), dead(std::nullopt))) == eden(meets(live(late), dead(early))));
static_assert(ours(meets(live(late), dead(std::nullopt))) == ours(meets(live(late), dead(early))));
static_assert(eden(meets(live(early, 2), dead(late))) == row{stamped(action::undelete, incoming, policy_keeps_local),
                                                             undeleted(policy_takes_remote), kept(local_newer),
                                                             kept(not_from_master)});
static_assert(ours(meets(live(early, 2), dead(late))) ==
              row{kept(policy_keeps_local), undeleted(policy_takes_remote), kept(local_newer), kept(not_from_master)});
static_assert(eden(meets(live(early, 2), dead(late)).links()) == eden(meets(live(early, 2), dead(late))));
static_assert(eden(meets(live(late), dead(late)))[2] == undeleted(same_time));
static_assert(ours(meets(live(late), dead(late)))[2] == undeleted(same_time));  // towards Eden, as Eden
// I6: between two new sites the deletion wins, so that both end up with it.
static_assert(ours(meets(live(late), dead(late)).tie(content_order::local_first))[2] == kept(tie_broken));
static_assert(ours(meets(live(late), dead(late)).tie(content_order::incoming_first))[2] == kept(tie_broken));
static_assert(ours(meets(live(late), dead(late)).tie(content_order::equal))[2] == kept(tie_broken));

// --- delete and merge, live original ----------------------------------------------------------------------------------
static_assert(eden(meets(dead(late), live(early))) == row{kept(policy_keeps_local), erased(now, policy_takes_remote),
                                                          erased(now, remote_newer), erased(now, from_master)});
// I13: with the time at which it was deleted.
static_assert(ours(meets(dead(late), live(early))) ==
              row{kept(policy_keeps_local), erased(incoming, policy_takes_remote), erased(incoming, remote_newer),
                  erased(incoming, from_master)});
static_assert(eden(meets(dead(late), live(early), as_merge)) ==
              row{kept(policy_keeps_local), merged(now, policy_takes_remote), merged(now, remote_newer),
                  merged(now, from_master)});
static_assert(ours(meets(dead(late), live(early), as_merge)) ==
              row{kept(policy_keeps_local), merged(incoming, policy_takes_remote), merged(incoming, remote_newer),
                  merged(incoming, from_master)});
static_assert(eden(meets(dead(early), live(late)))[2] == kept(local_newer));
static_assert(ours(meets(dead(early), live(late)))[2] == kept(local_newer));
static_assert(eden(meets(dead(late), live(std::nullopt)))[2] == erased(now, remote_newer));
static_assert(ours(meets(dead(late), live(std::nullopt)))[2] == erased(incoming, remote_newer));
// Eden sends no master copy index with deletions, so that MASTER never deletes there; edensync sends it.
static_assert(eden(meets(dead(late, std::nullopt), live(early)))[3] == kept(not_from_master));
static_assert(ours(meets(dead(late, std::nullopt), live(early)))[3] == kept(not_from_master));
static_assert(ours(meets(dead(late, 1), live(early, 0)))[3] == kept(not_from_master));
// Equal times: the deletion wins, known order or not (I6, I7).
static_assert(eden(meets(dead(late), live(late)))[2] == erased(now, same_time));
static_assert(ours(meets(dead(late), live(late)))[2] == erased(incoming, same_time));
static_assert(ours(meets(dead(late), live(late)).tie(content_order::incoming_first))[2] ==
              erased(incoming, tie_broken));
static_assert(ours(meets(dead(late), live(late)).tie(content_order::equal))[2] == erased(incoming, tie_broken));

// --- delete and merge, deleted original -------------------------------------------------------------------------------
static_assert(eden(meets(dead(late), dead(early))) == all(kept(already_deleted)));
static_assert(eden(meets(dead(late), dead(early), as_merge)) == all(kept(already_deleted)));
// I13: the times of deletion become equal at all sites.
constexpr row younger_deletion = {kept(already_deleted), erased(incoming, policy_takes_remote),
                                  erased(incoming, remote_newer), erased(incoming, from_master)};
static_assert(ours(meets(dead(late), dead(early))) == younger_deletion);
static_assert(ours(meets(dead(late), dead(early), as_merge)) == younger_deletion);
static_assert(ours(meets(dead(late), dead(early)).conflict(keep_local)) == younger_deletion);
static_assert(ours(meets(dead(early, 2), dead(late))) == row{kept(already_deleted),
                                                             erased(incoming, policy_takes_remote),
                                                             kept(already_deleted), kept(already_deleted)});
static_assert(ours(meets(dead(late), dead(late))) == all(kept(already_deleted)));
// I6: at the same time the order of what the record was merged into decides, the same at all sites.
static_assert(ours(meets(dead(late), dead(late)).tie(content_order::incoming_first)) == all(kept(already_deleted)));
static_assert(ours(meets(dead(late), dead(late)).tie(content_order::local_first)) ==
              row{kept(already_deleted), erased(incoming, policy_takes_remote), erased(incoming, same_time),
                  erased(incoming, from_master)});
static_assert(ours(meets(dead(std::nullopt), dead(late))) == all(kept(already_deleted)));

// --- delete and merge, no original ------------------------------------------------------------------------------------
static_assert(eden(arrives(dead(late))) == all(kept(nothing_to_erase)));
static_assert(eden(arrives(dead(late), as_merge)) == all(kept(nothing_to_erase)));
// Noted, so that an older copy cannot revive the record.
static_assert(ours(arrives(dead(late))) == all(stamped(action::bury, incoming, nothing_to_erase)));
static_assert(ours(arrives(dead(late, std::nullopt), as_merge)) ==
              all(stamped(action::bury, incoming, nothing_to_erase)));

// --- strategy ---------------------------------------------------------------------------------------------------------
constexpr strategy only_create{method::create}, only_update{method::update}, only_erase{method::erase},
    only_merge{method::merge};
static_assert(eden(arrives(live(late)).allowing(only_create)) == all_create);
static_assert(eden(arrives(live(late)).allowing(only_update)) == all(kept(strategy_forbids)));
static_assert(eden(meets(live(late), live(early)).allowing(only_update)) == newer_wins);
static_assert(eden(meets(live(late), live(early)).allowing(only_create)) == all(kept(strategy_forbids)));
static_assert(eden(meets(live(late), dead(early)).allowing(only_create)) == all(kept(strategy_forbids)));
static_assert(eden(meets(dead(late), live(early)).allowing(only_merge)) == all(kept(strategy_forbids)));
static_assert(eden(meets(dead(late), live(early), as_merge).allowing(only_erase)) == all(kept(strategy_forbids)));
static_assert(eden(arrives(dead(late)).allowing(only_create)) == all(kept(nothing_to_erase)));
static_assert(ours(arrives(live(late)).allowing(only_create)) == all_create);
static_assert(ours(arrives(live(late)).allowing(only_update)) == all(kept(strategy_forbids)));
static_assert(ours(meets(live(late), live(early)).allowing(only_update)) == newer_wins);
static_assert(ours(meets(live(late), dead(early)).allowing(only_create)) == all(kept(strategy_forbids)));
static_assert(ours(meets(dead(late), live(early)).allowing(only_merge)) == all(kept(strategy_forbids)));
static_assert(ours(meets(dead(late), dead(early)).allowing(only_create)) == all(kept(strategy_forbids)));
static_assert(ours(arrives(dead(late)).allowing(only_create)) == all(kept(strategy_forbids)));
// spec/model.md §12: whoever allows deleting allows merging.
static_assert(ours(meets(dead(late), live(early), as_merge).allowing(only_erase))[2] == merged(incoming, remote_newer));
static_assert(ours(meets(dead(late), live(early), as_merge).allowing(only_merge))[2] == merged(incoming, remote_newer));
static_assert(ours(meets(dead(late), live(early), as_merge).allowing(only_update))[2] == kept(strategy_forbids));

static_assert(decide(meets(live(late), live(early)).in) == updated(remote_newer));

// A policy of one's own in the place of one of Eden's: never older than what is here, whatever else.
struct only_forward {
  static constexpr policy_name name = policy_name::take_remote;
  static constexpr verdict create(const version_stamp&) { return {true, rule::custom}; }
  static constexpr verdict update(const version_stamp& local, const version_stamp& offered) {
    return {local.modified_on < offered.modified_on, rule::custom};
  }
  static constexpr bool resolve(const version_stamp&, const version_stamp&) { return true; }
};
using forward_rules = basic_standard<policies_by_name<edensync::take_newer, only_forward>>;
static_assert(policy_set<forward_rules>);
static_assert(forward_rules::decide(meets(live(late), live(early)).under(take_remote).in) == updated(custom));
static_assert(forward_rules::decide(meets(live(early), live(late)).under(take_remote).in) == kept(custom));
static_assert(forward_rules::decide(meets(live(late), live(early)).under(take_master).in) == kept(policy_keeps_local));

BOOST_AUTO_TEST_CASE(table_holds_at_compile_time) {}

}  // namespace edensync::situations
