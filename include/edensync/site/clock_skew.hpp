#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edensync/core/repository.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/protocol/sync_query.hpp"

namespace edensync {

/// By how many seconds a peer's clock is ahead of this site's, at least; negative: behind.
///
/// `asked` and `answered` are this site's times of a request and of its answer, `told` is the peer's time in between. What
/// the way there and back can explain does not count.
constexpr std::int64_t clock_skew(timestamp asked, timestamp answered, timestamp told) {
  if (told < asked) return told - asked;
  return told > answered ? told - answered : 0;
}

/// Whether a difference is one that somebody should look into.
constexpr bool is_too_large(std::optional<std::int64_t> skew, std::int64_t limit) {
  return skew && (*skew > limit || *skew < -limit);
}

namespace detail {

inline std::string skew_key(repository_id peer) { return "clock_skew." + std::to_string(peer); }

}  // namespace detail

/// What was measured last at a repository; none if it never told its time. Errors: those of the store, thrown.
template <class Reader>
std::optional<std::int64_t> read_clock_skew(Reader& ledger, repository_id peer) {
  const auto kept = ledger.setting(detail::skew_key(peer));
  return kept ? detail::whole_number(*kept) : std::nullopt;
}

/// Keeps it. Errors: those of the store, thrown.
template <class Writer>
void keep_clock_skew(Writer& ledger, repository_id peer, std::int64_t skew) {
  ledger.set_setting(detail::skew_key(peer), std::to_string(skew));
}

}  // namespace edensync
