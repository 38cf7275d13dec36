#pragma once

#include <memory>
#include <optional>
#include <string>

#include "edensync/core/operation.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/result.hpp"
#include "edensync/beast/nearness.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/traffic.hpp"

namespace edensync::beast {

namespace detail {
class client_core;
}

/// Leads operations with one peer over HTTP or https, blocking the calling thread.
///
/// Every operation gets a connection of its own, which its requests share where that is safe: a request that must not be
/// sent twice (a push, a registration) always begins on a fresh one. Credentials are sent unasked, and redirects are not
/// followed: a 3xx is an answer like any other. An answer that comes before the request is out, such as a refusal, ends
/// the sending and is handed over.
///
/// Lifetime: must outlive its running operations.
/// Thread safety: may be shared; different operations may run at once.
/// Source: spec/protocol.md §2.1, §11 (P8, P9, P10).
class client {
 public:
  explicit client(std::string url, std::string user = {}, std::string password = {}, client_options options = {});
  /// What the repository says of proxy and certificates comes before the options.
  explicit client(const repository& peer, client_options options = {});
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client();

  /// Leads the conversation to its end, failed requests included, which the operation hears of in `on_failure`.
  ///
  /// Errors: the first failure that was given to `on_failure`: `unreachable`, `timed_out`, `broken_transfer`,
  /// `unexpected_answer`, `not_secure` (TLS), `proxy_refused`, `cancelled`, `not_configured` (the URL, proxy, certificates),
  /// or whatever the operation itself returned.
  result<void> run(operation& op);

  /// Ends the running operations with `cancelled`; a call into an operation that is under way returns first.
  void cancel();

  /// How near the peer was when it was last connected to; none before. Behind a proxy a name counts as anywhere.
  std::optional<nearness> reached() const;

  /// What all operations so far have transferred.
  beast::traffic traffic() const;

 private:
  std::shared_ptr<detail::client_core> core_;
};

}  // namespace edensync::beast
