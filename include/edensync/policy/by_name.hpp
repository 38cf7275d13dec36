#pragma once

#include "edensync/concepts/conflict_policy.hpp"
#include "edensync/concepts/update_policy.hpp"
#include "edensync/policy/keep_local.hpp"
#include "edensync/policy/take_master.hpp"
#include "edensync/policy/take_newer.hpp"
#include "edensync/policy/take_remote.hpp"

namespace edensync {

/// Some policies, of which one is chosen by its name at run time.
///
/// A name that none of them has keeps the local version, as Eden does; new records are taken.
template <class... Policies>
  requires((update_policy<Policies> && conflict_policy<Policies>)&&...)
struct policies_by_name {
  static constexpr verdict create(policy_name name, const version_stamp& incoming) {
    verdict v{true, rule::no_twin};
    static_cast<void>(((Policies::name == name && (v = Policies::create(incoming), true)) || ...));
    return v;
  }

  static constexpr verdict update(policy_name name, const version_stamp& local, const version_stamp& incoming) {
    verdict v{false, rule::policy_keeps_local};
    static_cast<void>(((Policies::name == name && (v = Policies::update(local, incoming), true)) || ...));
    return v;
  }

  static constexpr bool resolve(policy_name name, const version_stamp& local, const version_stamp& incoming) {
    return ((Policies::name == name && Policies::resolve(local, incoming)) || ...);
  }
};

/// The four that Eden knows.
using four_policies = policies_by_name<keep_local, take_remote, take_newer, take_master>;

}  // namespace edensync
