#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/site_uuid.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/register_message.hpp"
#include "edensync/site/exchange.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/typed_uuid.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

/// Makes this site known to a peer and learns the peer's identifier: one POST.
///
/// A typed identifier that differs from the peer's is kept, and the difference is an error (spec/model.md §12), which
/// `read_typed_uuid` knows of afterwards; it is also kept if the peer does not tell its own.
/// For a dry run the peer is only asked who it is: the registration then has no identifier, so that the peer refuses it, and
/// tells its own all the same (spec/protocol.md §6).
/// Lifetime: the site outlives it. Thread safety: one thread at a time.
template <class Parts>
class register_with final : public exchange {
 public:
  register_with(site<Parts>& s, repository r, bool dry_run = false)
      : site_(s), repository_(std::move(r)), dry_run_(dry_run) {}

  /// The repository as it is after the registration.
  const edensync::repository& peer() const noexcept { return repository_; }
  const std::optional<failure>& why_not() const noexcept { return error_; }
  /// Whether the peer, being only asked, has not said who it is.
  bool untold() const noexcept { return untold_; }

  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), request_.size() - sent_);
    std::memcpy(into.data(), request_.data() + sent_, n);
    sent_ += n;
    return n;
  }

 protected:
  result<bool> prepare() override {
    const auto own = site_.uuid();
    if (!own) return own.error();
    request_ = to_json(register_request{dry_run_ ? uid() : *own, public_host(), "eden"});
    head_.method = "POST";
    head_.target = "/sync/repository/register.json";
    // What an Eden sends, whose own word for it gets lost (spec/protocol.md §2.1).
    head_.headers.set("Content-Type", "application/x-www-form-urlencoded");
    head_.has_body = true;
    head_.body_length = static_cast<long long>(request_.size());
    return true;
  }

  void conclude_unsent() override {}

  result<void> good_end() override {
    const auto reply = parse_register_reply(body_);
    if (!reply)
      return failure{make_error_code(error::unexpected_answer),
                     diagnostics("no reply to a registration", peer_words())};
    if (dry_run_ && reply->sender.empty()) {
      untold_ = true;
      return {};
    }
    if (!dry_run_ && !reply->success)
      return failure{make_error_code(error::refused), diagnostics("registration", without_secrets(reply->message))};
    if (reply->sender.empty() && repository_.uuid.empty())
      return failure{make_error_code(error::unexpected_answer), diagnostics("the peer does not tell its identifier")};
    if (!reply->sender.empty())
      if (auto told = check_told(reply->sender); !told) return told;
    if (!reply->sender.empty() && !repository_.uuid.empty() && repository_.uuid != reply->sender) {
      (void)site_.ledger([&](auto& t) {
        update_repository(t, repository_.id, [&](const repository& r) {
          if (r.uuid == repository_.uuid) keep_typed_uuid(t, r.id, reply->sender);
        });
      });
      return failure{
          make_error_code(error::not_configured),
          diagnostics("the peer's identifier differs from the one entered", without_secrets(reply->sender.text()))};
    }
    const bool learns = repository_.uuid.empty();
    return site_.ledger([&](auto& t) {
      if (learns) check_free(t, reply->sender);
      if (!reply->sender.empty()) repository_.uuid = reply->sender;
      repository_.native = peer_is_native();
      repository_.last_connected = site_.now();
      if (repository_.id == 0) repository_.id = t.put_repository(repository_);
      // An administrator may have changed or removed it while the peer took its time.
      update_repository(t, repository_.id, [&](repository& r) {
        if (r.uuid.empty()) r.uuid = repository_.uuid;
        if (r.uuid == repository_.uuid) keep_typed_uuid(t, r.id, std::nullopt);
        r.native = repository_.native;
        r.last_connected = repository_.last_connected;
        repository_ = r;
      });
      if (!dry_run_) t.add_log(stamped(log_lines::registered(diagnostics({}, without_secrets(reply->message)).peer())));
    });
  }

  void conclude(const failure& why) override {
    // So may a site that says no more than the status.
    untold_ = dry_run_ && this->status() == 400;
    if (untold_) return;
    error_ = why;
    site_.note(stamped(log_lines::register_failed(why)));
  }

 private:
  // What it tells is to be the name of one site, and not of this one.
  result<void> check_told(const uid& sender) {
    if (!can_be_site_uuid(sender))
      return failure{make_error_code(error::unexpected_answer),
                     diagnostics("the peer tells an identifier that is none", without_secrets(sender.text()))};
    const auto own = site_.uuid();
    if (!own) return own.error();
    if (sender == *own)
      return make_failure(error::not_configured,
                          "the peer says that its identifier is this site's own: the URL may lead back here");
    return {};
  }

  // A peer that registered itself is known twice if it is called as well; whoever is called is called once.
  template <class Transaction>
  void check_free(Transaction& t, const uid& sender) const {
    for (const auto& other : t.repositories())
      if (other.id != repository_.id && other.uuid == sender && !other.url.empty())
        throw_failure(error::not_configured,
                      "the peer says that its identifier is that of the repository " + other.name);
  }

  // Under which name the peer lists this site: the host of its public URL.
  std::string public_host() const {
    const std::string_view url = site_.settings().url;
    const auto scheme = url.find("://");
    const auto host = scheme == std::string_view::npos ? std::string_view() : url.substr(scheme + 3);
    return host.empty() ? site_.settings().domain : std::string(host.substr(0, host.find_first_of("/?#")));
  }

  log_entry stamped(log_entry e) const {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
    return e;
  }

  site<Parts>& site_;
  repository repository_;
  bool dry_run_;
  bool untold_ = false;
  std::optional<failure> error_;
  std::string request_;
  std::size_t sent_ = 0;
};

}  // namespace edensync
