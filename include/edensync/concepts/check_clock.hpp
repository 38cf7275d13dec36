#pragma once

#include "edensync/concepts/clock.hpp"

// What the compiler says to who writes a clock: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class C>
struct check_clock {
  static_assert(clock<C>, "edensync: clock needs now() -> timestamp; see docs/concepts/clock.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
