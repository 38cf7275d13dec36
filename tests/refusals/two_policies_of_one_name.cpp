// refused: edensync: policies_by_name needs policies of different names; see docs/concepts/policy_set.md
#include "edensync/policy/standard.hpp"

// A policy of one's own, under the name of another that is there as well.
struct take_older : edensync::keep_local {
#ifndef EDENSYNC_CORRECTED
  static constexpr edensync::policy_name name = edensync::policy_name::take_newer;
#endif
};

using mine = edensync::basic_standard<edensync::policies_by_name<take_older, edensync::take_newer>>;
static_assert(mine::decide({}).what == edensync::action::create);
