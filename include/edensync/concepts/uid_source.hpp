#pragma once

#include <concepts>

#include "edensync/core/uid.hpp"

namespace edensync {

/// Makes identifiers that nobody else makes.
template <class U>
concept uid_source = requires(U u) {
  { u.make() } -> std::same_as<uid>;
};

}  // namespace edensync
