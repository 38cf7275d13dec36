#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "edensync/core/operation.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/beast/detail/header_text.hpp"

namespace edensync::beast::detail {

/// The answer to a request that no handler gets to see: one line of text.
class refusal final : public responder {
 public:
  refusal(unsigned status, std::string text) : text_(to_json(status_message::failed(status, std::move(text)))) {
    head_.status = status;
    head_.headers.set("Content-Type", "application/json");
    if (status == 503) head_.headers.set("Retry-After", "10");
  }

  bool wants_body() const override { return false; }
  void on_body(std::string_view) override {}
  void on_end() override {}
  const response_head& head() const override { return head_; }
  result<std::size_t> read_body(std::span<char> into) override {
    const std::size_t n = text_.copy(into.data(), into.size(), taken_);
    taken_ += n;
    return n;
  }
  void on_failure(const failure&) override {}

 private:
  response_head head_;
  std::string text_;
  std::size_t taken_ = 0;
};

/// What is behind the base path in a request's target, with a `/` in front; empty if it is elsewhere.
inline std::string below(std::string_view target, std::string_view base_path) {
  if (starts_without_case(target, "http://") || starts_without_case(target, "https://")) {  // a proxy's way to write it
    const auto slash = target.find('/', 8);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  while (base_path.ends_with('/')) base_path.remove_suffix(1);
  if (!target.starts_with(base_path)) return {};
  target.remove_prefix(base_path.size());
  if (target.starts_with('/')) return std::string(target);
  if (target.empty() || target.starts_with('?')) return "/" + std::string(target);
  return {};
}

}  // namespace edensync::beast::detail
