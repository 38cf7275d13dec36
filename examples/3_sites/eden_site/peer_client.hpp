#pragma once

#include <edensync/core/repository.hpp>
#include <edensync/core/result.hpp>
#include <edensync/beast/client.hpp>
#include <memory>

#include "open_site.hpp"

namespace eden_site {

/// A client that reaches a repository as it is set up: with its credentials, its proxy or the site's, its certificates.
///
/// Errors: those of the vault.
inline edensync::result<std::unique_ptr<edensync::beast::client>> client_for(const open_site& here,
                                                                             const edensync::repository& peer) {
  auto known = edensync::admin::opened(peer, here.vault);
  if (!known) return known.error();
  known->ca_file = here.folder.place_of(known->ca_file).string();
  const auto proxy = edensync::admin::with_password(
      here.choices.proxy, [&here](std::string_view sealed) { return here.vault.open(sealed); });
  if (!proxy) return proxy.error();
  edensync::beast::client_options how;
  how.proxy = *proxy;
  return std::make_unique<edensync::beast::client>(*known, how);
}

}  // namespace eden_site
