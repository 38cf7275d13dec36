#pragma once

#include <cstddef>

#include "edensync/concepts/check_policy.hpp"
#include "edensync/policy/keep_local.hpp"
#include "edensync/policy/take_master.hpp"
#include "edensync/policy/take_newer.hpp"
#include "edensync/policy/take_remote.hpp"

namespace edensync {

namespace detail {

template <class... Policies>
consteval bool all_names_differ() {
  const policy_name names[] = {Policies::name..., policy_name{}};
  for (std::size_t i = 0; i < sizeof...(Policies); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (names[i] == names[k]) return false;
  return true;
}

}  // namespace detail

/// Some policies, of which one is chosen by its name at run time.
///
/// A name that none of them has keeps the local version, as Eden does; new records are taken.
template <class... Policies>
struct policies_by_name {
  static_assert((detail::check_policy<Policies>::value && ...));  // says itself what is missing
  static_assert(detail::all_names_differ<Policies...>(),
                "edensync: policies_by_name needs policies of different names; see docs/concepts/policy_set.md");

  static constexpr verdict create(policy_name name, const version_stamp& incoming) {
    verdict v{true, rule::no_twin};
    ((Policies::name == name ? static_cast<void>(v = Policies::create(incoming)) : void()), ...);
    return v;
  }

  static constexpr verdict update(policy_name name, const version_stamp& local, const version_stamp& incoming) {
    verdict v{false, rule::policy_keeps_local};
    ((Policies::name == name ? static_cast<void>(v = Policies::update(local, incoming)) : void()), ...);
    return v;
  }

  static constexpr bool resolve(policy_name name, const version_stamp& local, const version_stamp& incoming) {
    bool takes = false;
    ((Policies::name == name ? static_cast<void>(takes = Policies::resolve(local, incoming)) : void()), ...);
    return takes;
  }
};

/// The four that Eden knows.
using four_policies = policies_by_name<keep_local, take_remote, take_newer, take_master>;

}  // namespace edensync
