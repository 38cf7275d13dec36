#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/error.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"

namespace edensync {

/// What an operation's end means for the log: the only place where this is decided.
///
/// Without a failure: a warning if a record was refused or put into quarantine, otherwise success. A failure that may go
/// away by itself is an error; all others are fatal, because the next run will fail as well (design, "Errors").
inline log_result result_of(const std::optional<failure>& why, const record_counts& counts = {}) {
  if (!why) return counts.refused + counts.quarantined > 0 ? log_result::warning : log_result::success;
  return why->code == condition::retry_later ? log_result::error : log_result::fatal;
}

/// Whether a failure happened at the other site, or on the way there: the log's "Remote Error".
inline bool is_remote(const failure& why) {
  if (why.code.category() != error_category()) return false;
  switch (static_cast<error>(why.code.value())) {
    case error::unreachable:
    case error::timed_out:
    case error::broken_transfer:
    case error::not_authorised:
    case error::not_registered:
    case error::refused:
    case error::peer_failed:
    case error::unexpected_answer: return true;
    default: return false;
  }
}

/// One log entry for each way in which an operation can end, in Eden's words (spec/model.md §10).
///
/// Time, repository and its name are left for the caller to fill in. "Outgoing" means that this site sent the request.
/// Messages may hold the words of a peer, cut and cleaned by `diagnostics`; pass them through `redact` before they leave
/// the site.
/// Thread safety: pure functions.
namespace log_lines {

namespace detail {

inline log_entry line(std::string_view resource, std::string mode, std::string action, log_result result,
                      std::string message) {
  log_entry e;
  e.resource = std::string(resource);
  e.mode = std::move(mode);
  e.action = std::move(action);
  e.result = result;
  e.message = std::move(message);
  return e;
}

inline log_entry failed(std::string_view resource, std::string mode, std::string action, const failure& why) {
  const bool away = why.code == make_error_code(error::unreachable) || why.code == make_error_code(error::timed_out);
  const std::string words = why.info.text();
  auto e =
      line(resource, std::move(mode), std::move(action), result_of(why),
           away ? "Peer repository unavailable (" + (words.empty() ? why.code.message() : words) + ")" : why.text());
  e.remote = is_remote(why);
  return e;
}

inline std::string with_count(std::string_view text, std::uint64_t records) {
  return std::string(text) + " (" + std::to_string(records) + " records)";
}

inline std::string with_refused(std::string text, std::uint64_t refused, std::string_view words) {
  text += ", " + std::to_string(refused) + " refused";
  if (!words.empty()) text += ":\n" + std::string(words);
  return text;
}

}  // namespace detail

// --- runs ------------------------------------------------------------------------------------------------------------

/// Another run holds the repository.
inline log_entry already_active() {
  return detail::line({}, "none/none", "check", log_result::error, "Synchronization already active - skipping run");
}

inline log_entry no_url() {
  return detail::line({}, "none/none", "connect", log_result::fatal, "No URL set for repository");
}

/// A run that could not be begun or ended early for another reason.
inline log_entry run_failed(const failure& why) { return detail::failed({}, "none/none", "check", why); }

// --- active: this site asks ---------------------------------------------------------------------------------------------

/// `records` is Eden's count of master records; `words` tells what is wrong with the refused ones, one line each.
inline log_entry pulled(std::string_view resource, std::uint64_t records, const record_counts& counts,
                        std::string_view words = {}) {
  const auto result = result_of(std::nullopt, counts);
  std::string message = records == 0 && result == log_result::success
                            ? "No data to import (already up-to-date)"
                            : detail::with_count("Data imported successfully", records);
  if (result != log_result::success)
    message = detail::with_refused(std::move(message), counts.refused + counts.quarantined, words);
  auto e = detail::line(resource, "pull/outgoing", "import", result, std::move(message));
  e.counts = counts;
  return e;
}

/// The action tells whether the answer did not come (`fetch`) or could not be taken (`import`).
inline log_entry pull_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "pull/outgoing", is_remote(why) ? "fetch" : "import", why);
}

inline log_entry pushed(std::string_view resource, std::uint64_t records, std::uint64_t refused = 0,
                        std::string_view words = {}) {
  std::string message = detail::with_count("data sent successfully", records);
  if (refused != 0) message = detail::with_refused(std::move(message), refused, words);
  auto e = detail::line(resource, "push/outgoing", "send", refused == 0 ? log_result::success : log_result::warning,
                        std::move(message));
  e.remote = refused != 0;
  return e;
}

/// An Eden calls this a warning; there it means that the table is empty, here that the peer has everything.
inline log_entry nothing_to_push(std::string_view resource) {
  return detail::line(resource, "push/outgoing", "send", log_result::success, "No data to send");
}

/// Records that a push, or the answer to a pull, could not hold; `words` tells which, one line each.
inline log_entry left_out(std::string_view resource, direction way, bool incoming, std::uint64_t records,
                          std::string_view words) {
  return detail::line(resource,
                      std::string(way == direction::pull ? "pull" : "push") + (incoming ? "/incoming" : "/outgoing"),
                      "send", log_result::warning,
                      std::to_string(records) + " records left out, because they are too long:\n" + std::string(words));
}

inline log_entry push_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "push/outgoing", "send", why);
}

inline log_entry registered(std::string_view message) {
  return detail::line({}, "push/outgoing", "request registration", log_result::success,
                      message.empty() ? "Registration successful" : std::string(message));
}

inline log_entry register_failed(const failure& why) {
  return detail::failed({}, "push/outgoing", "request registration", why);
}

// --- passive: this site is asked ----------------------------------------------------------------------------------------

inline log_entry answered_pull(std::string_view resource, std::uint64_t records) {
  return detail::line(resource, "pull/incoming", "send", log_result::success,
                      detail::with_count("Data sent to peer", records));
}

inline log_entry answered_pull_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "pull/incoming", "send", why);
}

/// Records that were refused are the peer's fault, as Eden sees it.
inline log_entry answered_push(std::string_view resource, const record_counts& counts, std::string_view words = {}) {
  const auto result = result_of(std::nullopt, counts);
  std::string message = "Data received from peer";
  if (result != log_result::success)
    message = detail::with_refused(std::move(message), counts.refused + counts.quarantined, words);
  auto e = detail::line(resource, "push/incoming", "receive", result, std::move(message));
  e.remote = result != log_result::success;
  e.counts = counts;
  return e;
}

inline log_entry answered_push_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "push/incoming", "receive", why);
}

/// A peer registered: anew, or again.
inline log_entry answered_registration(bool again) {
  return detail::line("none", "register/incoming", "none", log_result::success,
                      again ? "Registration update successful" : "Registration successful");
}

inline log_entry answered_registration_failed(std::string_view message) {
  return detail::line("none", "register/incoming", "none", log_result::error, std::string(message));
}

/// A push that was turned away before anything of it was read. An Eden does not log these (spec/model.md M13).
inline log_entry push_refused(std::string_view resource, std::string_view message) {
  auto e = detail::line(resource, "push/incoming", "receive", log_result::fatal, std::string(message));
  e.remote = true;
  return e;
}

}  // namespace log_lines

}  // namespace edensync
