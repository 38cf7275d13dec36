#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/check_log_sink.hpp"
#include "edensync/concepts/clock.hpp"
#include "edensync/core/diagnostics.hpp"
#include "edensync/core/operation.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/protocol/sync_query.hpp"

namespace edensync {

/// An answer that tells a sink how it went, once it is over: `request`, or `login refused` where somebody's credentials
/// were. Whoever is refused is a warning.
///
/// Of the address only the path is told, the table and who asks; of credentials only the user's name.
/// Lifetime: sink and clock outlive it. Thread safety: one thread at a time.
template <class Sink, clock Clock>
class logged_answer final : public responder {
  static_assert(detail::check_log_sink<Sink>::value);

 public:
  /// `base`: what stands in front of the path where the site is served.
  logged_answer(Sink& sink, Clock& clock, const request_head& request, std::unique_ptr<responder> answer,
                std::string_view base = {})
      : sink_(sink), clock_(clock), answer_(std::move(answer)) {
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    event_.method = utf8_beginning(request.method, 20);
    event_.path = std::string(base).append(utf8_beginning(path, 300));
    event_.user = diagnostics({}, utf8_beginning(request.user, 100)).peer();
    if (!path.ends_with("/sync.xml")) return;
    if (const auto query = parse_sync_query(request.target)) {
      event_.resource = utf8_beginning(query->resource, 100);
      event_.repository = utf8_beginning(query->repository.text(), 128);
    }
  }
  logged_answer(const logged_answer&) = delete;
  logged_answer& operator=(const logged_answer&) = delete;

  ~logged_answer() override {
    const auto status = answer_->head().status;
    const bool login = status == 429 || (status == 401 && !event_.user.empty());
    event_.event = login ? "login refused" : "request";
    if (event_.level == event_level::info)
      event_.level = status >= 500 ? event_level::error : status >= 400 ? event_level::warning : event_level::info;
    event_.status = status;
    event_.bytes_in = in_;
    event_.bytes_out = out_;
    event_.at = clock_.now();
    event_.milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_).count();
    sink_.write(event_);
  }

  bool wants_body() const override { return answer_->wants_body(); }
  void on_body(std::string_view piece) override {
    in_ += piece.size();
    answer_->on_body(piece);
  }
  void on_end() override { answer_->on_end(); }
  const response_head& head() const override { return answer_->head(); }
  result<std::size_t> read_body(std::span<char> into) override {
    auto n = answer_->read_body(into);
    if (n)
      out_ += *n;
    else
      tell(event_level::error, n.error());
    return n;
  }
  void on_failure(const failure& why) override {
    tell(event_level::warning, why);
    answer_->on_failure(why);
  }

 private:
  void tell(event_level how, const failure& why) {
    event_.level = how;
    event_.message = why.text();
  }

  Sink& sink_;
  Clock& clock_;
  std::unique_ptr<responder> answer_;
  log_event event_;
  std::uint64_t in_ = 0;
  std::uint64_t out_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace edensync
