#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/log_entry.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// How much an event matters to whoever watches a process.
enum class event_level : std::uint8_t {
  info,     ///< all is as it should be
  warning,  ///< somebody was turned away, or a run did not do all of its work
  error,    ///< the process could not do its own part
};

constexpr std::string_view to_text(event_level l) {
  switch (l) {
    case event_level::info: return "info";
    case event_level::warning: return "warning";
    case event_level::error: return "error";
  }
  return "";
}

/// What happened in a process that serves or works for a site, for those who watch processes; what happened to records
/// stands in the site's own log.
///
/// What is empty or none does not apply. It never holds a password, or the query of an address.
struct log_event {
  timestamp at{};
  event_level level = event_level::info;
  /// `request`, `login refused`, `refused`, `run begun`, `transfer`, `run ended`, `error`, and whatever an application has.
  std::string event{};
  /// The repository's name; of a request, the UUID that it names.
  std::string repository{};
  std::string resource{};
  /// The number of a run; no two with a repository have the same.
  std::uint64_t run = 0;
  /// A request: how and what was asked for, by whom, and the answer.
  std::string method{};
  std::string path{};
  std::string user{};
  unsigned status = 0;
  std::optional<std::uint64_t> bytes_in{};
  std::optional<std::uint64_t> bytes_out{};
  std::optional<record_counts> counts{};
  /// How long it took.
  std::optional<std::int64_t> milliseconds{};
  std::string message{};
};

}  // namespace edensync
