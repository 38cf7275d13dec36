#include "connect.hpp"

#include <string_view>

namespace eden_site {

edensync::result<std::unique_ptr<edensync::beast::client>> connect(const open_site& here,
                                                                   const edensync::repository& peer) {
  const auto known = edensync::admin::opened(peer, here.vault);
  if (!known) return known.error();
  const auto proxy = edensync::admin::with_password(
      here.choices.proxy, [&here](std::string_view sealed) { return here.vault.open(sealed); });
  if (!proxy) return proxy.error();
  edensync::beast::client_options how;
  how.proxy = *proxy;
  return std::make_unique<edensync::beast::client>(*known, how);
}

}  // namespace eden_site
