#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "edensync/core/refused_request.hpp"
#include "edensync/beast/nearness.hpp"

namespace edensync::beast {

/// Whom a client believes over https.
///
/// Without both: a certificate of the peer's name that an authority known to the system has signed.
struct tls_options {
  /// A file of certificates in PEM, believed instead of the system's: of authorities, or the peer's own.
  std::string ca_file{};
  /// The SHA-256 of the peer's certificate, as `parse_fingerprint` reads it. Alone it decides: name, date and signature
  /// then do not matter. With a file, both must be right.
  std::string pin{};
};

/// Who a server is over https.
struct tls_identity {
  /// Its certificate and those between it and the authority, in PEM, its own first. Empty: the server speaks http.
  std::string certificate_file{};
  /// The key to the first of them, in PEM, without a password.
  std::string key_file{};
};

/// How a client talks to a peer.
///
/// The defaults suit a slow satellite link: only silence ends a transfer, not its length.
struct client_options {
  /// Ask for gzip when pulling; a request with a body never does.
  bool accept_gzip = true;
  /// Use a connection again for the next request of the same operation.
  bool keep_alive = true;
  /// Whom to believe, if the peer's URL begins with https.
  tls_options tls{};
  /// How the peer is reached, as `http://[user:password@]host:port`; empty: directly.
  std::string proxy{};
  /// No address that lies nearer is asked; for whom others have named, because they must not have us ask what only we can.
  /// Behind a proxy names are looked up by the proxy, and pass.
  nearness nearest = nearness::machine;
  /// From the look-up of the name until the connection stands, and once more for the proxy's and for agreeing on TLS. A
  /// name server that hangs is waited for as long as the system does.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(15);
  /// The longest time without a byte in either direction.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(60);
  /// The longest head of an answer, in bytes.
  std::size_t max_header_bytes = 64 * 1024;
  /// How many bytes one compressed byte may become, once the first MiB is out. S3XML is compressed 10 to 40 times; a
  /// bomb, about 1000 times.
  unsigned max_inflate_ratio = 200;
};

/// How a server listens, and what it endures.
struct server_options {
  /// A numeric address. Whoever listens on more than the loopback address wants https: Basic sends passwords.
  std::string address = "127.0.0.1";
  /// 0: a free one, which `server::port` tells.
  std::uint16_t port = 0;
  /// Read by `start`.
  tls_identity tls{};
  /// The threads that run handlers and responders, which may block in a store.
  std::size_t threads = 4;
  /// Taken off the front of every request's target; a request outside it is answered with 404.
  std::string base_path = "/eden";
  /// The longest head of a request, in bytes; beyond it the answer is 431.
  std::size_t max_header_bytes = 64 * 1024;
  /// The longest body of a request, in bytes; beyond it the answer is 413.
  std::uint64_t max_body_bytes = std::uint64_t{1} << 30;
  /// For a whole head, for agreeing on TLS, and the longest silence within a body or between two requests.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(60);
  /// The longest time in which a client takes nothing of its answer.
  std::chrono::milliseconds write_timeout = std::chrono::seconds(120);
  /// Connections at once; a further one is answered with 503.
  std::size_t max_connections = 512;
  /// An answer of fewer bytes is not compressed.
  std::size_t min_gzip_bytes = 1024;
  /// After a refusal, how much of the unread request is thrown away so that the client gets to read the answer, and for
  /// how long.
  std::uint64_t drain_bytes = std::uint64_t{16} << 20;
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(5);
  /// Is told of each request that the server turns away by itself, and of each connection that ends before a request is
  /// there, if it was begun: no HTTP, too large, too many, too late, TLS that fails. What the handler has answered, or
  /// is about to, is its own affair. Called by several threads at once; it throws nothing. `logged_refusals` is one.
  std::function<void(const refused_request&)> on_refused{};
};

}  // namespace edensync::beast
