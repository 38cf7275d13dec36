// The tables of spec/import.md §9: when both sides have changed a record, and what the two policies make of it.
#include "edensync/policy/conflict.hpp"

#include <boost/test/unit_test.hpp>

#include "situations.hpp"

namespace edensync::situations {

using enum rule;

// --- detection: the bounds belong to the change -----------------------------------------------------------------------
constexpr bool clash(std::optional<timestamp> local, std::optional<timestamp> remote) {
  return both_changed(meets(live(remote), live(local)).conflict(keep_local).in);
}
static_assert(!both_changed(meets(live(late), live(late)).in));  // never synchronised
static_assert(!clash(before, late));
static_assert(!clash(before, std::nullopt));
static_assert(!clash(late, before));
static_assert(!clash(std::nullopt, before));
static_assert(clash(late, early));
static_assert(clash(agreed, agreed));
static_assert(clash(agreed, late));
static_assert(clash(late, agreed));
static_assert(clash(std::nullopt, late));
static_assert(clash(late, std::nullopt));
static_assert(clash(std::nullopt, std::nullopt));
static_assert(!both_changed(arrives(live(late)).conflict(keep_local).in));

// --- the default rule ---------------------------------------------------------------------------------------------------
constexpr conflict_state settled(std::optional<policy_name> p, version_stamp local, version_stamp remote) {
  return conflict_of(meets(remote, local).conflict(p).in);
}
constexpr auto yes = conflict_state::accepted;
constexpr auto no = conflict_state::refused;
static_assert(settled(std::nullopt, live(late), live(early)) == yes);
static_assert(settled(keep_local, live(early), live(late)) == no);
static_assert(settled(take_remote, live(late), live(early)) == yes);
static_assert(settled(take_newer, live(early), live(late)) == yes);
static_assert(settled(take_newer, live(late), live(late)) == yes);
static_assert(settled(take_newer, live(late), live(early)) == no);
static_assert(settled(take_newer, live(std::nullopt), live(early)) == no);  // where Eden raises an exception
static_assert(settled(take_newer, live(late), live(std::nullopt)) == yes);
static_assert(settled(take_master, live(late, 0), live(early, 2)) == yes);  // I4: the birthplace lets it through
static_assert(settled(take_master, live(late, 1), live(early, 1)) == yes);
static_assert(settled(take_master, live(late, 1), live(early, 2)) == no);
static_assert(settled(take_master, live(late, std::nullopt), live(early, 2)) == no);
static_assert(settled(take_master, live(late, 2), live(early, std::nullopt)) == no);
static_assert(conflict_of(meets(live(late), live(before)).conflict(keep_local).in) == conflict_state::none);

// --- conflict × update policy, both sides changed, the record born at the sender ------------------------------------------
constexpr row matrix(row (*rules)(const situation&), std::optional<policy_name> p, timestamp local, timestamp remote) {
  return rules(meets(live(remote), live(local)).conflict(p));
}
constexpr row let_through(rule newer, bool taken) {
  return {accepted(kept(policy_keeps_local)), accepted(updated(policy_takes_remote)),
          accepted(taken ? updated(newer) : kept(newer)), accepted(updated(from_master))};
}
constexpr bool whole_matrix(row (*rules)(const situation&)) {
  for (const auto& [local, remote] : {std::pair{early, late}, std::pair{late, late}, std::pair{late, early}}) {
    const row open = remote > local    ? let_through(remote_newer, true)
                     : remote == local ? let_through(same_time, true)
                                       : let_through(local_newer, false);
    if (matrix(rules, keep_local, local, remote) != all(refused)) return false;
    if (matrix(rules, take_remote, local, remote) != open) return false;
    if (matrix(rules, take_newer, local, remote) != (remote >= local ? open : all(refused))) return false;
    if (matrix(rules, take_master, local, remote) != open) return false;
    if (matrix(rules, std::nullopt, local, remote) != open) return false;
  }
  return true;
}
static_assert(whole_matrix(eden));
static_assert(whole_matrix(ours));

// Born here, changed by a copy's holder: the conflict passes, the update policy MASTER refuses; OTHER takes it (I4).
constexpr auto at_birthplace = meets(live(late, 2), live(early, 0)).conflict(take_master);
static_assert(eden(at_birthplace)[3] == accepted(kept(not_from_master)));
static_assert(ours(at_birthplace)[3] == accepted(kept(not_from_master)));
static_assert(eden(at_birthplace)[1] == accepted(updated(policy_takes_remote)));
static_assert(ours(at_birthplace)[1] == accepted(updated(policy_takes_remote)));
constexpr auto between_copies = meets(live(late, 2), live(early, 2)).conflict(take_master);
static_assert(eden(between_copies)[3] == refused);
static_assert(ours(between_copies)[3] == refused);

// --- deletions, merges and undeletions are asked about as well, creations are not -----------------------------------------
static_assert(eden(meets(dead(late), live(early)).conflict(keep_local)) == all(refused));
static_assert(ours(meets(dead(late), live(early)).conflict(keep_local)) == all(refused));
static_assert(eden(meets(dead(late), live(early), as_merge).conflict(keep_local)) == all(refused));
static_assert(ours(meets(dead(late), live(early), as_merge).conflict(keep_local)) == all(refused));
static_assert(eden(meets(live(late), dead(early)).conflict(keep_local)) == all(refused));
static_assert(ours(meets(live(late), dead(early)).conflict(keep_local)) == all(refused));
static_assert(eden(meets(dead(late), live(early)).conflict(take_remote))[2] == accepted(erased(now, remote_newer)));
static_assert(ours(meets(dead(late), live(early)).conflict(take_remote))[2] ==
              accepted(erased(incoming, remote_newer)));

BOOST_AUTO_TEST_CASE(tables_hold_at_compile_time) {}

// What runs is counted, and what is evaluated by the compiler does not run.
BOOST_AUTO_TEST_CASE(what_is_new_here_is_in_conflict_with_nothing) {
  BOOST_TEST(!both_changed(arrives(live(late)).conflict(keep_local).in));
  BOOST_TEST(both_changed(meets(live(late), live(late)).conflict(keep_local).in));
}

}  // namespace edensync::situations
