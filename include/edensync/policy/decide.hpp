#pragma once

#include "edensync/policy/standard.hpp"

namespace edensync {

/// What is written of an incoming version, and why: by the standard rules.
///
/// Pure; the same input gives the same decision at any time. Source: spec/import.md §5, §8, §9, §13.
constexpr decision decide(const decide_input& in) { return standard::decide(in); }

}  // namespace edensync
