#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace edensync {

/// The four policies by which Eden decides whether an incoming version replaces the local one (manual, "Update Policy").
enum class policy_name : std::uint8_t {
  /// THIS: the version of the site that is configured wins: never update here.
  keep_local,
  /// OTHER: the other site's version wins: always update here.
  take_remote,
  /// NEWER: the younger version wins.
  take_newer,
  /// MASTER: the version of the site where the record was born wins.
  take_master,
};

/// The wire word: THIS, OTHER, NEWER, MASTER.
constexpr std::string_view to_text(policy_name p) {
  switch (p) {
    case policy_name::keep_local: return "THIS";
    case policy_name::take_remote: return "OTHER";
    case policy_name::take_newer: return "NEWER";
    case policy_name::take_master: return "MASTER";
  }
  return "";
}

/// Reads a wire word; case-sensitive, as Eden reads it. None if it is unknown.
constexpr std::optional<policy_name> parse_policy(std::string_view text) {
  for (const policy_name p :
       {policy_name::keep_local, policy_name::take_remote, policy_name::take_newer, policy_name::take_master})
    if (text == to_text(p)) return p;
  return std::nullopt;
}

}  // namespace edensync
