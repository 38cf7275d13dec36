#pragma once

#include <compare>
#include <cstdint>

namespace edensync {

/// What an account may do at a passive site; each level includes those before it (spec/protocol.md §2.2).
enum class access_level : std::uint8_t {
  /// There is no such account, or the password is wrong: 401.
  unknown,
  /// The account has nothing to do with synchronisation: 403.
  none,
  /// It may pull and register itself.
  read,
  /// It may push, too.
  write,
  /// It may do what administrators do; a repository that it registers may push at once.
  administer,
};

/// What an authentication says: a level, or only whether the account is one that may pull and push.
struct access {
  access_level level = access_level::unknown;

  constexpr access(access_level l) : level(l) {}
  constexpr access(bool known) : level(known ? access_level::write : access_level::unknown) {}
};

}  // namespace edensync
