#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/host_port.hpp"
#include "edensync/core/result.hpp"

namespace edensync::beast {

/// Where a peer is: the base URL of a repository in its parts.
struct base_url {
  bool secure = false;  ///< https
  std::string host;     ///< a name or an address, IPv6 without its brackets
  std::uint16_t port = 80;
  std::string path;  ///< the application's path without a slash at its end, for instance `/eden`; may be empty

  /// The value of the Host header.
  std::string authority() const {
    return host_port{host, port == (secure ? 443 : 80) ? std::uint16_t{0} : port}.text();
  }
};

namespace detail {

inline failure bad_url(std::string_view why) {
  return make_failure(error::not_configured, "the repository's URL " + std::string(why));
}

/// Whether the text can stand in a request line: visible ASCII, so neither spaces nor line breaks.
inline bool is_visible(std::string_view text) {
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7f) return false;
  return true;
}

inline bool starts_without_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace detail

/// Reads a base URL like `https://eden.example.org/eden` or `http://[::1]:8000/eden/`.
///
/// Errors: `not_configured` for anything else, and for a user and password in the URL, because URLs are shown and logged.
inline result<base_url> parse_base_url(std::string_view text) {
  using detail::bad_url;
  if (text.empty()) return bad_url("is empty");
  if (!detail::is_visible(text)) return bad_url("holds a space or another character that must be written with %");
  base_url url;
  url.secure = detail::starts_without_case(text, "https://");
  if (!url.secure && !detail::starts_without_case(text, "http://"))
    return bad_url("begins neither with http:// nor with https://");
  text.remove_prefix(url.secure ? 8 : 7);
  if (text.find_first_of("?#") != std::string_view::npos) return bad_url("holds a query or a fragment");

  const auto slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (authority.find('@') != std::string_view::npos)
    return bad_url("holds a user name or password, which belong into fields of their own");
  auto at = parse_host_port(authority);
  if (!at) return bad_url(at.error().info.text());
  url.host = std::move(at->host);
  url.port = at->port != 0 ? at->port : url.secure ? 443 : 80;
  return url;
}

}  // namespace edensync::beast
