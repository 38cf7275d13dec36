#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/access.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/utf8.hpp"

namespace edensync {

/// An account of a site: who may ask it for something. Its password is nowhere, only a hash of it in the site's store.
struct account {
  std::string name;
  access_level level = access_level::write;
};

/// The word for a level, as administrators write it; empty for `unknown`.
constexpr std::string_view to_text(access_level l) {
  switch (l) {
    case access_level::unknown: return "";
    case access_level::none: return "none";
    case access_level::read: return "read";
    case access_level::write: return "write";
    case access_level::administer: return "administer";
  }
  return "";
}

/// Reads the word for a level. None if it is unknown.
constexpr std::optional<access_level> parse_access_level(std::string_view text) {
  for (const auto l : {access_level::none, access_level::read, access_level::write, access_level::administer})
    if (text == to_text(l)) return l;
  return std::nullopt;
}

/// Whether a name can be an account's: 1 to 255 bytes of UTF-8 without control characters, and without a colon, which
/// ends the name in HTTP Basic.
inline bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && is_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
    return c == ':' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace edensync
