#pragma once

#include "edensync/core/operation.hpp"

namespace edensync {

/// Leads an operation with one peer to its end, as `operation` says it: the active side of a transport.
///
/// It adds what a connection needs (Host, framing, credentials), reads and passes bodies in pieces, and tells the operation
/// of each failure; the next request then goes over another connection.
/// Laws: `edensync::laws::request_sender`. Errors: to the operation; what `run` gives besides is its own affair.
template <class S>
concept request_sender = requires(S s, operation& op) {
  s.run(op);
};

}  // namespace edensync
