#pragma once

#include <edensync/core/repository.hpp>
#include <edensync/core/result.hpp>
#include <edensync/beast/client.hpp>
#include <memory>

#include "open_site.hpp"

namespace eden_site {

/// A client that reaches a repository as it is set up: with its credentials, its proxy or the site's, its certificates.
///
/// Errors: those of the vault and of the store.
inline edensync::result<std::unique_ptr<edensync::beast::client>> client_for(const open_site& here,
                                                                             const edensync::repository& peer,
                                                                             edensync::beast::client_options how = {}) {
  auto known = edensync::admin::opened(peer, here.vault);
  if (!known) return known.error();
  // Meanwhile others may have been named, and those of before be gone.
  const auto held = here.folder.lock_certificates();
  if (!held) return held.error();
  const auto all = edensync::detail::guarded([&] { return here.store.snapshot().repositories(); });
  if (!all) return all.error();
  for (const auto& now : *all)
    if (peer.id != 0 && now.id == peer.id) known->ca_file = now.ca_file, known->pin = now.pin;
  known->ca_file = here.folder.place_of(known->ca_file).string();
  const auto proxy = edensync::admin::with_password(
      here.choices.proxy, [&here](std::string_view sealed) { return here.vault.open(sealed); });
  if (!proxy) return proxy.error();
  how.proxy = *proxy;
  return std::make_unique<edensync::beast::client>(*known, how);
}

}  // namespace eden_site
