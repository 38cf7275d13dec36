#pragma once

#include "edensync/concepts/update_policy.hpp"

namespace edensync {

/// OTHER: the incoming version always replaces the local one, even if it is older (spec/import.md §8.2).
struct take_remote {
  static constexpr policy_name name = policy_name::take_remote;

  static constexpr verdict create(const version_stamp&) { return {true, rule::no_twin}; }

  static constexpr verdict update(const version_stamp&, const version_stamp&) {
    return {true, rule::policy_takes_remote};
  }

  static constexpr bool resolve(const version_stamp&, const version_stamp&) { return true; }
};

}  // namespace edensync
