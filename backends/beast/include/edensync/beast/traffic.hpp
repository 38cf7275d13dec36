#pragma once

#include <cstdint>

namespace edensync::beast {

/// What went over the wire: bytes of bodies as they were sent, so compressed if they were; heads and framing excluded.
struct traffic {
  std::uint64_t requests = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

}  // namespace edensync::beast
