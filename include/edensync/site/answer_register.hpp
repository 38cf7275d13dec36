#pragma once

#include <optional>
#include <string>
#include <utility>

#include "edensync/log/log_line.hpp"
#include "edensync/protocol/register_message.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// Answers a registration: remembers who asks, and tells who this site is.
///
/// A repository belongs to the account that registered it; another account cannot change it (P11).
template <class Parts>
class answer_register final : public plain_answer {
 public:
  /// `asked`: what the address told already; otherwise the body tells it.
  answer_register(site<Parts>& s, std::string user, bool native, bool accept_push,
                  std::optional<register_request> asked = {})
      : site_(s), user_(std::move(user)), native_(native), accept_push_(accept_push), asked_(std::move(asked)) {}

  bool wants_body() const override { return !asked_; }

  void on_body(std::string_view piece) override {
    if (body_.size() < limit) body_.append(piece.substr(0, limit - body_.size()));
  }

  void on_end() override {
    const auto own = site_.uuid();
    if (!own) return not_served(own.error());
    const auto request = asked_ ? asked_ : parse_register_request(body_);
    if (!request) {
      log(log_lines::turned_away(log_lines::asked::registration, {}, "Not a JSON object"));
      return say_failed(400, "Not a JSON object");
    }
    if (request->uuid.empty()) {
      // Eden says this under status 200 (spec/protocol.md §6).
      log(log_lines::answered_registration_failed("No repository identifier specified"));
      return say(200, "application/json", to_json(register_reply{false, "No repository identifier specified", *own}));
    }
    bool known = false, foreign = false;
    const auto done = site_.ledger([&](auto& t) {
      auto r = t.find_repository(request->uuid).value_or(repository{});
      known = r.id != 0;
      foreign = known && !r.account.empty() && r.account != user_;
      if (foreign) return;
      if (!known) {
        r.uuid = request->uuid;
        r.accept_push = accept_push_;
      }
      r.account = user_;
      r.type = request->apitype;
      r.native = native_;
      if (!request->name.empty() || r.name.empty())
        r.name = request->name.empty() ? request->uuid.text() : request->name;
      r.last_connected = site_.now();
      r.id = t.put_repository(r);
      peer_ = r;
    });
    if (!done) return not_served(done.error());
    if (foreign) {
      log(log_lines::answered_registration_failed("Registered by another account"));
      return say_failed(403, "Registered by another account");
    }
    const std::string words = known ? "Registration update successful" : "Registration successful";
    log(log_lines::answered_registration(known));
    say(200, "application/json", to_json(register_reply{true, words, *own}));
  }

  void on_failure(const failure& why) override {
    if (!told_) log(log_lines::answered_registration_failed(why.text()));
  }

 private:
  static constexpr std::size_t limit = std::size_t{64} << 10;

  void not_served(const failure& why) {
    log(log_lines::not_served(log_lines::asked::registration, {}, why));
    say_failed(503, why.code.message());
  }

  void log(log_entry e) {
    told_ = true;
    e.at = site_.now();
    e.repository = peer_.id;
    e.repository_name = peer_.name;
    site_.note(std::move(e));
  }

  site<Parts>& site_;
  std::string user_;
  bool native_;
  bool accept_push_;
  std::optional<register_request> asked_;
  std::string body_;
  repository peer_;
  bool told_ = false;
};

}  // namespace edensync
