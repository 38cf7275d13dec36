#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync::beast {

/// Where a peer is: the base URL of a repository in its parts.
struct base_url {
  std::string host;  ///< a name or an address, IPv6 without its brackets
  std::uint16_t port = 80;
  std::string path;  ///< the application's path without a slash at its end, for instance `/eden`; may be empty

  /// The value of the Host header.
  std::string authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == 80 ? name : name + ":" + std::to_string(port);
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

/// Reads a base URL like `http://eden.example.org/eden` or `http://[::1]:8000/eden/`.
///
/// Errors: `not_configured` for anything else; https is refused until it is built in, and so are a user and password in
/// the URL, because URLs are shown and logged.
inline result<base_url> parse_base_url(std::string_view text) {
  using detail::bad_url;
  if (text.empty()) return bad_url("is empty");
  if (!detail::is_visible(text)) return bad_url("holds a space or another character that must be written with %");
  if (detail::starts_without_case(text, "https://"))
    return make_failure(error::not_configured, "https is not built in yet");
  if (!detail::starts_without_case(text, "http://")) return bad_url("does not begin with http://");
  text.remove_prefix(7);
  if (text.find_first_of("?#") != std::string_view::npos) return bad_url("holds a query or a fragment");

  base_url url;
  const auto slash = text.find('/');
  std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (authority.find('@') != std::string_view::npos)
    return bad_url("holds a user name or password, which belong into fields of their own");

  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return bad_url("has a [ without ]");
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    has_port = authority.starts_with(':');
    if (!authority.empty() && !has_port) return bad_url("has something else than a port behind ]");
    if (has_port) port = authority.substr(1);
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (url.host.empty()) return bad_url("names no host");
  if (has_port) {
    const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (ec != std::errc() || end != port.data() + port.size() || url.port == 0)
      return bad_url("has a port that is not a number from 1 to 65535");
  }
  return url;
}

}  // namespace edensync::beast
