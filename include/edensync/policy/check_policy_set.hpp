#pragma once

#include "edensync/policy/policy_set.hpp"

// What the compiler says to who writes a set of rules: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class S>
struct check_policy_set {
  static_assert(policy_set<S>,
                "edensync: policy_set needs decide(decide_input) -> decision, static; see docs/concepts/policy_set.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
