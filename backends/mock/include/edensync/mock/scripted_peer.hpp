#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/mock/heard.hpp"
#include "edensync/mock/scripted_answer.hpp"

namespace edensync::mock {

/// A peer that answers what it is told to, and remembers what it was asked. Without more it looks like an Eden.
///
/// It takes the place of `passive_site::handle`: at the end of a `memory::loopback` or in a server of one's own. A failure
/// that an answer asks for is thrown as `failure_exception`, which a loopback understands.
/// Lifetime: outlives the requests that it is asked. Thread safety: one thread at a time.
class scripted_peer {
 public:
  using script = std::function<scripted_answer(const heard&)>;

  explicit scripted_peer(script s) : script_(std::move(s)) {}
  explicit scripted_peer(scripted_answer always)
      : script_([always = std::move(always)](const heard&) { return always; }) {}

  /// The clock that slow answers move on, and how many seconds whoever asks waits before he gives up.
  void set_clock(memory::manual_clock c, std::int64_t patience = 60) {
    clock_ = std::move(c);
    patience_ = patience;
  }

  /// All that it was asked, in that order.
  std::vector<heard> requests;

  std::unique_ptr<responder> operator()(const request_head& head) { return std::make_unique<answering>(*this, head); }

 private:
  class answering final : public responder {
   public:
    answering(scripted_peer& p, const request_head& head) : peer_(p) { request_.head = head; }

    bool wants_body() const override { return true; }
    void on_body(std::string_view piece) override { request_.body += piece; }
    void on_end() override {
      auto said = peer_.script_(request_);
      peer_.requests.push_back(std::move(request_));
      peer_.clock_.advance(std::min(said.after, peer_.patience_));
      if (said.after > peer_.patience_) throw_failure(error::timed_out, "the peer takes its time");
      if (said.instead) throw failure_exception(*said.instead);
      head_.status = said.status;
      if (!said.type.empty()) head_.headers.set("Content-Type", said.type);
      for (auto& h : said.headers) head_.headers.set(h.name, h.value);
      body_ = std::move(said.body);
      broken_ = said.cut.has_value();
      if (broken_) body_.resize(std::min(body_.size(), *said.cut));
    }
    const response_head& head() const override { return head_; }
    result<std::size_t> read_body(std::span<char> into) override {
      const auto n = std::min(into.size(), body_.size() - sent_);
      if (n == 0 && broken_) return make_failure(error::broken_transfer, "the script says so");
      std::memcpy(into.data(), body_.data() + sent_, n);
      sent_ += n;
      return n;
    }
    void on_failure(const failure&) override {}

   private:
    scripted_peer& peer_;
    heard request_;
    response_head head_;
    std::string body_;
    std::size_t sent_ = 0;
    bool broken_ = false;
  };

  script script_;
  memory::manual_clock clock_;
  std::int64_t patience_ = 60;
};

}  // namespace edensync::mock
