#pragma once

#include "edensync/concepts/update_policy.hpp"

namespace edensync {

/// THIS: the local version is never replaced; new records are taken nevertheless (spec/import.md §8.1, §8.2).
struct keep_local {
  static constexpr policy_name name = policy_name::keep_local;

  static constexpr verdict create(const version_stamp&) { return {true, rule::no_twin}; }

  static constexpr verdict update(const version_stamp&, const version_stamp&) {
    return {false, rule::policy_keeps_local};
  }

  static constexpr bool resolve(const version_stamp&, const version_stamp&) { return false; }
};

}  // namespace edensync
