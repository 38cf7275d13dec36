#pragma once

#include <concepts>
#include <memory>

#include "edensync/core/operation.hpp"

namespace edensync {

/// Makes a responder for each request: the passive side of a transport, and what a server is given.
///
/// It answers whatever it is asked: a request that it does not understand is refused by an answer.
/// Laws: `edensync::laws::request_handler`. Lifetime: outlives its responders. Thread safety: may be called by several
/// threads at once.
template <class H>
concept request_handler = requires(H h, const request_head& asked) {
  { h(asked) } -> std::convertible_to<std::unique_ptr<responder>>;
};

}  // namespace edensync
