#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/laws/law.hpp"

/// Requests and answers that the laws of transports send, and what became of them.
namespace edensync::laws::wire {

/// What a sender is given to talk to.
using handler = std::function<std::unique_ptr<responder>(const request_head&)>;

struct request {
  request_head head;
  std::string body{};
};

inline request get(std::string target) {
  request r;
  r.head.target = std::move(target);
  return r;
}

/// `length` -1: it is not told beforehand.
inline request post(std::string target, std::string body, bool tell_length = true) {
  request r = get(std::move(target));
  r.head.method = "POST";
  r.head.headers.set("Content-Type", "text/xml");
  r.head.has_body = true;
  if (tell_length) r.head.body_length = static_cast<long long>(body.size());
  r.body = std::move(body);
  return r;
}

/// What became of one request, as the active side heard it.
struct heard {
  response_head head{};
  std::string body{};
  bool has_head = false;
  bool ended = false;
  bool failed = false;
};

/// Asks one request after the other, and notes whether it is driven as `operation` says.
class asking final : public operation {
 public:
  explicit asking(std::vector<request> all) : all_(std::move(all)) {}

  const request_head* next() override {
    if (!told.empty() && told.back().ended == told.back().failed) note("the next request before the last is over");
    if (told.size() == all_.size()) return nullptr;
    told.emplace_back();
    taken_ = 0;
    return &all_[told.size() - 1].head;
  }
  result<std::size_t> read_body(std::span<char> into) override {
    over("the body is read");
    const auto& body = all_[told.size() - 1].body;
    if (breaks_off_at && taken_ >= *breaks_off_at) return make_failure(error::store_failed, "the sender's disk");
    const auto n =
        body.copy(into.data(), breaks_off_at ? std::min(into.size(), *breaks_off_at - taken_) : into.size(), taken_);
    taken_ += n;
    return n;
  }
  result<void> on_head(const response_head& h) override {
    over("a head comes");
    if (told.back().has_head) note("a second head");
    told.back().head = h;
    told.back().has_head = true;
    if (wants_no_answer) return make_failure(error::cancelled, "not wanted");
    return {};
  }
  result<void> on_body(std::string_view piece) override {
    over("a body comes");
    if (!told.back().has_head) note("a body without a head");
    if (wants_no_answer) note("a body that is not wanted");
    told.back().body += piece;
    return {};
  }
  result<void> on_end() override {
    over("an end comes");
    if (!told.back().has_head) note("an end without a head");
    told.back().ended = true;
    return {};
  }
  void on_failure(const failure&) override {
    over("a failure comes");
    told.back().failed = true;
  }

  std::vector<heard> told;
  std::optional<std::size_t> breaks_off_at;
  bool wants_no_answer = false;
  /// What was done out of order; empty if nothing was.
  std::string wrong;

 private:
  void over(std::string_view what) {
    if (told.back().ended || told.back().failed) note(std::string(what) + " when the exchange is over");
  }
  void note(std::string what) {
    if (wrong.empty()) wrong = std::move(what);
  }

  std::vector<request> all_;
  std::size_t taken_ = 0;
};

/// What the passive side heard of all requests. Thread safety: shared.
struct guest_book {
  std::mutex lock;
  std::vector<request> asked;
  std::size_t ended = 0;
};

/// How a request is answered.
struct answer {
  unsigned status = 200;
  std::string body{};
  /// The request's body comes back instead.
  bool echo = false;
  bool refuses_body = false;
  std::optional<std::size_t> breaks_off_at{};
};

class answering final : public responder {
 public:
  answering(const request_head& asked, answer how, std::shared_ptr<guest_book> book)
      : how_(std::move(how)), book_(std::move(book)), asked_{asked, {}} {
    head_.status = how_.status;
    head_.headers.set("Content-Type", "text/plain");
    head_.headers.set("X-Law", "kept");
  }
  ~answering() override {
    const std::lock_guard guard(book_->lock);
    book_->asked.push_back(std::move(asked_));
  }
  bool wants_body() const override { return !how_.refuses_body; }
  void on_body(std::string_view piece) override { asked_.body += piece; }
  void on_end() override {
    if (how_.echo) how_.body = asked_.body;
    const std::lock_guard guard(book_->lock);
    ++book_->ended;
  }
  const response_head& head() const override { return head_; }
  result<std::size_t> read_body(std::span<char> into) override {
    if (how_.breaks_off_at && given_ >= *how_.breaks_off_at)
      return make_failure(error::store_failed, "the peer's disk");
    const auto n = how_.body.copy(into.data(), into.size(), given_);
    given_ += n;
    return n;
  }
  void on_failure(const failure&) override {}

 private:
  answer how_;
  std::shared_ptr<guest_book> book_;
  request asked_;
  response_head head_;
  std::size_t given_ = 0;
};

}  // namespace edensync::laws::wire
