#pragma once

#include <concepts>

#include "edensync/core/policy_name.hpp"
#include "edensync/core/version_stamp.hpp"

namespace edensync {

namespace can {

template <class P>
concept resolve = requires(const version_stamp& local, const version_stamp& incoming) {
  { P::resolve(local, incoming) } -> std::same_as<bool>;
};

}  // namespace can

/// Decides whether a change is let through although both sides have changed the record since they last agreed.
///
/// `resolve` is pure. True only leaves the decision to the update policy; both have to agree (spec/import.md §9).
/// Laws: `edensync::laws::policy`.
template <class P>
concept conflict_policy = can::resolve<P> && requires {
  { P::name } -> std::convertible_to<policy_name>;
};

}  // namespace edensync
