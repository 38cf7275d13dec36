#pragma once

#include "edensync/core/decision.hpp"
#include "edensync/policy/by_name.hpp"

namespace edensync {

/// Whether both sides have changed the record since they last agreed.
///
/// The bounds belong to the change: what was modified at `last_sync` itself counts as changed, and so does a version
/// without a time. Without a local twin there is nothing to conflict with. Source: spec/import.md §9.
constexpr bool both_changed(const decide_input& in) {
  if (!in.last_sync || !in.local) return false;
  const bool here = !(in.local->modified_on && *in.local->modified_on < *in.last_sync);
  const bool there = !(in.incoming.modified_on && *in.incoming.modified_on < *in.last_sync);
  return here && there;
}

/// Whether there is a conflict, and what the conflict policy says about it.
///
/// An application's own rule for conflicts is applied before deciding: where `both_changed` holds, set `conflict` to
/// OTHER to let the change through, or to THIS to refuse it, and give a refusal `rule::custom` as its reason.
template <class Policies = four_policies>
constexpr conflict_state conflict_of(const decide_input& in) {
  if (!both_changed(in)) return conflict_state::none;
  if (!in.conflict || Policies::resolve(*in.conflict, *in.local, in.incoming)) return conflict_state::accepted;
  return conflict_state::refused;
}

}  // namespace edensync
