#pragma once

#include <string>

namespace edensync {

/// A request, or a whole connection, that a server has turned away by itself, so that nobody was asked for an answer.
///
/// Thread safety: a value.
struct refused_request {
  /// The client's address without its port; empty if there is none.
  std::string from{};
  /// What was asked for, the path without its query; empty if that cannot be told. The path may hold anything.
  std::string method{};
  std::string path{};
  /// What was answered; 0: nothing, the connection was closed.
  unsigned status = 0;
  /// In the server's words.
  std::string why{};
};

}  // namespace edensync
