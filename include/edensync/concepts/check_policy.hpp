#pragma once

#include "edensync/concepts/conflict_policy.hpp"
#include "edensync/concepts/update_policy.hpp"

// What the compiler says to who writes a policy: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class P>
struct check_update_policy {
  static_assert(can::say_name<P>,
                "edensync: update_policy needs name -> policy_name, static; see docs/concepts/policy_set.md");
  static_assert(
      can::judge_new<P>,
      "edensync: update_policy needs create(version_stamp) -> verdict, static; see docs/concepts/policy_set.md");
  static_assert(can::judge_update<P>,
                "edensync: update_policy needs update(version_stamp, version_stamp) -> verdict, static; see "
                "docs/concepts/policy_set.md");
  static constexpr bool value = true;
};

template <class P>
struct check_resolve {
  static_assert(can::resolve<P>,
                "edensync: conflict_policy needs resolve(version_stamp, version_stamp) -> bool, static; see "
                "docs/concepts/policy_set.md");
};

template <class P>
struct check_conflict_policy : check_resolve<P> {
  static_assert(can::say_name<P>,
                "edensync: conflict_policy needs name -> policy_name, static; see docs/concepts/policy_set.md");
  static constexpr bool value = true;
};

// Of one that is both. Its name is missed once.
template <class P>
struct check_policy : check_update_policy<P>, check_resolve<P> {};

template <class P>
inline constexpr bool judges_versions = can::judge_new<P> || can::judge_update<P> || requires {
  &P::create;
}
|| requires { &P::update; };
template <class P>
inline constexpr bool judges_conflicts = can::resolve<P> || requires {
  &P::resolve;
};

// Of one that is for updates, for conflicts, or both, as it looks; of both if it looks like neither.
template <class P>
consteval bool check_some_policy() {
  if constexpr (judges_versions<P> == judges_conflicts<P>)
    return check_policy<P>::value;
  else if constexpr (judges_conflicts<P>)
    return check_conflict_policy<P>::value;
  else
    return check_update_policy<P>::value;
}

}  // namespace edensync::detail
