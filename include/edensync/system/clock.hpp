#pragma once

#include <chrono>

#include "edensync/core/timestamp.hpp"

namespace edensync {

/// The computer's clock. Thread safety: share it freely.
struct system_clock {
  timestamp now() const {
    using namespace std::chrono;
    return {duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  }
};

}  // namespace edensync
