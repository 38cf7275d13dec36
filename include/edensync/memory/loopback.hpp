#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"

namespace edensync::memory {

/// A line between an active and a passive site in one thread: drives an operation against a handler, without a socket.
///
/// The line can be cut after any number of bytes, counted over both bodies of each exchange; both sides then hear of it
/// as they would from a real transport. Cutting before the first byte of an answer leaves the active side not knowing
/// whether its request was carried out. A handler, or what it gave, that throws `failure_exception` is a connection that
/// fails in this way; `lossy_line` is one that fails by chance.
/// Lifetime: what the handler refers to outlives the line. Thread safety: one thread at a time.
class loopback {
 public:
  using handler = std::function<std::unique_ptr<responder>(const request_head&)>;

  explicit loopback(handler h, std::string user = {}, std::string password = {})
      : handler_(std::move(h)), user_(std::move(user)), password_(std::move(password)) {}

  /// Drives the operation to its end.
  void run(operation& op) {
    while (const auto* head = op.next()) {
      ++exchanges_;
      left_ = cut_ ? *cut_ : std::numeric_limits<std::uint64_t>::max();
      cut_.reset();
      try {
        if (auto done = exchange(op, *head); !done) op.on_failure(done.error());
      } catch (const failure_exception& e) {
        op.on_failure(e.why());
      }
    }
  }

  /// Cuts the line in the next exchange, after so many bytes.
  void cut_after(std::uint64_t bytes) { cut_ = bytes; }

  /// How many bytes go over the line at once; 4096 unless told.
  void set_piece(std::size_t bytes) { piece_ = bytes; }

  /// Headers that a server adds to every answer, for instance `Date`.
  void on_answer(std::function<void(response_head&)> f) { decorate_ = std::move(f); }

  std::uint64_t bytes_up() const noexcept { return up_; }
  std::uint64_t bytes_down() const noexcept { return down_; }
  std::uint64_t exchanges() const noexcept { return exchanges_; }

 private:
  result<void> exchange(operation& op, const request_head& asked) {
    request_head head = asked;
    head.user = user_;
    head.password = password_;
    const auto answer = handler_(head);
    std::string buffer(piece_, '\0');
    if (head.has_body) {
      for (bool refused = false;;) {
        const auto n = op.read_body(buffer);
        if (!n) {
          answer->on_failure(make_failure(error::broken_transfer, "the sender gave up"));
          return n.error();
        }
        if (*n == 0) break;
        const auto passed = pass(*n, up_);
        refused = refused || !answer->wants_body();
        if (!refused && passed != 0) answer->on_body({buffer.data(), passed});
        if (passed < *n) return cut(*answer);
        if (refused) break;
      }
    }
    answer->on_end();
    if (left_ == 0) return cut(*answer);
    response_head told = answer->head();
    if (decorate_) decorate_(told);
    if (auto ok = op.on_head(told); !ok) return give_up(*answer, ok.error());
    for (;;) {
      const auto n = answer->read_body(buffer);
      if (!n) return make_failure(error::broken_transfer, "the answer broke off");
      if (*n == 0) break;
      const auto passed = pass(*n, down_);
      if (passed != 0)
        if (auto ok = op.on_body({buffer.data(), passed}); !ok) return give_up(*answer, ok.error());
      if (passed < *n) return cut(*answer);
    }
    if (auto ok = op.on_end(); !ok) return ok.error();
    return {};
  }

  std::size_t pass(std::size_t n, std::uint64_t& counter) {
    const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(n, left_));
    left_ -= passed;
    counter += passed;
    return passed;
  }

  static result<void> cut(responder& r) {
    const auto why = make_failure(error::broken_transfer, "the line was cut");
    r.on_failure(why);
    return why;
  }

  static result<void> give_up(responder& r, const failure& why) {
    r.on_failure(make_failure(error::broken_transfer, "the receiver gave up"));
    return why;
  }

  handler handler_;
  std::string user_;
  std::string password_;
  std::function<void(response_head&)> decorate_;
  std::optional<std::uint64_t> cut_;
  std::uint64_t left_ = 0;
  std::uint64_t up_ = 0;
  std::uint64_t down_ = 0;
  std::uint64_t exchanges_ = 0;
  std::size_t piece_ = 4096;
};

}  // namespace edensync::memory
