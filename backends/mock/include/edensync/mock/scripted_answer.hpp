#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/message.hpp"
#include "edensync/core/result.hpp"

namespace edensync::mock {

/// What a scripted peer says to one request, or how it fails to.
struct scripted_answer {
  unsigned status = 200;
  std::string body{};
  /// The Content-Type; empty: none.
  std::string type = "text/xml";
  std::vector<header_field> headers{};
  /// How many seconds of manual time it takes until the answer begins.
  std::int64_t after = 0;
  /// The connection breaks after so many bytes of the body.
  std::optional<std::size_t> cut{};
  /// There is no answer at all: the connection fails in this way once the request was heard.
  std::optional<failure> instead{};
};

/// No answer, but a connection that fails.
inline scripted_answer no_answer(error why, std::string words = "the script says so") {
  return {.instead = make_failure(why, std::move(words))};
}

}  // namespace edensync::mock
