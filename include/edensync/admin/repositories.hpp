#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/fingerprint.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/site_uuid.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/typed_uuid.hpp"
#include "edensync/admin/credentials.hpp"
#include "edensync/admin/site_choices.hpp"

namespace edensync::admin {

namespace detail {

// Empty, or what can be a site's; one that says that it is a UUID is one (RFC 4122).
inline result<uid> usual_uuid(const uid& given) {
  constexpr std::string_view urn = "urn:uuid:", shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  auto text = given.text();
  if (!text.empty() && !can_be_site_uuid(given))
    return make_failure(error::bad_setting, "a UUID has 128 characters at most, without blanks and such as & and ?");
  if (!text.starts_with(urn)) return given;
  bool good = text.size() == urn.size() + shape.size();
  for (std::size_t i = 0; good && i < shape.size(); ++i) {
    char& c = text[urn.size() + i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    good = shape[i] == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
  if (!good)
    return make_failure(error::bad_setting, "no UUID: " + given.text() + " is not urn:uuid: and " + std::string(shape) +
                                                " in hexadecimal digits");
  return uid(std::move(text));
}

}  // namespace detail

/// Checks a repository as an administrator describes it, and brings it to its usual form. Errors: bad_setting.
inline result<repository> checked(repository r) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (r.name.empty() || r.name.front() == ' ' || std::any_of(r.name.begin(), r.name.end(), is_control))
    return make_failure(error::bad_setting, "a repository needs a name, in one line");
  if (r.username.find(':') != std::string::npos) return make_failure(error::bad_setting, "no user name holds a colon");
  // There they would be shown, and are not used.
  if (detail::has_credentials(r.url))
    return make_failure(error::bad_setting, "user name and password do not belong into the URL");
  if (r.type != "eden" && r.type != "data" && r.type != "filesync")
    return make_failure(error::bad_setting, "the type is eden, data or filesync, not " + r.type);
  auto usual = detail::web_address(r.url, "the URL");
  if (!usual) return usual.error();
  r.url = std::move(*usual);
  if (auto proxy = detail::check_proxy(r.proxy); !proxy) return proxy.error();
  if (!r.pin.empty()) {
    auto pin = parse_fingerprint(r.pin);
    if (!pin) return make_failure(error::bad_setting, "the pin is no SHA-256 of 64 hexadecimal digits");
    r.pin = std::move(*pin);
  }
  if ((!r.ca_file.empty() || !r.pin.empty()) && !r.url.starts_with("https://"))
    return make_failure(error::bad_setting, "only over https there are certificates: the URL begins with http");
  if (r.type == "data" && r.url.empty())
    return make_failure(error::bad_setting, "a repository of type data needs a URL");
  if (r.type == "filesync" && r.path.empty())
    return make_failure(error::bad_setting, "a repository of type filesync needs a path");
  if (r.type != "filesync" && !r.path.empty())
    return make_failure(error::bad_setting, "only a repository of type filesync has a path");
  return r;
}

/// The repositories of a site, as an administrator sees and changes them.
///
/// They are known by their name, or by their UUID. Each change is a transaction of its own.
/// Errors: no_such_entry, bad_setting, and those of the store. Lifetime: the site outlives it. Thread safety: as the site.
template <class Parts>
class repositories {
 public:
  /// `seal`: what is done to credentials before they are written down; they are shown as written.
  explicit repositories(site<Parts>& s, secret_change seal = {}) : site_(s), seal_(std::move(seal)) {}

  result<std::vector<repository>> all() { return site_.repositories(); }

  result<repository> find(const std::string& name) {
    return edensync::detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return in(ledger, name);
    });
  }

  /// Gives it with its number. Errors: bad_setting also if there is one of that name or UUID.
  result<repository> add(repository r) {
    auto id = detail::usual_uuid(r.uuid);
    if (!id) return id.error();
    r.uuid = std::move(*id);
    auto good = checked(std::move(r));
    if (good) good = sealed(std::move(*good), {}, seal_);
    if (!good) return good.error();
    return put(std::move(*good));
  }

  /// Changes one as `how` does, and gives what it is now.
  result<repository> change(const std::string& name, const std::function<void(repository&)>& how) {
    const auto own = site_.uuid();
    if (!own) return own.error();
    return site_.ledger([&](auto& t) {
      const auto before = in(t, name);
      const auto& type = before.type;
      auto r = before;
      how(r);
      if (r.uuid != before.uuid) r.uuid = detail::usual_uuid(r.uuid).value();
      // A peer may say when it registers that it is of a type that no administrator can give it.
      const bool foreign = r.type == type && type != "eden" && type != "data" && type != "filesync";
      if (foreign) r.type = "eden";
      auto good = checked(std::move(r));
      if (good) good = sealed(std::move(*good), before, seal_);
      if (!good) throw failure_exception(good.error());
      if (foreign) good->type = type;
      check_unique(t, *good, *own);
      t.put_repository(*good);
      if (good->uuid != before.uuid) note_typed(t, *good);
      return std::move(*good);
    });
  }

  /// Removes one with its tasks and what waits in quarantine for it; lines of the log stay. Errors: busy during a run.
  result<void> remove(const std::string& name) {
    return site_.ledger([&](auto& t) {
      const auto r = in(t, name);
      if (const auto held = t.get_lease(r.id); held && held->expires > site_.now()) throw_failure(error::busy, r.name);
      t.erase_repository(r.id);
    });
  }

 private:
  template <class Reader>
  static repository in(Reader& ledger, const std::string& name) {
    const repository* found = nullptr;
    const auto known = ledger.repositories();
    // A peer gives itself a name when it registers; its UUID is nobody else's.
    for (const auto& r : known)
      if (!name.empty() && r.uuid.text() == name) return r;
    for (const auto& r : known) {
      if (r.name != name) continue;
      // A name that two peers gave themselves does not say which.
      if (found != nullptr)
        throw_failure(error::no_such_entry, "several repositories are called " + name + ": use the UUID");
      found = &r;
    }
    if (found == nullptr) throw_failure(error::no_such_entry, "no repository is called " + name);
    return *found;
  }

  template <class Reader>
  static void check_unique(Reader& ledger, const repository& r, const uid& own) {
    // Of a peer that registered itself the name may be its UUID, of any length.
    if (r.name.size() > longest_name && !is_known_as(ledger, r))
      throw_failure(error::bad_setting, "a name has 64 bytes at most");
    if (!is_utf8(r.name) && !is_known_as(ledger, r)) throw_failure(error::bad_setting, "the name is not in UTF-8");
    if (!r.uuid.empty() && r.uuid == own) throw_failure(error::bad_setting, "this UUID is the site's own");
    for (const auto& other : ledger.repositories()) {
      if (other.id == r.id) continue;
      if (other.name == r.name)
        throw_failure(error::bad_setting, "there is a repository called " + r.name + " already");
      if (!r.uuid.empty() && other.uuid == r.uuid)
        throw_failure(error::bad_setting, "the repository " + other.name + " has this UUID");
      if (!r.url.empty() && other.url == r.url && other.type == r.type)
        throw_failure(error::bad_setting, "the repository " + other.name + " has this URL");
      if (!r.path.empty() && other.path == r.path)
        throw_failure(error::bad_setting, "the repository " + other.name + " has this path");
    }
  }

  // Whether it is the peer's own, only the peer can say.
  template <class Transaction>
  static void note_typed(Transaction& t, const repository& r) {
    keep_typed_uuid(t, r.id, r.uuid.empty() || r.type != "eden" ? std::nullopt : std::optional(uid()));
  }

  template <class Reader>
  static bool is_known_as(Reader& ledger, const repository& r) {
    for (const auto& each : ledger.repositories())
      if (each.id == r.id) return each.name == r.name;
    return false;
  }

  static constexpr std::size_t longest_name = 64;  // spec/model.md §3

  result<repository> put(repository r) {
    const auto own = site_.uuid();
    if (!own) return own.error();
    return site_.ledger([&](auto& t) {
      check_unique(t, r, *own);
      r.id = t.put_repository(r);
      note_typed(t, r);
      return std::move(r);
    });
  }

  site<Parts>& site_;
  secret_change seal_;
};

}  // namespace edensync::admin
