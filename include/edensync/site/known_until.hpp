#pragma once

#include <optional>
#include <string>

#include "edensync/core/sync_task.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/protocol/sync_query.hpp"

namespace edensync {

namespace detail {

inline std::string known_until_key(task_id task) { return "known_until." + std::to_string(task); }

}  // namespace detail

/// Up to when, by this site's clock, a task's changes at the peer have been heard of: when the last pull was asked for that
/// was taken to its end. None if there was no such pull. Errors: those of the store, thrown.
template <class Reader>
std::optional<timestamp> read_known_until(Reader& ledger, task_id task) {
  const auto kept = ledger.setting(detail::known_until_key(task));
  const auto seconds = kept ? detail::whole_number(*kept) : std::nullopt;
  return seconds ? std::optional(timestamp{*seconds}) : std::nullopt;
}

/// Keeps it; none if more is to be heard of than was asked for. Errors: those of the store, thrown.
template <class Writer>
void keep_known_until(Writer& ledger, task_id task, std::optional<timestamp> time) {
  ledger.set_setting(detail::known_until_key(task), time ? std::to_string(time->seconds) : "");
}

}  // namespace edensync
