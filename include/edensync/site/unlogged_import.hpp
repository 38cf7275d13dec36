#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "edensync/core/log_entry.hpp"
#include "edensync/core/repository.hpp"

namespace edensync {

/// What an import with a repository has committed of which no line of the log tells yet.
///
/// It is written with each batch of records, so that the counts and decisions of a process that dies are not lost with it.
struct unlogged_import {
  std::string resource;
  record_counts counts;
  std::int64_t decisions_after = 0;
  /// As the line is to name it; empty: `import`.
  std::string action{};
};

namespace detail {

inline std::string unlogged_key(repository_id of) { return "unlogged_import." + std::to_string(of); }

inline std::array<std::uint64_t record_counts::*, 9> counts_in_order() {
  using c = record_counts;
  return {&c::received, &c::created,   &c::updated, &c::deleted,    &c::unchanged,
          &c::kept,     &c::conflicts, &c::refused, &c::quarantined};
}

inline std::string to_text(const unlogged_import& u) {
  auto text = std::to_string(u.decisions_after) + ' ';
  for (const auto member : counts_in_order()) text += std::to_string(u.counts.*member) + ' ';
  text += u.resource;
  // A file may be called anything, so it comes last.
  if (!u.action.empty()) text.append("\n").append(u.action);
  return text;
}

inline bool take_number(std::string_view& rest, auto& into) {
  const auto [end, wrong] = std::from_chars(rest.data(), rest.data() + rest.size(), into);
  if (wrong != std::errc() || end == rest.data() + rest.size()) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return true;
}

inline std::optional<unlogged_import> parse_unlogged(std::string_view rest) {
  unlogged_import u;
  if (!take_number(rest, u.decisions_after)) return std::nullopt;
  for (const auto member : counts_in_order())
    if (!take_number(rest, u.counts.*member)) return std::nullopt;
  const auto end = rest.find('\n');
  u.resource = rest.substr(0, end);
  if (end != std::string_view::npos) u.action = rest.substr(end + 1);
  return u;
}

}  // namespace detail

/// To be called with each batch, in its transaction. Errors: those of the store, thrown.
template <class Transaction>
void keep_unlogged(Transaction& t, repository_id of, const unlogged_import& u) {
  t.set_setting(detail::unlogged_key(of), detail::to_text(u));
}

/// What was kept; none if the log tells all. Errors: those of the store, thrown.
template <class Reader>
std::optional<unlogged_import> find_unlogged(Reader&& ledger, repository_id of) {
  const auto kept = ledger.setting(detail::unlogged_key(of));
  if (!kept || kept->empty()) return std::nullopt;
  return detail::parse_unlogged(*kept);
}

/// To be called with the line that tells of it. Errors: those of the store, thrown.
template <class Transaction>
void forget_unlogged(Transaction& t, repository_id of) {
  const auto key = detail::unlogged_key(of);
  if (const auto kept = t.setting(key); kept && !kept->empty()) t.set_setting(key, "");
}

}  // namespace edensync
