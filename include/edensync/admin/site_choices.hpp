#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "edensync/core/proxy_address.hpp"
#include "edensync/core/result.hpp"

namespace edensync::admin {

/// Whose defaults a site follows where Eden's and edensync's differ.
enum class site_mode : std::uint8_t {
  /// A repository that registers itself may push once an administrator has allowed it; who made a record stays here.
  edensync,
  /// As an Eden of 2024: it may push at once, and whoever may pull is told who made and owns a record.
  eden,
};

/// The word for a mode.
constexpr std::string_view to_text(site_mode m) { return m == site_mode::eden ? "eden" : "edensync"; }

/// Reads the word for a mode. None if it is unknown.
constexpr std::optional<site_mode> parse_site_mode(std::string_view text) {
  for (const auto m : {site_mode::edensync, site_mode::eden})
    if (text == to_text(m)) return m;
  return std::nullopt;
}

namespace detail {

inline bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

// `host`, `host:port`, `[host]:port`, with a path behind or without.
inline bool has_good_port(std::string_view authority) {
  authority = authority.substr(0, authority.find('/'));
  if (authority.empty() || authority.front() == ':') return false;
  const auto bracket = authority.rfind(']');
  if (authority.starts_with('[') != (bracket != std::string_view::npos)) return false;
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return true;
  const auto digits = authority.substr(colon + 1);
  unsigned port = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return wrong == std::errc() && end == digits.data() + digits.size() && port >= 1 && port <= 65535;
}

/// Errors: bad_setting if it is not empty and no web address. Slashes at its end are taken off.
inline result<std::string> web_address(std::string_view text, std::string_view what) {
  if (text.empty()) return std::string();
  const auto colon = text.find("://");
  const auto scheme = text.substr(0, std::min(colon, text.size()));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https") || !is_printable(text) ||
      text.size() == colon + 3 || text[colon + 3] == '/' || text.find_first_of("?#") != std::string_view::npos ||
      !has_good_port(text.substr(colon + 3)))
    return make_failure(error::bad_setting, std::string(what) + " is no web address such as http://host:port/path");
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

/// Errors: bad_setting if it is not empty and no address of a proxy, in words that hold no password.
inline result<void> check_proxy(std::string_view text) {
  if (text.empty()) return {};
  const auto proxy = parse_proxy_address(text);
  return proxy ? result<void>() : proxy.error();
}

inline bool has_credentials(std::string_view address) {
  const auto begin = std::min(address.find("://"), address.size());
  const auto host = address.substr(begin, address.find_first_of("/?#", std::min(begin + 3, address.size())) - begin);
  return host.find('@') != std::string_view::npos;
}

}  // namespace detail

/// What an administrator sets for a site as a whole; kept among the settings of its ledger.
struct site_choices {
  /// Its host name in documents.
  std::string domain = "localhost";
  /// Its address in documents, as others reach it; may be empty.
  std::string public_url{};
  /// For repositories that have none of their own, as `http://[user:password@]host:port`; may be empty.
  std::string proxy{};
  site_mode mode = site_mode::edensync;
  /// Under the conflict policy MASTER no foreign change wins where the record was created; with an Eden it does (I4).
  bool strict_master = false;
  /// How long lines of the log, and decisions, are kept, in seconds; 0: for ever.
  std::int64_t log_retention = 0;

  friend bool operator==(const site_choices&, const site_choices&) = default;
};

/// Checks choices and brings them to their usual form. Errors: bad_setting.
inline result<site_choices> checked(site_choices c) {
  if (c.domain.empty() || !detail::is_printable(c.domain) || c.domain.find('/') != std::string::npos)
    return make_failure(error::bad_setting, "the domain is no host name");
  auto usual = detail::web_address(c.public_url, "the public URL");
  if (!usual) return usual.error();
  c.public_url = std::move(*usual);
  if (auto proxy = detail::check_proxy(c.proxy); !proxy) return proxy.error();
  return c;
}

/// Reads them from a ledger. Errors: those of the store, thrown.
template <class Reader>
site_choices read_choices(Reader& ledger) {
  site_choices c;
  if (auto v = ledger.setting("admin.domain")) c.domain = std::move(*v);
  if (auto v = ledger.setting("admin.public_url")) c.public_url = std::move(*v);
  if (auto v = ledger.setting("admin.proxy")) c.proxy = std::move(*v);
  if (const auto v = ledger.setting("admin.mode")) c.mode = parse_site_mode(*v).value_or(c.mode);
  c.strict_master = ledger.setting("admin.strict_master") == "yes";
  if (const auto v = ledger.setting("admin.log_retention"))
    (void)std::from_chars(v->data(), v->data() + v->size(), c.log_retention);
  return c;
}

/// Writes them. Errors: those of the store, thrown.
template <class Writer>
void write_choices(Writer& ledger, const site_choices& c) {
  ledger.set_setting("admin.domain", c.domain);
  ledger.set_setting("admin.public_url", c.public_url);
  ledger.set_setting("admin.proxy", c.proxy);
  ledger.set_setting("admin.mode", to_text(c.mode));
  ledger.set_setting("admin.strict_master", c.strict_master ? "yes" : "no");
  ledger.set_setting("admin.log_retention", std::to_string(c.log_retention));
}

}  // namespace edensync::admin
