#pragma once

#include "edensync/core/decision.hpp"
#include "edensync/policy/by_name.hpp"
#include "edensync/policy/conflict.hpp"
#include "edensync/policy/method_of.hpp"

namespace edensync {

/// Eden's rules without the ones that lose data: what a site uses unless it says otherwise.
///
/// Different from Eden (the numbers are those of spec/import.md §13):
///
/// | no. | here |
/// |-----|------|
/// | I1  | modified_on is written only together with content. Content that wins by policy brings its own time, even an older one: the store's arrival order takes care that others see it |
/// | I3  | a new record that MASTER does not take is skipped, not an error |
/// | I6  | equal times: the same content is no change; otherwise the contents decide if their order is known, and a deletion wins over every content |
/// | I7  | THIS does not undelete |
/// | I13 | a deletion is stored with its own time; two deletions of one record end up with the same time |
/// | –   | a deletion of an unknown record is noted (`bury`), so that an older copy cannot revive it later |
///
/// and merging is allowed to a task that allows deleting, because such a task may have been made when there was no
/// merging (spec/model.md §12). Two deletions are never in conflict.
///
/// Precondition: an incoming version without a time has been given the time of its arrival; where it was not, it counts
/// as younger than every local one.
template <class Policies>
struct basic_standard {
  static constexpr decision decide(const decide_input& in) {
    const method m = method_of(in);
    const bool removes = m == method::erase || m == method::merge;
    // Before the strategy and before conflicts: what is here already is neither refused nor a conflict.
    if (removes && in.local && in.local->deleted && !differs(in) && in.tie != content_order::local_first)
      return {.why = rule::already_deleted};
    if (is_same_version(in, removes)) return {.why = rule::same_version};
    if (!allows(in.allowed, m)) return {.why = rule::strategy_forbids};
    if (!in.local) return removes ? write(action::bury, rule::nothing_to_erase) : create(in);
    if (removes && in.local->deleted) return restamp(in);

    const conflict_state conflict = conflict_of<Policies>(in);
    if (conflict == conflict_state::refused) return {.why = rule::conflict_refused, .conflict = conflict};
    decision d = replace(in, m, removes);
    d.conflict = conflict;
    return d;
  }

 private:
  static constexpr decision write(action what, rule why) {
    const bool content = what == action::create || what == action::update || what == action::undelete;
    return {what, content ? columns::received : columns::none, stamp_source::incoming, why, conflict_state::none};
  }

  static constexpr bool allows(strategy s, method m) {
    return s.allows(m) || (m == method::merge && s.allows(method::erase));
  }

  static constexpr bool same_time(const decide_input& in) {
    return in.local->modified_on && in.local->modified_on == in.incoming.modified_on;
  }

  // Whether an incoming deletion has a time to tell that the local one does not have.
  static constexpr bool differs(const decide_input& in) {
    return in.incoming.modified_on && in.local->modified_on != in.incoming.modified_on;
  }

  static constexpr bool is_same_version(const decide_input& in, bool removes) {
    return in.local && !removes && !in.local->deleted && in.tie == content_order::equal && same_time(in);
  }

  static constexpr decision create(const decide_input& in) {
    const verdict v = Policies::create(in.update, in.incoming);
    if (!v.take) return {.why = v.why};
    return write(action::create, v.why);
  }

  // Both sides hold a deletion: at stake is only its time, and at the same time what the record was merged into.
  static constexpr decision restamp(const decide_input& in) {
    const verdict v = Policies::update(in.update, *in.local, in.incoming);
    if (!v.take) return {.why = rule::already_deleted};
    return write(action::erase, v.why);
  }

  static constexpr decision replace(const decide_input& in, method m, bool removes) {
    verdict v = Policies::update(in.update, *in.local, in.incoming);
    if (v.why == rule::same_time && in.tie != content_order::unknown)
      v = {removes || (!in.local->deleted && in.tie != content_order::incoming_first), rule::tie_broken};
    if (!v.take) return {.why = v.why};
    if (m == method::merge) return write(action::merge, v.why);
    if (m == method::erase) return write(action::erase, v.why);
    return write(in.local->deleted ? action::undelete : action::update, v.why);
  }
};

/// The standard rules with Eden's four policies.
using standard = basic_standard<four_policies>;

}  // namespace edensync
