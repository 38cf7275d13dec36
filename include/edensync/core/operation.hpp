#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "edensync/core/message.hpp"
#include "edensync/core/result.hpp"

namespace edensync {

/// A conversation with a peer as the active side leads it, without any I/O: a sequence of requests, each with its answer.
///
/// Whoever has a connection drives it, in this order:
///
/// 1. `next()` gives the head of a request, or null when the conversation is over.
/// 2. While the request has a body, `read_body()` fills a buffer; 0 is the end.
/// 3. `on_head()`, then `on_body()` for every piece of the answer, then `on_end()` once it is complete.
/// 4. If the transport fails, or one of the calls of 2 or 3 returned a failure, `on_failure()` instead of what is left
///    of 2 and 3; the connection is then not used again. Go on with 1.
///
/// Bodies are never materialised: pieces may be of any size.
/// Errors: `read_body`, `on_head` and `on_body` return why the exchange cannot go on. Nothing throws.
/// Thread safety: one thread at a time.
class operation {
 public:
  virtual ~operation() = default;

  /// The next request, or null. Lifetime: until the following call of `next`.
  virtual const request_head* next() = 0;
  virtual result<std::size_t> read_body(std::span<char> into) = 0;
  virtual result<void> on_head(const response_head& head) = 0;
  virtual result<void> on_body(std::string_view piece) = 0;
  virtual result<void> on_end() = 0;
  virtual void on_failure(const failure& why) = 0;

 protected:
  operation() = default;
  operation(const operation&) = default;
  operation& operator=(const operation&) = default;
};

/// One request as the passive side answers it, without any I/O.
///
/// The server calls `on_body()` for every piece of the request's body as long as `wants_body()`, then `on_end()`, then
/// `head()`, then `read_body()` until it gives 0. If the connection breaks, `on_failure()` and nothing more.
/// If `wants_body()` is false, the rest of the body is not read: the answer is a refusal.
///
/// Errors: problems of the request become answers. `read_body` fails if the answer cannot be completed; the server then
/// breaks the connection, so that the peer does not take a part for the whole. Nothing throws.
/// Thread safety: one thread at a time; different responders may work at once.
class responder {
 public:
  virtual ~responder() = default;

  virtual bool wants_body() const = 0;
  virtual void on_body(std::string_view piece) = 0;
  virtual void on_end() = 0;
  virtual const response_head& head() const = 0;
  virtual result<std::size_t> read_body(std::span<char> into) = 0;
  virtual void on_failure(const failure& why) = 0;

 protected:
  responder() = default;
  responder(const responder&) = default;
  responder& operator=(const responder&) = default;
};

}  // namespace edensync
