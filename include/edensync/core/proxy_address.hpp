#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/host_port.hpp"
#include "edensync/core/result.hpp"

namespace edensync {

namespace detail {

/// Writes every byte but letters, digits and `-._~` as %XX.
inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos)
      out += c;
    else
      ((out += '%') += "0123456789ABCDEF"[byte >> 4]) += "0123456789ABCDEF"[byte & 15];
  }
  return out;
}

/// Takes %XX for the byte that it stands for. None if it stands for none.
inline std::optional<std::string> percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace detail

/// An HTTP proxy: where it is, and who one is there.
struct proxy_address {
  host_port at{};
  std::string user{};
  std::string password{};

  /// As it is read.
  std::string text() const {
    std::string who = detail::percent_encoded(user);
    if (!password.empty()) who += ":" + detail::percent_encoded(password);
    return "http://" + who + (who.empty() ? "" : "@") + at.text();
  }

  friend bool operator==(const proxy_address&, const proxy_address&) = default;
};

/// Reads `http://host:port` or `http://user:password@host:port`; what is special in a user or password is written with
/// %, but an @ may stand as it is.
///
/// Errors: bad_setting, in words that show neither.
inline result<proxy_address> parse_proxy_address(std::string_view text) {
  const auto wrong = [](const std::string& why) { return make_failure(error::bad_setting, "the proxy " + why); };
  constexpr std::string_view scheme = "http://";
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7f) return wrong("holds a space or another character that must be written with %");
  if (!text.starts_with(scheme)) return wrong("is not written as http://host:port");
  text.remove_prefix(scheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  // Where a / or a quote stands the address ends, for whoever takes credentials out of what is shown.
  if (text.find_first_of("/?#\"'<>") != std::string_view::npos)
    return wrong("has a path, or a character that must be written with %");
  proxy_address proxy;
  if (const auto sign = text.rfind('@'); sign != std::string_view::npos) {
    const auto who = text.substr(0, sign);
    const auto colon = who.find(':');
    auto user = detail::percent_decoded(who.substr(0, colon));
    auto password =
        detail::percent_decoded(colon == std::string_view::npos ? std::string_view() : who.substr(colon + 1));
    if (!user || !password) return wrong("has a user or password with a % that stands for nothing");
    if (user->empty() || user->find(':') != std::string::npos)
      return wrong("has a user name that is empty or holds a colon");
    proxy.user = std::move(*user);
    proxy.password = std::move(*password);
    text.remove_prefix(sign + 1);
  }
  auto at = parse_host_port(text);
  if (!at) return wrong(at.error().info.text());
  if (at->port == 0) return wrong("names no port");
  proxy.at = std::move(*at);
  return proxy;
}

}  // namespace edensync
