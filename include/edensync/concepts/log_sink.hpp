#pragma once

#include <concepts>

#include "edensync/core/log_event.hpp"

namespace edensync {

/// Takes what happens in a process, one event at a time, and writes it where somebody looks.
///
/// It throws nothing: what cannot be written is lost, and the work goes on.
/// Laws: `edensync::laws::log_sink`. Thread safety: shared.
template <class S>
concept log_sink = requires(S s, const log_event& e) {
  { s.write(e) }
  noexcept->std::same_as<void>;
};

}  // namespace edensync
