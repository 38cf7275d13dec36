#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

/// The machine and the port that an address on the net names.
struct host_port {
  std::string host{};      ///< a name or an address, IPv6 without its brackets
  std::uint16_t port = 0;  ///< 0 if it is not said

  /// As it stands in addresses.
  std::string text() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == 0 ? name : name + ":" + std::to_string(port);
  }

  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `host`, `host:port` or `[::1]:port`.
///
/// Errors: bad_setting, with words that follow upon what the text is for: "names no host".
inline result<host_port> parse_host_port(std::string_view text) {
  const auto wrong = [](const char* why) { return make_failure(error::bad_setting, why); };
  host_port at;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return wrong("has a [ without ]");
    at.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    has_port = text.starts_with(':');
    if (!text.empty() && !has_port) return wrong("has something else than a port behind ]");
    if (has_port) port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    at.host = text.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
  }
  if (at.host.empty()) return wrong("names no host");
  if (has_port) {
    const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), at.port);
    if (ec != std::errc() || end != port.data() + port.size() || at.port == 0)
      return wrong("has a port that is not a number from 1 to 65535");
  }
  return at;
}

}  // namespace edensync
