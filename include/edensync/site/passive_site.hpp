#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/answer_pull.hpp"
#include "edensync/site/answer_push.hpp"
#include "edensync/site/answer_register.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// What a passive site demands of those who ask.
struct passive_settings {
  /// Whether user name and password are those of an account. Empty: everybody may ask, which is for tests only.
  std::function<bool(std::string_view user, std::string_view password)> authenticate;
  /// Whether a site that registers itself may push at once, or an administrator has to allow it first (spec/model.md §9).
  bool accept_pushes = false;
  /// The name in the challenge.
  std::string realm = "eden";
};

/// The role of the site that is called: it answers registrations, pulls and pushes.
///
/// Every request gets a responder, which the server drives (`responder`); nothing throws.
/// Lifetime: the site outlives the role, and the role its responders. Thread safety: `handle` from any thread at once, if
/// the store may be shared.
template <class Parts>
class passive_site {
 public:
  explicit passive_site(site<Parts>& s, passive_settings settings = {}) : site_(s), settings_(std::move(settings)) {}

  std::unique_ptr<responder> handle(const request_head& request) {
    if (settings_.authenticate && !settings_.authenticate(request.user, request.password)) return challenge();
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    const bool native = !request.headers.get(headers::version).empty();
    const bool posts = request.method == "POST" || request.method == "PUT";
    if (path == "/sync/repository/register.json") {
      if (!posts) return failed(405, "Unsupported method!");
      return std::make_unique<answer_register<Parts>>(site_, request.user, native, settings_.accept_pushes);
    }
    if (path.starts_with("/sync/repository/register")) return failed(415, "Unsupported data format!");
    if (!path.ends_with("/sync.xml")) return failed(404, "Not found");
    if (!posts && request.method != "GET") return failed(405, "Unsupported method!");
    const auto query = parse_sync_query(request.target);
    if (!query) return std::make_unique<plain_answer>(400, "text/html", "Invalid request");
    if (query->resource.empty() || query->resource == "mixed") {
      // Eden says this under status 200 (spec/protocol.md §3.3).
      return failed(200, "Mixed resource synchronization not supported", 400);
    }
    if (query->resource.find('_') == std::string::npos)
      return std::make_unique<plain_answer>(400, "text/html", "Invalid request");
    if (site_.resources().find(query->resource) == no_resource)
      return failed(400, "undefined table: " + query->resource);
    auto peer = detail::guarded([&] { return find_peer(*query, request.user); });
    if (!peer) return failed(503, peer.error().code.message());
    if (!posts) return std::make_unique<answer_pull<Parts>>(site_, *query, request, std::move(*peer));
    if (!*peer) return refused(query->resource, "Registration required");
    if (!(*peer)->accept_push) return refused(query->resource, "Pushes are not accepted from this repository");
    return std::make_unique<answer_push<Parts>>(site_, *query, native, std::move(**peer));
  }

 private:
  // A repository is known only to the account that registered it; for others it does not exist.
  std::optional<repository> find_peer(const sync_query& q, const std::string& user) {
    if (q.repository.empty()) return std::nullopt;
    auto r = site_.store().snapshot().find_repository(q.repository);
    if (r && !r->account.empty() && r->account != user) return std::nullopt;
    return r;
  }

  std::unique_ptr<responder> challenge() {
    struct challenged final : plain_answer {
      explicit challenged(const std::string& realm) : plain_answer(401, "text/html", "Authentication Required") {
        head_.headers.set("WWW-Authenticate", "Basic realm=\"" + realm + "\"");
      }
    };
    return std::make_unique<challenged>(settings_.realm);
  }

  // `code`: what the message says, where it differs from the status that it comes under.
  static std::unique_ptr<responder> failed(unsigned status, std::string message, unsigned code = 0) {
    return std::make_unique<plain_answer>(
        status, "application/json", to_json(status_message::failed(code == 0 ? status : code, std::move(message))));
  }

  std::unique_ptr<responder> refused(const std::string& resource, const std::string& words) {
    (void)site_.ledger([&](auto& t) {
      auto e = log_lines::push_refused(resource, words);
      e.at = site_.now();
      t.add_log(e);
    });
    return failed(403, words);
  }

  site<Parts>& site_;
  passive_settings settings_;
};

}  // namespace edensync
