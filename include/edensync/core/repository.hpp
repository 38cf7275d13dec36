#pragma once

#include <optional>
#include <string>

#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

/// A peer as this site knows it (manual, "Repository Configuration"; spec/model.md §3).
struct repository {
  repository_id id = 0;
  /// The identifier that the peer shows in its requests; empty until it is known.
  uid uuid{};
  std::string name{};
  /// Base URL with the application path, without a slash at its end; empty if this site never calls the peer.
  std::string url{};
  std::string username{};
  std::string password{};
  /// Whether the peer may push to this site.
  bool accept_push = false;
  /// The account that registered it; later requests in its name must come from the same one. Empty: not bound.
  std::string account{};
  /// Whether the peer has shown that it is an edensync site.
  bool native = false;
  std::optional<timestamp> last_connected{};
};

}  // namespace edensync
