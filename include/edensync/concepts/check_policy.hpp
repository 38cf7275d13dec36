#pragma once

#include "edensync/concepts/conflict_policy.hpp"
#include "edensync/concepts/update_policy.hpp"

// What the compiler says to who writes a policy: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class P>
struct check_policy {
  static_assert(can::say_name<P>,
                "edensync: update_policy needs name -> policy_name, static; see docs/concepts/policy_set.md");
  static_assert(
      can::judge_new<P>,
      "edensync: update_policy needs create(version_stamp) -> verdict, static; see docs/concepts/policy_set.md");
  static_assert(can::judge_update<P>,
                "edensync: update_policy needs update(version_stamp, version_stamp) -> verdict, static; see "
                "docs/concepts/policy_set.md");
  static_assert(can::resolve<P>,
                "edensync: conflict_policy needs resolve(version_stamp, version_stamp) -> bool, static; see "
                "docs/concepts/policy_set.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
