#pragma once

#include <utility>

#include "edensync/concepts/record_store.hpp"

// What the compiler says to who writes a store: one sentence for each operation that is missing or gives something else.
namespace edensync::detail {

template <class R>
struct check_record_reader {
  static_assert(can::find<R>,
                "edensync: record_reader needs find(resource_id, uid) -> optional<found_record>; see "
                "docs/concepts/record_reader.md");
  static_assert(can::find_key<R>,
                "edensync: record_reader needs find_key(resource_id, uint32_t, value) -> vector<found_record>; see "
                "docs/concepts/record_reader.md");
  static_assert(can::find_match<R>,
                "edensync: record_reader needs find_match(match_query) -> optional<found_record>; see "
                "docs/concepts/record_reader.md");
  static_assert(can::load<R>,
                "edensync: record_reader needs load(resource_id, record_handle, stored_record) -> void; see "
                "docs/concepts/record_reader.md");
  static_assert(
      can::changes<R>,
      "edensync: record_reader needs changes(change_query) -> record_cursor; see docs/concepts/record_reader.md");
  static_assert(can::components<R>,
                "edensync: record_reader needs components(resource_id, uint32_t, resource_id, span<const "
                "record_handle>, sequence_number) -> record_cursor; see docs/concepts/record_reader.md");
  static_assert(can::referrers<R>,
                "edensync: record_reader needs referrers(resource_id, record_handle) -> vector<referrer>; see "
                "docs/concepts/record_reader.md");
  static_assert(can::sequence<R>,
                "edensync: record_reader needs sequence() -> sequence_number; see docs/concepts/record_reader.md");
  static_assert(can::epoch<R>, "edensync: record_reader needs epoch() -> string; see docs/concepts/record_reader.md");
  static_assert(can::spool<R>,
                "edensync: record_reader needs spool() -> record_spool; see docs/concepts/record_reader.md");
  static constexpr bool value = true;
};

template <class L>
struct check_ledger_reader {
  static_assert(
      can::setting<L>,
      "edensync: ledger_reader needs setting(string_view) -> optional<string>; see docs/concepts/site_ledger.md");
  static_assert(can::repositories<L>,
                "edensync: ledger_reader needs repositories() -> vector<repository>; see docs/concepts/site_ledger.md");
  static_assert(
      can::find_repository<L>,
      "edensync: ledger_reader needs find_repository(uid) -> optional<repository>; see docs/concepts/site_ledger.md");
  static_assert(
      can::tasks<L>,
      "edensync: ledger_reader needs tasks(repository_id) -> vector<sync_task>; see docs/concepts/site_ledger.md");
  static_assert(
      can::jobs<L>,
      "edensync: ledger_reader needs jobs(repository_id) -> vector<sync_job>; see docs/concepts/site_ledger.md");
  static_assert(can::get_run<L>,
                "edensync: ledger_reader needs get_run(repository_id) -> run_state; see docs/concepts/site_ledger.md");
  static_assert(can::datasets<L>,
                "edensync: ledger_reader needs datasets() -> vector<data_set>; see docs/concepts/site_ledger.md");
  static_assert(
      can::get_watermark<L>,
      "edensync: ledger_reader needs get_watermark(task_id, direction) -> watermark; see docs/concepts/site_ledger.md");
  static_assert(
      can::get_resume<L>,
      "edensync: ledger_reader needs get_resume(task_id) -> optional<resume_state>; see docs/concepts/site_ledger.md");
  static_assert(
      can::get_lease<L>,
      "edensync: ledger_reader needs get_lease(repository_id) -> optional<lease>; see docs/concepts/site_ledger.md");
  static_assert(can::quarantined<L>,
                "edensync: ledger_reader needs quarantined(repository_id, int64_t, size_t) -> "
                "vector<quarantine_entry>; see docs/concepts/site_ledger.md");
  static_assert(
      can::count_quarantined<L>,
      "edensync: ledger_reader needs count_quarantined(repository_id) -> uint64_t; see docs/concepts/site_ledger.md");
  static_assert(can::open_references<L>,
                "edensync: ledger_reader needs open_references(int64_t, size_t) -> vector<open_reference>; see "
                "docs/concepts/site_ledger.md");
  static_assert(can::open_references_of<L>,
                "edensync: ledger_reader needs open_references_of(resource_id, record_handle) -> "
                "vector<open_reference>; see docs/concepts/site_ledger.md");
  static_assert(can::count_open_references<L>,
                "edensync: ledger_reader needs count_open_references() -> uint64_t; see docs/concepts/site_ledger.md");
  static_assert(can::decisions<L>,
                "edensync: ledger_reader needs decisions(string_view, uid, size_t) -> vector<decision_entry>; see "
                "docs/concepts/site_ledger.md");
  static_assert(can::last_decision<L>,
                "edensync: ledger_reader needs last_decision() -> int64_t; see docs/concepts/site_ledger.md");
  static_assert(can::decisions_between<L>,
                "edensync: ledger_reader needs decisions_between(repository_id, int64_t, int64_t, size_t) -> "
                "vector<decision_entry>; see docs/concepts/site_ledger.md");
  static_assert(can::log<L>,
                "edensync: ledger_reader needs log(repository_id, size_t) -> vector<log_entry>; see "
                "docs/concepts/site_ledger.md");
  static_assert(can::log_after<L>,
                "edensync: ledger_reader needs log_after(repository_id, int64_t, size_t) -> vector<log_entry>; see "
                "docs/concepts/site_ledger.md");
  static constexpr bool value = true;
};

template <class L>
struct check_ledger_writer {
  static_assert(
      can::set_setting<L>,
      "edensync: ledger_writer needs set_setting(string_view, string_view); see docs/concepts/site_ledger.md");
  static_assert(
      can::put_repository<L>,
      "edensync: ledger_writer needs put_repository(repository) -> repository_id; see docs/concepts/site_ledger.md");
  static_assert(can::erase_repository<L>,
                "edensync: ledger_writer needs erase_repository(repository_id); see docs/concepts/site_ledger.md");
  static_assert(can::put_task<L>,
                "edensync: ledger_writer needs put_task(sync_task) -> task_id; see docs/concepts/site_ledger.md");
  static_assert(can::erase_task<L>,
                "edensync: ledger_writer needs erase_task(task_id); see docs/concepts/site_ledger.md");
  static_assert(can::put_job<L>,
                "edensync: ledger_writer needs put_job(sync_job) -> job_id; see docs/concepts/site_ledger.md");
  static_assert(can::erase_job<L>, "edensync: ledger_writer needs erase_job(job_id); see docs/concepts/site_ledger.md");
  static_assert(can::set_run<L>, "edensync: ledger_writer needs set_run(run_state); see docs/concepts/site_ledger.md");
  static_assert(can::put_dataset<L>,
                "edensync: ledger_writer needs put_dataset(data_set) -> dataset_id; see docs/concepts/site_ledger.md");
  static_assert(can::erase_dataset<L>,
                "edensync: ledger_writer needs erase_dataset(dataset_id); see docs/concepts/site_ledger.md");
  static_assert(
      can::set_watermark<L>,
      "edensync: ledger_writer needs set_watermark(task_id, direction, watermark); see docs/concepts/site_ledger.md");
  static_assert(
      can::set_resume<L>,
      "edensync: ledger_writer needs set_resume(task_id, optional<resume_state>); see docs/concepts/site_ledger.md");
  static_assert(can::set_lease<L>, "edensync: ledger_writer needs set_lease(lease); see docs/concepts/site_ledger.md");
  static_assert(can::erase_lease<L>,
                "edensync: ledger_writer needs erase_lease(repository_id); see docs/concepts/site_ledger.md");
  static_assert(
      can::add_quarantine<L>,
      "edensync: ledger_writer needs add_quarantine(quarantine_entry) -> int64_t; see docs/concepts/site_ledger.md");
  static_assert(can::erase_quarantine<L>,
                "edensync: ledger_writer needs erase_quarantine(int64_t); see docs/concepts/site_ledger.md");
  static_assert(can::add_open_reference<L>,
                "edensync: ledger_writer needs add_open_reference(open_reference); see docs/concepts/site_ledger.md");
  static_assert(can::erase_open_reference<L>,
                "edensync: ledger_writer needs erase_open_reference(int64_t); see docs/concepts/site_ledger.md");
  static_assert(can::erase_open_references<L>,
                "edensync: ledger_writer needs erase_open_references(resource_id, record_handle); see "
                "docs/concepts/site_ledger.md");
  static_assert(can::add_decision<L>,
                "edensync: ledger_writer needs add_decision(decision_entry); see docs/concepts/site_ledger.md");
  static_assert(can::add_log<L>, "edensync: ledger_writer needs add_log(log_entry); see docs/concepts/site_ledger.md");
  static_assert(can::forget_before<L>,
                "edensync: ledger_writer needs forget_before(timestamp); see docs/concepts/site_ledger.md");
  static constexpr bool value = true;
};

template <class T>
struct check_transaction_writes {
  static_assert(can::insert<T>,
                "edensync: record_transaction needs insert(record) -> write_result; see docs/concepts/record_store.md");
  static_assert(can::update<T>,
                "edensync: record_transaction needs update(record_handle, record) -> write_result; see "
                "docs/concepts/record_store.md");
  static_assert(can::patch<T>,
                "edensync: record_transaction needs patch(resource_id, record_handle, uint32_t, value) -> "
                "write_result; see docs/concepts/record_store.md");
  static_assert(can::rename<T>,
                "edensync: record_transaction needs rename(resource_id, record_handle, uid) -> write_result; see "
                "docs/concepts/record_store.md");
  static_assert(can::write_as<T>,
                "edensync: record_transaction needs write_as(repository_id); see docs/concepts/record_store.md");
  static_assert(
      can::touch<T>,
      "edensync: record_transaction needs touch(resource_id, record_handle); see docs/concepts/record_store.md");
  static_assert(can::commit<T>, "edensync: record_transaction needs commit(); see docs/concepts/record_store.md");
  static constexpr bool value = true;
};

template <class T>
struct check_transaction {
  static constexpr bool value = check_record_reader<T>::value && check_ledger_reader<T>::value &&
                                check_ledger_writer<T>::value && check_transaction_writes<T>::value;
};

template <class S>
consteval bool check_snapshot() {
  if constexpr (can::snapshot<S>) {
    using reader = decltype(std::declval<S&>().snapshot());
    return check_record_reader<reader>::value && check_ledger_reader<reader>::value;
  }
  return true;
}
template <class S>
consteval bool check_serve() {
  if constexpr (can::serve<S>) return check_record_reader<decltype(std::declval<S&>().serve())>::value;
  return true;
}
template <class S>
consteval bool check_begin() {
  if constexpr (can::begin<S>)
    return check_transaction<decltype(std::declval<S&>().begin(std::declval<const write_context&>()))>::value;
  return true;
}

template <class S>
struct check_record_store {
  static_assert(
      can::snapshot<S>,
      "edensync: record_store needs snapshot() -> record_reader and ledger_reader; see docs/concepts/record_store.md");
  static_assert(can::serve<S>,
                "edensync: record_store needs serve() -> record_reader; see docs/concepts/record_store.md");
  static_assert(
      can::begin<S>,
      "edensync: record_store needs begin(write_context) -> record_transaction; see docs/concepts/record_store.md");
  static constexpr bool value = check_snapshot<S>() && check_serve<S>() && check_begin<S>();
};

}  // namespace edensync::detail
