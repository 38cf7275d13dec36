#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/record.hpp"

namespace edensync {

/// A place in the change order of a site: what one edensync site gives another to come back with.
///
/// The epoch changes when the order begins anew, for instance after a restored backup: a cursor of another epoch means
/// nothing, and the exchange starts from the beginning. Opaque to everybody but the site that made it.
struct sync_cursor {
  /// Visible ASCII characters, at least one.
  std::string epoch;
  sequence_number sequence = 0;

  friend bool operator==(const sync_cursor&, const sync_cursor&) = default;
};

/// The text of a cursor: `EPOCH-SEQUENCE`.
inline std::string make_cursor(std::string_view epoch, sequence_number sequence) {
  return std::string(epoch) + '-' + std::to_string(sequence);
}

/// Reads a cursor; none if the text is not one. `0`, which asks for everything, is none as well.
inline std::optional<sync_cursor> parse_cursor(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || text.size() > 128) return std::nullopt;
  const auto epoch = text.substr(0, dash);
  const auto in_epoch = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(epoch.begin(), epoch.end(), in_epoch)) return std::nullopt;
  const auto number = text.substr(dash + 1);
  sequence_number n = 0;
  const auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), n);
  if (number.empty() || wrong != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return sync_cursor{std::string(epoch), n};
}

}  // namespace edensync
