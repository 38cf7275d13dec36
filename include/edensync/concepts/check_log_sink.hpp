#pragma once

#include "edensync/concepts/log_sink.hpp"

// What the compiler says to who writes a sink: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class S>
struct check_log_sink {
  static_assert(log_sink<S>,
                "edensync: log_sink needs write(log_event) noexcept -> void; see docs/concepts/log_sink.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
