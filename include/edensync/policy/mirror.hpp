#pragma once

#include "edensync/core/policy_name.hpp"

namespace edensync {

/// The same policy from the other site's point of view: THIS and OTHER change places (spec/protocol.md §4.2).
constexpr policy_name mirror(policy_name p) {
  switch (p) {
    case policy_name::keep_local: return policy_name::take_remote;
    case policy_name::take_remote: return policy_name::keep_local;
    default: return p;
  }
}

}  // namespace edensync
