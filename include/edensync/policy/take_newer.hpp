#pragma once

#include "edensync/concepts/update_policy.hpp"

namespace edensync {

/// NEWER: the younger version wins; equal times are for the incoming one (spec/import.md §8.2, §8.5).
///
/// A local version without a time gives way. An incoming one without a time counts as younger than every other: Eden
/// takes the moment of its arrival for it.
struct take_newer {
  static constexpr policy_name name = policy_name::take_newer;

  static constexpr verdict create(const version_stamp&) { return {true, rule::no_twin}; }

  static constexpr verdict update(const version_stamp& local, const version_stamp& incoming) {
    if (!local.modified_on || !incoming.modified_on || *local.modified_on < *incoming.modified_on)
      return {true, rule::remote_newer};
    if (*local.modified_on == *incoming.modified_on) return {true, rule::same_time};
    return {false, rule::local_newer};
  }

  /// In a conflict a local version without a time does not give way (spec/import.md §9, rule 4).
  static constexpr bool resolve(const version_stamp& local, const version_stamp& incoming) {
    return local.modified_on && (!incoming.modified_on || *local.modified_on <= *incoming.modified_on);
  }
};

}  // namespace edensync
