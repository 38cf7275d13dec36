#pragma once

#include <concepts>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Tells the time, UTC. It may jump; nothing relies on it going forward only. Laws: `edensync::laws::clock`.
template <class C>
concept clock = requires(C c) {
  { c.now() } -> std::same_as<timestamp>;
};

}  // namespace edensync
