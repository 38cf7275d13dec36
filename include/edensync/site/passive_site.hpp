#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/core/access.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/log/line_limit.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/log/redact.hpp"
#include "edensync/log/spellings.hpp"
#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/schema/field_document.hpp"
#include "edensync/site/answer_catalogue.hpp"
#include "edensync/site/answer_compare.hpp"
#include "edensync/site/answer_download.hpp"
#include "edensync/site/answer_health.hpp"
#include "edensync/site/answer_metrics.hpp"
#include "edensync/site/answer_pull.hpp"
#include "edensync/site/answer_push.hpp"
#include "edensync/site/answer_register.hpp"
#include "edensync/site/login_throttle.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/update_repository.hpp"

namespace edensync {

/// What a passive site demands of those who ask.
struct passive_settings {
  /// What the account may do, if user name and password are those of one; a bool will do, too. Empty: everybody may
  /// ask, which is for tests only. What it throws is answered with 503: nobody's password is wrong then.
  std::function<access(std::string_view user, std::string_view password)> authenticate;
  /// Whether a site that registers itself may push at once, or an administrator has to allow it first (spec/model.md §9).
  bool accept_pushes = false;
  /// Beside the files of upload fields: gives what is offered for download under `/default/download/NAME`, archives of data sets that is; an empty source if
  /// there is nothing of this name. The name is whatever was asked for: look it up, and never use it as a path.
  std::function<member_source(std::string_view name)> download{};
  /// The name in the challenge.
  std::string realm = "eden";
  /// Whether `/metrics` is for everybody; otherwise for administrators only.
  bool open_metrics = false;
  /// Whether a pull needs no account. What else there is always does.
  bool anonymous_pulls = false;
  /// Whether what the server needs besides its records is there, accounts for instance: `/health` asks. Empty: it is.
  std::function<bool()> is_well{};
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
    using log_lines::asked;
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    const bool native = !request.headers.get(headers::version).empty();
    const bool posts = request.method == "POST" || request.method == "PUT";
    const bool registers = path.starts_with("/sync/repository/register");
    const bool syncs = path.ends_with("/sync.xml") || path.ends_with("/sync.s3json");
    // Who looks whether a server is well has no account.
    const bool looks = request.method == "GET" || request.method == "HEAD";
    if (looks && path == "/health") return std::make_unique<answer_health<Parts>>(site_, settings_.is_well);
    if (looks && path == "/metrics" && settings_.open_metrics) return std::make_unique<answer_metrics<Parts>>(site_);
    const auto what = registers ? asked::registration : posts ? asked::push : asked::pull;
    // Whoever brings no credentials guesses nothing: many clients ask without them first.
    const bool tries = settings_.authenticate && (!request.user.empty() || !request.password.empty());
    if (const auto wait = tries ? throttle_->begin(request.user, site_.now()) : 0; wait != 0) {
      // The right password waits as well: its owner is told here why nobody gets in.
      note_login(*waits_, what, request, "Too many failed logins", " of ");
      return later(wait);
    }
    const bool anonymous = settings_.anonymous_pulls && !tries && request.method == "GET" && syncs;
    const auto found = detail::guarded([&] {
      return !settings_.authenticate ? access_level::write
             : anonymous             ? access_level::read
                                     : settings_.authenticate(request.user, request.password).level;
    });
    if (!found) {
      if (tries) throttle_->undecided(request.user);
      if ((registers || syncs) && logins_->worth_a_line(utf8_beginning(request.user, 100), site_.now()))
        note(log_lines::not_served(what, {}, found.error()));
      return failed(503, found.error().code.message());
    }
    const auto rights = *found;
    if (tries && rights != access_level::unknown)
      throttle_->accepted(request.user);
    else if (tries)
      throttle_->refused(request.user, site_.now());
    if (rights == access_level::unknown) {
      // Who brings no credentials to an address that is not Eden's tries nothing.
      if (registers || syncs || tries)
        note_login(*logins_, what, request, "Authentication Required", ": wrong credentials of ");
      return challenge();
    }
    if (rights == access_level::none || (what == asked::push && rights == access_level::read)) return forbidden(what);
    if (looks && path == "/metrics") {
      if (rights != access_level::administer && settings_.authenticate) return forbidden(what);
      return std::make_unique<answer_metrics<Parts>>(site_);
    }
    if (path.ends_with("/sync.json")) return refused(what, {}, 405, "Unsupported method!");
    if (!registers && !syncs) return other(path, request);
    // The form of 2011: everything stands in the address.
    if (path == "/sync/repository/register.xml" && request.method == "GET")
      if (auto asked = parse_register_query(request.target); !asked.uuid.empty())
        return std::make_unique<answer_register<Parts>>(site_, request, native, may_push(rights), std::move(asked));
    if (path == "/sync/repository/register.json") {
      if (!posts) return refused(what, {}, 405, "Unsupported method!");
      return std::make_unique<answer_register<Parts>>(site_, request, native, may_push(rights));
    }
    if (registers) return refused(what, {}, 415, "Unsupported data format!");
    auto query = parse_sync_query(request.target);
    if (imitates_eden<typename Parts::policies> && query) drop_what_eden_drops(*query);
    const bool known = query && site_.resources().find(query->resource) != no_resource;
    const std::string resource = known ? query->resource : query ? of_peer(query->resource, request) : std::string();
    if (!posts && request.method != "GET") return refused(what, resource, 405, "Unsupported method!");
    if (!query) return not_understood(what, {});
    if (names_a_record(path)) return refused(what, resource, 404, "Record not found!");
    if (query->resource.empty() || query->resource == "mixed") {
      // Eden says this under status 200 (spec/protocol.md §3.3).
      const std::string words = "Mixed resource synchronization not supported";
      note(log_lines::turned_away(what, resource, words));
      return std::make_unique<plain_answer>(200, "text/html", to_json(status_message::failed(400, words)));
    }
    if (query->resource.find('_') == std::string::npos) return not_understood(what, resource);
    if (!known) {
      const auto words = "undefined table: " + resource;
      note(log_lines::turned_away(what, resource, words));
      // An Eden says no more than the status.
      return failed(400, native ? words : std::string());
    }
    auto peer = detail::guarded([&] { return find_peer(*query, request.user); });
    if (!peer) {
      note(log_lines::not_served(what, resource, peer.error()));
      return failed(503, peer.error().code.message());
    }
    if (*peer && (*peer)->type != "eden" && (*peer)->type != "data")
      return refused(what, resource, 405, "Unsupported method!", *peer);
    if (!posts) return std::make_unique<answer_pull<Parts>>(site_, *query, request, std::move(*peer));
    if (!*peer) return refused(what, resource, 403, std::string(words_of_unregistered));
    if (!(*peer)->accept_push)
      return refused(what, resource, 403, "Pushes are not accepted from this repository", *peer);
    // Who brings no document asks whether one would be taken (`inquire`), and nothing changes by that.
    if (native && !request.has_body) return std::make_unique<plain_answer>(200, "text/html", to_json(status_message{}));
    if (auto bound = bind(**peer, request.user); !bound || !*bound) {
      if (bound) return refused(what, resource, 403, std::string(words_of_unregistered));
      note(log_lines::not_served(what, resource, bound.error()));
      return failed(503, bound.error().code.message());
    }
    return std::make_unique<answer_push<Parts>>(site_, *query, native, std::move(**peer), request.user,
                                                request.headers.get("Content-Type"));
  }

 private:
  // What a request says, for the log: short, in one line, and without the password that came with it.
  static std::string of_peer(std::string_view theirs, const request_head& request) {
    const auto forms = spellings(request.password);
    const std::vector<std::string_view> secrets(forms.begin(), forms.end());
    return diagnostics({}, utf8_beginning(redact(std::string(theirs), secrets), 100)).peer();
  }

  bool may_push(access_level rights) const { return settings_.accept_pushes || rights == access_level::administer; }

  // A repository is known only to the account that registered it; for others it does not exist.
  std::optional<repository> find_peer(const sync_query& q, const std::string& user) {
    if (q.repository.empty()) return std::nullopt;
    auto r = site_.store().snapshot().find_repository(q.repository);
    if (r && !r->account.empty() && r->account != user) return std::nullopt;
    return r;
  }

  // One that an administrator entered belongs to the account that uses it first; whether it is this one's.
  result<bool> bind(repository& peer, const std::string& user) {
    if (!peer.account.empty() || user.empty()) return true;
    return site_.ledger([&](auto& t) {
      update_repository(t, peer.id, [&](repository& now) {
        if (now.account.empty()) now.account = user;
        peer.account = now.account;
      });
      return peer.account == user;
    });
  }

  // `/PREFIX/NAME/ID/sync.xml`: synchronisation is about tables.
  static bool names_a_record(std::string_view path) {
    path = path.substr(0, path.rfind('/'));
    const auto last = path.substr(path.rfind('/') + 1);
    return !last.empty() && std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  std::unique_ptr<responder> challenge() {
    struct challenged final : plain_answer {
      explicit challenged(const std::string& realm) : plain_answer(401, "text/html", "Authentication Required") {
        head_.headers.set("WWW-Authenticate", "Basic realm=\"" + realm + "\"");
      }
    };
    return std::make_unique<challenged>(settings_.realm);
  }

  static std::unique_ptr<responder> later(std::int64_t seconds) {
    struct throttled final : plain_answer {
      explicit throttled(std::int64_t seconds) : plain_answer(429, "text/html", "Too many failed logins") {
        head_.headers.set("Retry-After", std::to_string(seconds));
      }
    };
    return std::make_unique<throttled>(seconds);
  }

  std::unique_ptr<responder> forbidden(log_lines::asked what) {
    note(log_lines::turned_away(what, {}, "Insufficient Privileges"));
    return std::make_unique<plain_answer>(403, "text/html", "Insufficient Privileges");
  }

  static std::unique_ptr<responder> failed(unsigned status, std::string message) {
    return std::make_unique<plain_answer>(status, "application/json",
                                          to_json(status_message::failed(status, std::move(message))));
  }

  // What is neither a registration nor a pull or push: the catalogue of public data sets, their archives, comparisons.
  std::unique_ptr<responder> other(std::string_view path, const request_head& request) {
    constexpr std::string_view downloads = "/default/download/";
    if (catalogue_resource(path) != no_resource) {
      if (request.method != "GET") return failed(405, "Unsupported method!");
      if (!path.ends_with(".xml")) return failed(415, "Unsupported data format!");
      return std::make_unique<answer_catalogue<Parts>>(site_, request);
    }
    // An Eden describes its tables, to whoever may read; by that another site sees what would be left out.
    if (const auto table = site_.resources().find(described_there(path));
        table != no_resource && request.method == "GET")
      return std::make_unique<plain_answer>(200, "text/xml", to_field_document(site_.resources()[table]));
    if (path == compare_query::path && request.method == "GET") return compared(request);
    if constexpr (detail::has_file_store<Parts>)
      if (site_.files() != nullptr && request.method == "GET" && path.starts_with(downloads))
        if (auto answer = file(path.substr(downloads.size()))) return answer;
    if (settings_.download && request.method == "GET" && path.starts_with(downloads)) {
      auto from = detail::guarded([&] { return settings_.download(path.substr(downloads.size())); });
      if (!from) return failed(503, from.error().code.message());
      if (*from) return std::make_unique<answer_download>("application/zip", std::move(*from));
    }
    return not_found(path);
  }

  std::unique_ptr<responder> compared(const request_head& request) {
    auto query = parse_compare_query(request.target);
    const auto known = [&](const std::string& table) { return site_.resources().find(table) != no_resource; };
    if (!query) return failed(400, "Invalid request");
    if (!known(query->resource) || (!query->of.empty() && !known(query->of)))
      return failed(400, diagnostics({}, "undefined table: " + query->resource).peer());
    return std::make_unique<answer_compare<Parts>>(site_, std::move(*query));
  }

  // A file of an upload field, by its hash; null if there is none. Whoever may pull may have it.
  std::unique_ptr<responder> file([[maybe_unused]] std::string_view name) {
    // Not a constraint: clang 14 instantiates the member all the same where the class is instantiated explicitly.
    if constexpr (detail::has_file_store<Parts>) {
      using reader = typename std::remove_reference_t<decltype(*site_.files()->open(name))>::value_type;
      const std::string_view hash = upload_hash(name);
      if (hash.empty()) return nullptr;
      auto found = site_.files()->open(hash);
      if (!found) return failed(503, found.error().code.message());
      if (!*found) return nullptr;
      const auto from = std::make_shared<reader>(std::move(**found));
      return std::make_unique<answer_download>(
          "application/octet-stream", [from](std::span<char> into) { return from->read(into); },
          download_name(name.substr(std::min(hash.size() + 1, name.size()))));
    } else {
      return nullptr;
    }
  }

  // As Eden says it, with what was asked for, as far as it is harmless.
  static std::unique_ptr<responder> not_found(std::string_view path) {
    std::string words;
    for (const char c : path.substr(0, std::min<std::size_t>(path.find('.'), 100)))
      if ((c >= 'a' && c <= 'z') || c == '_' || (c == '/' && !words.empty())) words += c;
    return std::make_unique<plain_answer>(404, "text/html",
                                          "<html><body><h1>invalid function (" + words + ")</h1></body></html>");
  }

  // Says no, and leaves a line that tells so: whoever looks why nothing comes looks into the log.
  std::unique_ptr<responder> refused(log_lines::asked what, const std::string& resource, unsigned status,
                                     std::string words, const std::optional<repository>& peer = {}) {
    auto line = log_lines::turned_away(what, resource, diagnostics({}, words).peer());
    if (peer) {
      line.repository = peer->id;
      line.repository_name = peer->name;
    }
    note(std::move(line));
    return failed(status, std::move(words));
  }

  std::unique_ptr<responder> not_understood(log_lines::asked what, const std::string& resource) {
    note(log_lines::turned_away(what, resource, "Invalid request"));
    return std::make_unique<plain_answer>(400, "text/html", "Invalid request");
  }

  void note_login(line_limit& limit, log_lines::asked what, const request_head& request, std::string words,
                  std::string_view of) {
    const auto user = utf8_beginning(request.user, 100);
    if (!limit.worth_a_line(user, site_.now())) return;
    if (!user.empty()) words.append(of) += diagnostics({}, user).peer();
    note(log_lines::turned_away(what, {}, words));
  }

  void note(log_entry e) {
    e.at = site_.now();
    site_.note(std::move(e));
  }

  site<Parts>& site_;
  passive_settings settings_;
  std::unique_ptr<login_throttle> throttle_ = std::make_unique<login_throttle>();
  std::unique_ptr<line_limit> logins_ = std::make_unique<line_limit>();
  std::unique_ptr<line_limit> waits_ = std::make_unique<line_limit>();
};

}  // namespace edensync
