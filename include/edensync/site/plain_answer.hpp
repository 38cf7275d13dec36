#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/operation.hpp"
#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/status_message.hpp"

namespace edensync {

/// An answer whose body is short and known at once: refusals, and the base of those that answer with a message.
class plain_answer : public responder {
 public:
  plain_answer() { head_.headers.set(std::string(headers::version), "1"); }
  plain_answer(unsigned status, std::string_view type, std::string body) : plain_answer() {
    say(status, type, std::move(body));
  }

  /// A JSON status message that tells of a failure (spec/s3xml.md §7).
  static plain_answer failed(unsigned status, std::string message) {
    return {status, "application/json", to_json(status_message::failed(status, std::move(message)))};
  }

  bool wants_body() const override { return false; }
  void on_body(std::string_view) override {}
  void on_end() override {}
  const response_head& head() const final { return head_; }

  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), body_.size() - sent_);
    std::memcpy(into.data(), body_.data() + sent_, n);
    sent_ += n;
    return n;
  }

  void on_failure(const failure&) override {}

 protected:
  void say(unsigned status, std::string_view type, std::string body) {
    head_.status = status;
    head_.headers.set("Content-Type", std::string(type));
    body_ = std::move(body);
    sent_ = 0;
  }
  void say_failed(unsigned status, std::string message) {
    auto other = failed(status, std::move(message));
    say(other.head_.status, "application/json", std::move(other.body_));
  }

  response_head head_;

 private:
  std::string body_;
  std::size_t sent_ = 0;
};

}  // namespace edensync
