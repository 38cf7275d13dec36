#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/log/redact.hpp"
#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/status_message.hpp"

namespace edensync {

/// One request and its answer, with what every exchange has in common: reading the status, keeping a short answer, telling
/// an edensync peer from an Eden.
///
/// Derived classes prepare the request, take the body of a good answer, and conclude. Each exchange concludes exactly once,
/// unless it asks again.
class exchange : public operation {
 public:
  const request_head* next() final {
    if (std::exchange(again_, false)) {
      stage_ = stage::idle;
      status_ = 0;
      body_.clear();
    }
    if (stage_ != stage::idle) return nullptr;
    stage_ = stage::sent;
    const auto ready = prepare();
    if (!ready) {
      done(ready.error());
      return nullptr;
    }
    if (!*ready) {
      stage_ = stage::done;
      conclude_unsent();
      return again_ ? next() : nullptr;
    }
    head_.headers.set(std::string(headers::version), "1");
    return &head_;
  }

  result<std::size_t> read_body(std::span<char>) override { return std::size_t{0}; }

  result<void> on_head(const response_head& h) final {
    status_ = h.status;
    native_ = !h.headers.get(headers::version).empty();
    answer_headers_ = h.headers;
    secrets_ = h.secrets;
    if (h.status / 100 != 2) return {};
    return good_head(h);
  }

  result<void> on_body(std::string_view piece) final {
    const bool good = status_ / 100 == 2;
    if (good && !keeps_body()) return good_body(piece);
    const auto most = good ? body_limit() : words_limit;
    const auto room = most - std::min(body_.size(), most);
    body_.append(piece.substr(0, room));
    // Of a refusal that is enough to read what the peer says; half of a good answer would say something else.
    if (good && piece.size() > room)
      return failure{make_error_code(error::unexpected_answer),
                     diagnostics("the answer is longer than " + std::to_string(most) + " bytes")};
    return {};
  }

  result<void> on_end() final {
    if (status_ / 100 == 2) {
      auto ended = good_end();
      if (!ended)
        done(ended.error());
      else
        finish();
      return {};
    }
    done(refusal_of(status_));
    return {};
  }

  void on_failure(const failure& why) final { done(why); }

  /// Whether the peer has shown in this exchange that it is an edensync site.
  bool peer_is_native() const noexcept { return native_; }

  /// Whether an answer came, good or bad.
  bool answered() const noexcept { return status_ != 0; }

  /// Whether the answer's status says that all is well.
  bool answered_well() const noexcept { return status_ / 100 == 2; }

  /// The answer's status; 0 if there was none.
  unsigned status() const noexcept { return status_; }

 protected:
  /// How much is kept of an answer that tells of a failure.
  static constexpr std::size_t words_limit = std::size_t{1} << 20;

  /// Fills in `head_`; false: there is nothing to ask for.
  virtual result<bool> prepare() = 0;
  virtual void conclude_unsent() = 0;
  virtual result<void> good_head(const response_head&) { return {}; }
  /// Whether the answer is short and kept in `body_`.
  virtual bool keeps_body() const { return true; }
  /// How long a good answer that is kept may be; a longer one is a failure.
  virtual std::size_t body_limit() const { return std::size_t{1} << 20; }
  virtual result<void> good_body(std::string_view) { return {}; }
  virtual result<void> good_end() = 0;
  virtual void conclude(const failure& why) = 0;

  /// For a derived class that has another request to make once this one has ended, good or bad.
  void ask_again() { again_ = true; }

  /// A failure that the peer tells under status 200 or another one.
  failure refusal_of(unsigned status) const {
    const error code = status == 401 || status == 403
                           ? (says_unregistered() ? error::not_registered : error::not_authorised)
                       : status >= 500 ? error::peer_failed
                       : status >= 400 ? error::refused
                                       : error::unexpected_answer;
    return {make_error_code(code), diagnostics("status " + std::to_string(status), peer_words())};
  }

  /// What the peer says in its answer, fit to be kept and shown.
  std::string peer_words() const { return without_secrets(said()); }

  /// Words of the peer without the credentials that it was sent: it knows them, and whoever reads its words need not.
  std::string without_secrets(std::string_view theirs) const {
    return redact(std::string(utf8_beginning(theirs, 4096)),
                  std::vector<std::string_view>(secrets_.begin(), secrets_.end()));
  }

  /// What the peer says, to compare with: the message of a JSON object, or the text without its markup.
  std::string said() const {
    if (const auto m = parse_status_message(body_); m && !m->message.empty()) return m->message;
    std::string out;
    bool tag = false;
    for (const char c : std::string_view(body_).substr(0, 4096)) {
      if (c == '<')
        tag = true;
      else if (c == '>')
        tag = false, out += ' ';
      else if (!tag)
        out += c;
    }
    return out;
  }

  request_head head_;
  header_fields answer_headers_;
  std::string body_;

 private:
  enum class stage { idle, sent, done };

  // An edensync or Eden peer says 403 with a JSON message when it does not know us; without one, the account is at fault.
  bool says_unregistered() const { return status_ == 403 && parse_status_message(body_).has_value(); }

  void finish() { stage_ = stage::done; }

  void done(const failure& why) {
    if (std::exchange(stage_, stage::done) == stage::done) return;
    conclude(why);
  }

  std::vector<std::string> secrets_;
  stage stage_ = stage::idle;
  unsigned status_ = 0;
  bool native_ = false;
  bool again_ = false;
};

}  // namespace edensync
