#pragma once

#include <concepts>

#include "edensync/core/decision.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/version_stamp.hpp"

namespace edensync {

/// What a policy says about one incoming version: whether it is taken, and by which rule.
struct verdict {
  bool take = false;
  rule why = rule::policy_keeps_local;

  friend constexpr bool operator==(const verdict&, const verdict&) = default;
};

namespace can {

template <class P>
concept say_name = requires {
  { P::name } -> std::convertible_to<policy_name>;
};
template <class P>
concept judge_new = requires(const version_stamp& incoming) {
  { P::create(incoming) } -> std::same_as<verdict>;
};
template <class P>
concept judge_update = requires(const version_stamp& local, const version_stamp& incoming) {
  { P::update(local, incoming) } -> std::same_as<verdict>;
};

}  // namespace can

/// Decides whether an incoming version replaces the local one.
///
/// `create` is asked when there is nothing local, `update` otherwise: for updates, undeletions, deletions and merges
/// alike. Both are pure: they depend on their arguments only, so that a decision can be repeated and explained.
/// A verdict with `rule::same_time` says that the times are equal and nothing else settles it; a set of rules may then
/// let the contents decide.
/// Laws: `edensync::laws::policy`.
template <class P>
concept update_policy = can::say_name<P> && can::judge_new<P> && can::judge_update<P>;

}  // namespace edensync
