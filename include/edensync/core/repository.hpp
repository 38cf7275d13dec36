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
  /// How it is reached and what speaks there: `eden`, `data` (public data sets) or `filesync`; a peer may say another one
  /// when it registers, with which nothing is exchanged.
  std::string type = "eden";
  /// Base URL with the application path, without a slash at its end; empty if this site never calls the peer.
  std::string url{};
  std::string username{};
  std::string password{};
  /// The folder of a `filesync` repository.
  std::string path{};
  /// The proxy for this repository, as `http://[user:password@]host:port`; empty: the site's own, if it has one.
  std::string proxy{};
  /// Over https: the file of certificates in PEM that are believed instead of the system's; empty: the system's.
  std::string ca_file{};
  /// Over https: the SHA-256 of the peer's certificate, which then must be this one (`parse_fingerprint`); empty: any
  /// that is believed.
  std::string pin{};
  /// Whether a record found by its content takes over the peer's uid (spec/import.md §4).
  bool synchronise_uuids = false;
  /// Whether the peer may push to this site.
  bool accept_push = false;
  /// The account that registered it; later requests in its name must come from the same one. Empty: not bound.
  std::string account{};
  /// Whether the peer has shown that it is an edensync site.
  bool native = false;
  std::optional<timestamp> last_connected{};
};

}  // namespace edensync
