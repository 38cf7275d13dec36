#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/site_uuid.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/log/redact.hpp"
#include "edensync/log/spellings.hpp"
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
  answer_register(site<Parts>& s, const request_head& head, bool native, bool accept_push,
                  std::optional<register_request> asked = {})
      : site_(s),
        user_(head.user),
        secrets_(spellings(head.password)),
        native_(native),
        accept_push_(accept_push),
        asked_(std::move(asked)) {}

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
    if (!can_be_site_uuid(request->uuid) || request->uuid == *own) {
      const std::string words =
          request->uuid == *own ? "The repository identifier is this site's own" : "The repository identifier is none";
      log(log_lines::answered_registration_failed(words));
      return say_failed(400, words);
    }
    bool known = false, foreign = false, full = false;
    const auto done = site_.ledger([&](auto& t) {
      auto r = t.find_repository(request->uuid).value_or(repository{});
      known = r.id != 0;
      foreign = known && !r.account.empty() && r.account != user_;
      if (foreign) return;
      // What it is called here, and what it is, is this site's administrator's business once it is known (M8).
      if (!known) {
        const auto all = t.repositories();
        full = std::count_if(all.begin(), all.end(), [&](const auto& each) { return each.account == user_; }) >=
               most_of_one_account;
        if (full) return;
        r.uuid = request->uuid;
        r.accept_push = accept_push_;
        r.type = type_of(*request);
        r.name = free_name(*request, all);
      }
      r.account = user_;
      r.native = native_;
      r.last_connected = site_.now();
      r.id = t.put_repository(r);
      peer_ = r;
    });
    if (!done) return not_served(done.error());
    if (foreign) {
      log(log_lines::answered_registration_failed("Registered by another account"));
      return say_failed(403, "Registered by another account");
    }
    if (full) {
      log(log_lines::answered_registration_failed("This account has registered too many repositories"));
      return say_failed(403, "This account has registered too many repositories");
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
  static constexpr std::ptrdiff_t most_of_one_account = 100;
  static constexpr std::size_t longest_name = 64;  // spec/model.md §3

  // The types that an Eden knows (spec/model.md §3). What is none of them says nothing.
  static std::string type_of(const register_request& asked) {
    static constexpr std::string_view known[] = {"adashi", "ccrm", "data", "eden", "filesync", "ftp", "mcb", "wrike"};
    return std::find(std::begin(known), std::end(known), asked.apitype) != std::end(known) ? asked.apitype : "eden";
  }

  // Repositories are known by name or UUID: no newcomer takes the one or looks like the other.
  // Nor is the password of its account seen in it.
  std::string free_name(const register_request& asked, const std::vector<repository>& all) const {
    const std::vector<std::string_view> secrets(secrets_.begin(), secrets_.end());
    const auto wanted = diagnostics({}, utf8_beginning(redact(well_formed(asked.name), secrets), longest_name)).peer();
    if (wanted.empty() || wanted.starts_with("urn:uuid:")) return asked.uuid.text();
    auto name = wanted;
    const auto taken = [&](const repository& r) { return r.name == name || r.uuid.text() == name; };
    for (int n = 2; std::any_of(all.begin(), all.end(), taken); ++n) name = wanted + " (" + std::to_string(n) + ")";
    return name;
  }

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
  std::vector<std::string> secrets_;
  bool native_;
  bool accept_push_;
  std::optional<register_request> asked_;
  std::string body_;
  repository peer_;
  bool told_ = false;
};

}  // namespace edensync
