#pragma once

#include "edensync/core/decision.hpp"
#include "edensync/policy/by_name.hpp"
#include "edensync/policy/conflict.hpp"
#include "edensync/policy/method_of.hpp"

namespace edensync {

/// Eden's own outcomes, including those that lose data; for comparisons and for simulating an Eden peer.
///
/// What a site of its own should use is `standard`; the comments there name what is different.
/// Precondition: an incoming version without a time has been given the time of its arrival; where it was not, it counts
/// as younger than every local one.
/// Source: spec/import.md §5, §8, §9, and the recorded table of policies, whose rows it reproduces.
struct eden_exact {
  /// A site with these rules also reads addresses and judges conflicts as an Eden does (`import_options::as_eden`).
  static constexpr bool imitates_eden = true;

  static constexpr decision decide(const decide_input& in) {
    const method m = method_of(in);
    const bool removes = m == method::erase || m == method::merge;
    // Looked at before the strategy, so that unknown deletions are not reported as forbidden.
    if (removes && !in.local) return {.why = rule::nothing_to_erase};
    if (!in.allowed.allows(m)) return {.why = rule::strategy_forbids};
    if (!in.local) return create(in);
    const conflict_state conflict = conflict_of(in);
    if (conflict == conflict_state::refused) return {.why = rule::conflict_refused, .conflict = conflict};
    decision d = removes ? remove(in, m) : in.local->deleted ? undelete(in) : update(in);
    d.conflict = conflict;
    return d;
  }

 private:
  // Eden means to skip what MASTER does not take. Instead it dies of it with a status of 500; neither writes anything.
  static constexpr decision create(const decide_input& in) {
    const verdict v = four_policies::create(in.update, in.incoming);
    if (!v.take) return {.why = v.why};
    return {action::create, columns::received, stamp_source::incoming, v.why, conflict_state::none};
  }

  static constexpr decision update(const decide_input& in) {
    const verdict v = four_policies::update(in.update, *in.local, in.incoming);
    if (v.take) return {action::update, columns::received, stamp_source::incoming, v.why, conflict_state::none};
    // A reference or component in the element makes Eden write the incoming time without the data.
    if (in.has_links) return {action::update, columns::none, stamp_source::incoming, v.why, conflict_state::none};
    return {.why = v.why};
  }

  static constexpr decision undelete(const decide_input& in) {
    const verdict v = four_policies::update(in.update, *in.local, in.incoming);
    if (v.take) return {action::undelete, columns::received, stamp_source::incoming, v.why, conflict_state::none};
    if (in.update == policy_name::keep_local)
      return {action::undelete, columns::none, stamp_source::incoming, v.why, conflict_state::none};
    return {.why = v.why};
  }

  static constexpr decision remove(const decide_input& in, method m) {
    if (in.local->deleted) return {.why = rule::already_deleted};
    const verdict v = four_policies::update(in.update, *in.local, in.incoming);
    if (!v.take) return {.why = v.why};
    return {m == method::merge ? action::merge : action::erase, columns::none, stamp_source::now, v.why,
            conflict_state::none};
  }
};

}  // namespace edensync
