#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <utility>

#include "edensync/core/host_port.hpp"
#include "edensync/core/proxy_address.hpp"
#include "edensync/core/result.hpp"
#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/detail/tls.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/url.hpp"

namespace edensync::beast::detail {

/// How a peer is reached: over TLS if there is a context, through a proxy if there is one.
struct route {
  base_url peer;
  std::optional<proxy_address> proxy;
  tls_context tls;

  /// Whether the proxy only passes bytes on. Else it reads the requests, and they say where they go.
  bool tunnelled() const { return proxy && tls; }
  bool by_requests() const { return proxy && !tls; }

  /// Where the connection goes.
  host_port first() const { return proxy ? proxy->at : host_port{peer.host, peer.port}; }

  /// The peer's address, if it is one and no name.
  std::optional<boost::asio::ip::address> peer_address() const {
    boost::system::error_code none;
    auto address = boost::asio::ip::make_address(peer.host, none);
    return none ? std::nullopt : std::optional(std::move(address));
  }

  /// For people.
  std::string proxy_name() const { return proxy ? "the proxy " + proxy->at.text() : std::string(); }
  std::string first_name() const { return proxy ? proxy_name() : peer.authority(); }
  std::string name() const { return proxy ? peer.authority() + " through " + proxy_name() : peer.authority(); }

  /// The value of Proxy-Authorization; empty if there is none.
  std::string proxy_authorization() const {
    return proxy && !proxy->user.empty() ? to_authorization({proxy->user, proxy->password}) : std::string();
  }

  /// Why a proxy that answers with 407 does not help.
  failure wrong_credentials() const {
    return make_failure(error::proxy_refused,
                        proxy_name() + (proxy->user.empty() ? " wants a user name and password"
                                                            : " does not accept the user name and password"));
  }
};

/// Errors: not_configured.
inline result<route> find_route(const std::string& url, const client_options& options) {
  route way;
  auto peer = parse_base_url(url);
  if (!peer) return peer.error();
  way.peer = std::move(*peer);
  if (!options.proxy.empty()) {
    auto proxy = parse_proxy_address(options.proxy);
    if (!proxy) return make_failure(error::not_configured, proxy.error().info.text());
    way.proxy = std::move(*proxy);
  }
  if (way.peer.secure) {
    auto tls = client_tls(options.tls);
    if (!tls) return tls.error();
    way.tls = std::move(*tls);
  }
  return way;
}

}  // namespace edensync::beast::detail
