#pragma once

#include <concepts>

#include "edensync/core/decision.hpp"
#include "edensync/policy/eden_exact.hpp"
#include "edensync/policy/standard.hpp"

namespace edensync {

/// A complete set of rules: from everything that may be looked at to what is written, and why.
///
/// `decide` is pure. The policies that apply are named in its input, so one set serves all tasks.
/// Laws: `edensync::laws::policy_set`.
/// Models: `standard`, `eden_exact`, `basic_standard` over policies of one's own.
template <class S>
concept policy_set = requires(const decide_input& in) {
  { S::decide(in) } -> std::same_as<decision>;
};

/// Whether a set of rules stands for an Eden, so that everything around its decisions is done as an Eden does it, too.
template <class S>
inline constexpr bool imitates_eden = requires {
  requires S::imitates_eden;
};

/// A set of rules as a value, for code that is not compiled once per set.
using decide_function = decision (*)(const decide_input&);

static_assert(policy_set<standard> && policy_set<eden_exact> && imitates_eden<eden_exact>);

}  // namespace edensync
