#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
/// Lifetime: the site outlives it. Thread safety: one thread at a time.
template <class Parts>
class register_with final : public exchange {
 public:
  register_with(site<Parts>& s, repository r) : site_(s), repository_(std::move(r)) {}

  /// The repository as it is after the registration.
  const edensync::repository& peer() const noexcept { return repository_; }
  const std::optional<failure>& why_not() const noexcept { return error_; }

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
    request_ = to_json(register_request{*own, public_host(), "eden"});
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
    if (!reply->success) return failure{make_error_code(error::refused), diagnostics("registration", reply->message)};
    if (reply->sender.empty() && repository_.uuid.empty())
      return failure{make_error_code(error::unexpected_answer), diagnostics("the peer does not tell its identifier")};
    if (!reply->sender.empty() && !repository_.uuid.empty() && repository_.uuid != reply->sender) {
      (void)site_.ledger([&](auto& t) {
        update_repository(t, repository_.id, [&](const repository& r) {
          if (r.uuid == repository_.uuid) keep_typed_uuid(t, r.id, reply->sender);
        });
      });
      return failure{make_error_code(error::not_configured),
                     diagnostics("the peer's identifier differs from the one entered", reply->sender.text())};
    }
    if (!reply->sender.empty()) repository_.uuid = reply->sender;
    repository_.native = peer_is_native();
    repository_.last_connected = site_.now();
    return site_.ledger([&](auto& t) {
      if (repository_.id == 0) repository_.id = t.put_repository(repository_);
      // An administrator may have changed or removed it while the peer took its time.
      update_repository(t, repository_.id, [&](repository& r) {
        if (r.uuid.empty()) r.uuid = repository_.uuid;
        if (r.uuid == repository_.uuid) keep_typed_uuid(t, r.id, std::nullopt);
        r.native = repository_.native;
        r.last_connected = repository_.last_connected;
        repository_ = r;
      });
      t.add_log(stamped(log_lines::registered(reply->message)));
    });
  }

  void conclude(const failure& why) override {
    error_ = why;
    site_.note(stamped(log_lines::register_failed(why)));
  }

 private:
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
  std::optional<failure> error_;
  std::string request_;
  std::size_t sent_ = 0;
};

}  // namespace edensync
