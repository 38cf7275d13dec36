#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "edensync/core/message.hpp"
#include "edensync/core/operation.hpp"
#include "edensync/core/result.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/traffic.hpp"

namespace edensync::beast {

namespace detail {
class server_core;
}

/// Answers requests over HTTP or https, many at once, each with a responder that the handler makes for it.
///
/// One thread serves all sockets; the handler and the responders run on a pool and may block there in a store. The
/// pool's pace is the network's: no more of a request is read than its responder has taken, and no more of an answer is
/// asked for than the client has taken, so slow clients occupy no thread and little memory. The target in the request's
/// head is the part behind the base path; Basic credentials are in its user and password, and not in its headers.
/// Answers in XML or JSON are compressed for clients that ask for it.
///
/// Lifetime: `stop` and the destructor wait for calls into responders that are under way.
/// Thread safety: the handler is called by several threads at once, a responder by one at a time; `port` and `served`
/// may be called at any time between `start` and `stop`.
/// Source: spec/protocol.md §2, §2.1, §11 (P8, P9).
class server {
 public:
  using handler = std::function<std::unique_ptr<responder>(const request_head&)>;

  explicit server(handler handle, server_options options = {});
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  /// Listens, and returns. Errors: `not_configured` with the system's words if the address, the certificate or its key
  /// cannot be used.
  result<void> start();

  /// Takes no more connections, lets running requests end within the time given, then breaks those that are left.
  ///
  /// May be called again, and `start` after it.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

  /// The port listened on; 0 if it does not listen.
  std::uint16_t port() const;

  /// What was transferred since `start`; `sent` are answers.
  traffic served() const;

 private:
  handler handle_;
  server_options options_;
  std::unique_ptr<detail::server_core> core_;
};

}  // namespace edensync::beast
