#pragma once

#include <string>

#include "edensync/core/message.hpp"

namespace edensync::mock {

/// A request as it came, with its body.
struct heard {
  request_head head;
  std::string body;
};

}  // namespace edensync::mock
