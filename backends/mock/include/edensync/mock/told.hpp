#pragma once

#include <optional>
#include <string>

#include "edensync/core/message.hpp"
#include "edensync/core/result.hpp"

namespace edensync::mock {

/// An answer as it came, with its body.
struct told {
  response_head head;
  std::string body;
  /// Why the answer is not whole, or not there at all.
  std::optional<failure> broken{};
};

}  // namespace edensync::mock
