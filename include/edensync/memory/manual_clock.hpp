#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "edensync/core/timestamp.hpp"

namespace edensync::memory {

/// A clock that shows what it is told; models `clock`. Copies show the same time.
///
/// Thread safety: may be read and set at once.
class manual_clock {
 public:
  explicit manual_clock(timestamp start = {}) : seconds_(std::make_shared<std::atomic<std::int64_t>>(start.seconds)) {}

  timestamp now() const { return {*seconds_}; }
  void set(timestamp t) { *seconds_ = t.seconds; }
  void advance(std::int64_t seconds) { *seconds_ += seconds; }

 private:
  std::shared_ptr<std::atomic<std::int64_t>> seconds_;
};

}  // namespace edensync::memory
