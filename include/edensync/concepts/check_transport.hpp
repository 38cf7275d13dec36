#pragma once

#include "edensync/concepts/request_handler.hpp"
#include "edensync/concepts/request_sender.hpp"

// What the compiler says to who writes a transport: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class H>
struct check_request_handler {
  static_assert(request_handler<H>,
                "edensync: request_handler needs operator()(request_head) -> unique_ptr<responder>; see "
                "docs/concepts/request_handler.md");
  static constexpr bool value = true;
};

template <class S>
struct check_request_sender {
  static_assert(request_sender<S>,
                "edensync: request_sender needs run(operation&); see docs/concepts/request_sender.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
