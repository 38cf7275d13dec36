#pragma once

#include "edensync/core/decision.hpp"

namespace edensync {

/// What an element asks for: merge before delete, update if there is a local twin, deleted or not (spec/import.md §5).
constexpr method method_of(const decide_input& in) {
  if (in.merge) return method::merge;
  if (in.erase) return method::erase;
  return in.local ? method::update : method::create;
}

}  // namespace edensync
