#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/error.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/log/redact.hpp"

namespace edensync {

/// What an operation leaves undone beside the records that it refused itself.
struct left_undone {
  /// Records of its task in quarantine, those of this time included.
  std::uint64_t waiting = 0;
  /// Records that were left out because their table is not known here, by table.
  std::map<std::string, std::uint64_t> unknown{};
  /// Records that were left out because they are too long for any reader, and which, one line each.
  std::uint64_t too_long = 0;
  std::string words{};
  /// Records that were not sent because under MASTER the peer takes only what was created here; that is no shortcoming.
  std::uint64_t second_hand = 0;
  /// Records that an edensync peer let be as it is configured, how many of them its strategy forbids, and the first of
  /// them, one line each.
  std::uint64_t not_taken = 0;
  std::uint64_t forbidden = 0;
  std::string words_of_peer{};
  /// Records that were taken and have a time which the peer's clock has not reached by far (P2).
  std::uint64_t future = 0;
};

/// What an operation's end means for the log: the only place where this is decided.
///
/// Without a failure: a warning if a record was refused, put into quarantine or left out, still waits there, or comes from
/// the future; otherwise success. A failure that may go away by itself is an error; all others are fatal, because the next
/// run will fail as well (design, "Errors").
inline log_result result_of(const std::optional<failure>& why, const record_counts& counts = {},
                            const left_undone& left = {}) {
  if (!why)
    return counts.refused + counts.quarantined + left.waiting + left.too_long + left.future > 0 || !left.unknown.empty()
               ? log_result::warning
               : log_result::success;
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

/// Whether the peer cannot be talked to at all, or the line to it broke.
inline bool is_network(const failure& why) {
  return why.code == make_error_code(error::unreachable) || why.code == make_error_code(error::timed_out) ||
         why.code == make_error_code(error::broken_transfer);
}

/// What a failed exchange of the active side means for the log. As in Eden (spec/protocol.md §3.2, §4.1, §6), a pull that
/// did not come is an error whatever the peer said, and what it said to a push or a registration is fatal; only the line
/// is not the peer's word. What happens here is judged by `result_of`.
enum class exchange_kind : std::uint8_t { fetching, sending };
inline log_result result_of(const failure& why, exchange_kind kind) {
  if (!is_remote(why)) return result_of(std::optional<failure>(why));
  return kind == exchange_kind::fetching || is_network(why) ? log_result::error : log_result::fatal;
}

/// One log entry for each way in which an operation can end, in Eden's words (spec/model.md §10).
///
/// Time, repository and its name are left for the caller to fill in. "Outgoing" means that this site sent the request.
/// Messages may hold the words of a peer, cut and cleaned by `diagnostics`; `redact` has been at them.
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
  e.message = redact(std::move(message));
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

// The names are a peer's words, and there may be any number of them.
inline std::string unknown_words(const std::map<std::string, std::uint64_t>& unknown) {
  constexpr std::size_t most = 10;
  std::string out;
  std::uint64_t all = 0;
  std::size_t named = 0;
  for (const auto& [table, n] : unknown) {
    all += n;
    if (++named <= most)
      out += (out.empty() ? "" : ", ") + diagnostics({}, table.substr(0, 100)).peer() + " (" + std::to_string(n) + ")";
  }
  if (named > most) out += " and " + std::to_string(named - most) + " other tables";
  return std::to_string(all) + " records left out, of tables that are not known here: " + out;
}

inline std::string with_refused(std::string text, std::uint64_t refused, std::string_view words) {
  text += ", " + std::to_string(refused) + " refused";
  if (!words.empty()) text += ":\n" + std::string(words);
  return text;
}

inline std::string with_left(std::string text, const left_undone& left, std::uint64_t told) {
  if (!left.unknown.empty()) text += '\n' + unknown_words(left.unknown);
  if (left.too_long != 0)
    text += '\n' + std::to_string(left.too_long) + " records left out, because they are too long:\n" + left.words;
  if (left.second_hand != 0)
    text += '\n' + std::to_string(left.second_hand) +
            " records left out, because under MASTER the peer takes only those that were created here";
  if (left.not_taken != 0)
    text += '\n' + std::to_string(left.not_taken) + " records were not taken, as the peer is configured:\n" +
            left.words_of_peer;
  if (left.future != 0)
    text += '\n' + std::to_string(left.future) +
            " records have a time that the peer's clock has not reached: somebody's clock is wrong";
  if (left.waiting > told) text += '\n' + std::to_string(left.waiting) + " records wait in quarantine";
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

inline log_entry no_path() {
  return detail::line({}, "none/none", "connect", log_result::fatal, "No path set for repository");
}

/// `skew`: by how many seconds the peer's clock is ahead, negative if it is behind.
inline log_entry clocks_differ(std::int64_t skew) {
  return detail::line({}, "none/none", "check", log_result::warning,
                      "The peer's clock is " + std::to_string(skew < 0 ? -skew : skew) + " seconds " +
                          (skew < 0 ? "behind" : "ahead") + ": see which of the two is wrong");
}

/// A run that could not be begun or ended early for another reason.
inline log_entry run_failed(const failure& why) { return detail::failed({}, "none/none", "check", why); }

// --- active: this site asks ---------------------------------------------------------------------------------------------

/// `records` is Eden's count of master records; `words` tells what is wrong with the refused ones, one line each.
inline log_entry pulled(std::string_view resource, std::uint64_t records, const record_counts& counts,
                        std::string_view words = {}, const left_undone& left = {}) {
  const auto refused = counts.refused + counts.quarantined;
  std::string message = records == 0 && refused == 0 && left.unknown.empty()
                            ? "No data to import (already up-to-date)"
                            : detail::with_count("Data imported successfully", records);
  if (refused != 0) message = detail::with_refused(std::move(message), refused, words);
  auto e = detail::line(resource, "pull/outgoing", "import", result_of(std::nullopt, counts, left),
                        detail::with_left(std::move(message), left, counts.quarantined));
  e.counts = counts;
  return e;
}

/// The action tells whether the answer did not come (`fetch`) or could not be taken (`import`).
///
/// `answered`: the peer's status said that all was well. What came with it is then for this site to judge, also if it is a
/// page or tells of a failure.
inline log_entry pull_failed(std::string_view resource, const failure& why, bool answered = false) {
  const bool here = !is_remote(why) || (answered && !is_network(why));
  auto e = detail::failed(resource, "pull/outgoing", here ? "import" : "fetch", why);
  e.result = here ? result_of(std::optional<failure>(why)) : result_of(why, exchange_kind::fetching);
  e.remote = !here;
  return e;
}

/// `words`: what the peer says; it says something only if it did not take everything. What its policies keep is as
/// somebody there wants it, and no more than told.
inline log_entry pushed(std::string_view resource, std::uint64_t records, std::uint64_t refused = 0,
                        std::string_view words = {}, const left_undone& left = {}) {
  std::string message = detail::with_count("data sent successfully", records);
  if (refused != 0)
    message = detail::with_refused(std::move(message), refused, words);
  else if (!words.empty())
    message += ":\n" + std::string(words);
  const bool complete = refused == 0 && words.empty() && left.waiting == 0 && left.too_long == 0 && left.forbidden == 0;
  auto e = detail::line(resource, "push/outgoing", "send", complete ? log_result::success : log_result::warning,
                        detail::with_left(std::move(message), left, refused));
  e.remote = refused != 0 || !words.empty() || left.forbidden != 0;
  return e;
}

/// An Eden calls this a warning; there it means that the table is empty, here that the peer has everything.
inline log_entry nothing_to_push(std::string_view resource, const left_undone& left = {}) {
  return detail::line(resource, "push/outgoing", "send", result_of(std::nullopt, {}, left),
                      detail::with_left("No data to send", left, 0));
}

inline log_entry push_failed(std::string_view resource, const failure& why) {
  auto e = detail::failed(resource, "push/outgoing", "send", why);
  e.result = result_of(why, exchange_kind::sending);
  return e;
}

inline log_entry registered(std::string_view message) {
  return detail::line({}, "push/outgoing", "request registration", log_result::success,
                      message.empty() ? "Registration successful" : std::string(message));
}

inline log_entry register_failed(const failure& why) {
  auto e = detail::failed({}, "push/outgoing", "request registration", why);
  e.result = result_of(why, exchange_kind::sending);
  return e;
}

// --- data sets: this site takes what a peer offers to everybody --------------------------------------------------------

inline log_entry refreshed(std::uint64_t tasks) {
  return detail::line(
      {}, "pull/outgoing", "refresh", log_result::success,
      tasks == 0 ? "No new/updated tasks found" : "Successfully updated " + std::to_string(tasks) + " tasks");
}

inline log_entry refresh_failed(const failure& why) { return detail::failed({}, "pull/outgoing", "refresh", why); }

inline log_entry archive_fetched(std::string_view resource, std::string_view code) {
  return detail::line(resource, "pull/outgoing", "fetch archive", log_result::success,
                      "Dataset " + diagnostics({}, code).peer() + " archive downloaded successfully");
}

inline log_entry archive_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "pull/outgoing", "fetch archive", why);
}

inline log_entry upload_fetched(std::string_view resource, std::string_view name) {
  return detail::line(resource, "pull/outgoing", "fetch file", log_result::success,
                      "File " + diagnostics({}, name).peer() + " downloaded successfully");
}

inline log_entry upload_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "pull/outgoing", "fetch file", why);
}

/// As `pulled`.
inline log_entry imported_archive(std::string_view resource, std::uint64_t records, const record_counts& counts,
                                  std::string_view words = {}, const left_undone& left = {}) {
  auto e = pulled(resource, records, counts, words, left);
  constexpr std::string_view told = " records)";
  if (const auto at = e.message.find(told); at != std::string::npos)
    e.message.replace(at, told.size(), " records, from archive)");
  return e;
}

// --- files: this site reads and writes a folder ----------------------------------------------------------------------

inline log_entry no_files(std::string_view resource, const left_undone& left = {}) {
  return detail::line(resource, "pull/outgoing", "none", result_of(std::nullopt, {}, left),
                      detail::with_left("No files to import", left, 0));
}

/// What is done with a file, which may be called anything.
inline std::string import_of(std::string_view file) { return "import " + diagnostics({}, file).peer(); }

/// `file`: whatever somebody called it. Otherwise as `pulled`.
inline log_entry imported_file(std::string_view resource, std::string_view file, std::uint64_t records,
                               const record_counts& counts, std::string_view words = {}, const left_undone& left = {}) {
  auto e = pulled(resource, records, counts, words, left);
  e.action = import_of(file);
  return e;
}

/// A file that a later one of the same sender has replaced, or that is here for the second time.
inline log_entry file_had_before(std::string_view resource, std::string_view file) {
  return detail::line(resource, "pull/outgoing", import_of(file), log_result::success,
                      "Everything in it was received before");
}

inline log_entry import_file_failed(std::string_view resource, std::string_view file, const failure& why) {
  return detail::failed(resource, "pull/outgoing", import_of(file), why);
}

inline log_entry open_file_failed(std::string_view resource, direction way, std::string_view file, const failure& why) {
  return detail::failed(resource, way == direction::pull ? "pull/outgoing" : "push/outgoing",
                        "open " + diagnostics({}, file).peer(), why);
}

inline log_entry exported_file(std::string_view resource, std::string_view file, std::uint64_t records,
                               const left_undone& left = {}) {
  return detail::line(
      resource, "push/outgoing", "data export", result_of(std::nullopt, {}, left),
      detail::with_left(detail::with_count("Data successfully written to " + std::string(file), records), left, 0));
}

/// The file of the last time still stands there, and it says all that is to be said.
inline log_entry file_still_stands(std::string_view resource, std::string_view file) {
  return detail::line(resource, "push/outgoing", "data export", log_result::success,
                      "No changes since " + std::string(file) + " was written");
}

inline log_entry nothing_to_export(std::string_view resource) {
  return detail::line(resource, "push/outgoing", "data export", log_result::success, "No data to send");
}

inline log_entry export_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "push/outgoing", "data export", why);
}

// --- passive: this site is asked ----------------------------------------------------------------------------------------

inline log_entry answered_pull(std::string_view resource, std::uint64_t records, const left_undone& left = {}) {
  return detail::line(resource, "pull/incoming", "send", result_of(std::nullopt, {}, left),
                      detail::with_left(detail::with_count("Data sent to peer", records), left, 0));
}

inline log_entry answered_pull_failed(std::string_view resource, const failure& why) {
  return detail::failed(resource, "pull/incoming", "send", why);
}

/// Records that were refused are the peer's fault, as Eden sees it.
inline log_entry answered_push(std::string_view resource, const record_counts& counts, std::string_view words = {},
                               const left_undone& left = {}) {
  const auto result = result_of(std::nullopt, counts, left);
  const auto refused = counts.refused + counts.quarantined;
  std::string message = "Data received from peer";
  if (refused != 0) message = detail::with_refused(std::move(message), refused, words);
  auto e = detail::line(resource, "push/incoming", "receive", result,
                        detail::with_left(std::move(message), left, counts.quarantined));
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

/// What a request is about, for those that are turned away before more is known of them.
enum class asked : std::uint8_t { registration, pull, push };

/// A request that was turned away before anything of it was read. An Eden logs a few of these (spec/model.md M13).
///
/// The message may hold what the peer sent: pass that through `diagnostics`.
inline log_entry turned_away(asked what, std::string_view resource, std::string_view message) {
  if (what == asked::registration) return answered_registration_failed(message);
  const bool push = what == asked::push;
  auto e = detail::line(resource, push ? "push/incoming" : "pull/incoming", push ? "receive" : "send",
                        log_result::fatal, std::string(message));
  e.remote = push;
  return e;
}

/// The same for a failure of this site that may go away by itself.
inline log_entry not_served(asked what, std::string_view resource, const failure& why) {
  return what == asked::registration ? answered_registration_failed(why.text())
         : what == asked::pull       ? answered_pull_failed(resource, why)
                                     : answered_push_failed(resource, why);
}

}  // namespace log_lines

}  // namespace edensync
