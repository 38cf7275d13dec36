#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "edensync/concepts/site_ledger.hpp"

namespace edensync::journal {

/// How far the store has come: what is counted, and what was served.
struct counters {
  std::string epoch;
  sequence_number sequence = 0;
  /// The youngest modified_on that was ever written, and what it was when `serve` was called last.
  std::optional<timestamp> youngest;
  std::optional<timestamp> served;
  /// Of the last commit that wrote records.
  std::optional<timestamp> arrival;
  /// The last number that was given out in each table.
  std::vector<std::int64_t> last;
};

/// The number of the first change that arrived at a time.
struct first_change {
  sequence_number number = 0;
};

/// The members of a struct as they stand in the file, in this order. Whoever needs one more appends it: older files have it
/// as it is in a new object.
template <class T>
inline constexpr auto members = nullptr;

template <class T>
concept described = !std::same_as<std::remove_const_t<decltype(members<T>)>, std::nullptr_t>;

template <>
inline constexpr auto members<counters> = std::tuple(&counters::epoch, &counters::sequence, &counters::youngest,
                                                     &counters::served, &counters::arrival, &counters::last);
template <>
inline constexpr auto members<first_change> = std::tuple(&first_change::number);
template <>
inline constexpr auto members<timestamp> = std::tuple(&timestamp::seconds);
template <>
inline constexpr auto members<date> = std::tuple(&date::days);
template <>
inline constexpr auto members<time_of_day> = std::tuple(&time_of_day::seconds);
template <>
inline constexpr auto members<version_stamp> = std::tuple(&version_stamp::modified_on, &version_stamp::mci,
                                                          &version_stamp::deleted);
template <>
inline constexpr auto members<authorship> = std::tuple(&authorship::created_by, &authorship::modified_by,
                                                       &authorship::owned_by_user, &authorship::owned_by_group);
template <>
inline constexpr auto members<repository> = std::tuple(&repository::id, &repository::uuid, &repository::name,
                                                       &repository::type, &repository::url, &repository::username,
                                                       &repository::password, &repository::path, &repository::proxy,
                                                       &repository::ca_file, &repository::pin,
                                                       &repository::synchronise_uuids, &repository::accept_push,
                                                       &repository::account, &repository::native,
                                                       &repository::last_connected);
template <>
inline constexpr auto members<task_filter> = std::tuple(&task_filter::table, &task_filter::query, &task_filter::uuid,
                                                        &task_filter::modified_on);
template <>
inline constexpr auto members<sync_task> = std::tuple(&sync_task::id, &sync_task::repository, &sync_task::resource,
                                                      &sync_task::mode, &sync_task::allowed, &sync_task::update,
                                                      &sync_task::conflict, &sync_task::components, &sync_task::filters,
                                                      &sync_task::order, &sync_task::infile_pattern,
                                                      &sync_task::outfile_pattern, &sync_task::delete_input_files,
                                                      &sync_task::human_readable, &sync_task::dataset, &sync_task::uuid,
                                                      &sync_task::modified_on);
template <>
inline constexpr auto members<sync_job> = std::tuple(&sync_job::id, &sync_job::repository, &sync_job::enabled,
                                                     &sync_job::start, &sync_job::end, &sync_job::repeats,
                                                     &sync_job::period, &sync_job::timeout, &sync_job::status,
                                                     &sync_job::next_run, &sync_job::last_run, &sync_job::times_run,
                                                     &sync_job::failures, &sync_job::message);
template <>
inline constexpr auto members<run_state> = std::tuple(&run_state::repository, &run_state::requested,
                                                      &run_state::requested_by, &run_state::owner, &run_state::job,
                                                      &run_state::began, &run_state::alive, &run_state::resource,
                                                      &run_state::way, &run_state::task, &run_state::tasks,
                                                      &run_state::records, &run_state::bytes, &run_state::cancel,
                                                      &run_state::runs, &run_state::ended, &run_state::how,
                                                      &run_state::took, &run_state::words, &run_state::message);
template <>
inline constexpr auto members<data_set> = std::tuple(&data_set::id, &data_set::repository, &data_set::uuid,
                                                     &data_set::code, &data_set::name, &data_set::archive_url,
                                                     &data_set::use_archive, &data_set::comments,
                                                     &data_set::modified_on, &data_set::last_refresh);
template <>
inline constexpr auto members<watermark> = std::tuple(&watermark::time, &watermark::cursor);
template <>
inline constexpr auto members<resume_state> = std::tuple(&resume_state::from, &resume_state::until, &resume_state::done,
                                                         &resume_state::youngest);
template <>
inline constexpr auto members<lease> = std::tuple(&lease::repository, &lease::owner, &lease::expires, &lease::fence);
template <>
inline constexpr auto members<quarantine_entry> = std::tuple(&quarantine_entry::id, &quarantine_entry::repository,
                                                             &quarantine_entry::task, &quarantine_entry::resource,
                                                             &quarantine_entry::uuid, &quarantine_entry::reason,
                                                             &quarantine_entry::message, &quarantine_entry::payload,
                                                             &quarantine_entry::modified_on, &quarantine_entry::since,
                                                             &quarantine_entry::attempts,
                                                             &quarantine_entry::last_tried);
template <>
inline constexpr auto members<decide_input> = std::tuple(&decide_input::erase, &decide_input::merge,
                                                         &decide_input::incoming, &decide_input::local,
                                                         &decide_input::last_sync, &decide_input::update,
                                                         &decide_input::conflict, &decide_input::allowed,
                                                         &decide_input::tie, &decide_input::has_links);
template <>
inline constexpr auto members<decision> = std::tuple(&decision::what, &decision::write, &decision::modified_on,
                                                     &decision::why, &decision::conflict);
template <>
inline constexpr auto members<decision_entry> = std::tuple(&decision_entry::id, &decision_entry::sequence,
                                                           &decision_entry::at, &decision_entry::repository,
                                                           &decision_entry::resource, &decision_entry::uuid,
                                                           &decision_entry::input, &decision_entry::outcome,
                                                           &decision_entry::loser, &decision_entry::twin);
template <>
inline constexpr auto members<record_counts> = std::tuple(&record_counts::received, &record_counts::created,
                                                          &record_counts::updated, &record_counts::deleted,
                                                          &record_counts::unchanged, &record_counts::kept,
                                                          &record_counts::conflicts, &record_counts::refused,
                                                          &record_counts::quarantined);
template <>
inline constexpr auto members<log_entry> = std::tuple(&log_entry::id, &log_entry::at, &log_entry::repository,
                                                      &log_entry::repository_name, &log_entry::resource,
                                                      &log_entry::mode, &log_entry::action, &log_entry::result,
                                                      &log_entry::remote, &log_entry::message, &log_entry::counts,
                                                      &log_entry::decisions_after, &log_entry::decisions_until);

}  // namespace edensync::journal
