#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "edensync/mock/failing_reader.hpp"

namespace edensync::mock {

/// A transaction of another store, each operation of which can fail. Made by `failing_store`.
template <class Transaction>
class failing_transaction : public failing_reader<Transaction> {
 public:
  using failing_reader<Transaction>::failing_reader;

  decltype(auto) insert(const record& r) {
    note("insert");
    return Transaction::insert(r);
  }
  decltype(auto) update(record_handle h, const record& r) {
    note("update");
    return Transaction::update(h, r);
  }
  decltype(auto) patch(resource_id resource, record_handle h, std::uint32_t field, const value& v) {
    note("patch");
    return Transaction::patch(resource, h, field, v);
  }
  decltype(auto) rename(resource_id resource, record_handle h, const uid& id) {
    note("rename");
    return Transaction::rename(resource, h, id);
  }
  decltype(auto) touch(resource_id resource, record_handle h) {
    note("touch");
    return Transaction::touch(resource, h);
  }
  decltype(auto) set_setting(std::string_view key, std::string_view content) {
    note("set_setting");
    return Transaction::set_setting(key, content);
  }
  decltype(auto) put_repository(const repository& r) {
    note("put_repository");
    return Transaction::put_repository(r);
  }
  decltype(auto) erase_repository(repository_id r) {
    note("erase_repository");
    return Transaction::erase_repository(r);
  }
  decltype(auto) put_task(const sync_task& t) {
    note("put_task");
    return Transaction::put_task(t);
  }
  decltype(auto) erase_task(task_id t) {
    note("erase_task");
    return Transaction::erase_task(t);
  }
  decltype(auto) put_job(const sync_job& j) {
    note("put_job");
    return Transaction::put_job(j);
  }
  decltype(auto) erase_job(job_id j) {
    note("erase_job");
    return Transaction::erase_job(j);
  }
  decltype(auto) set_run(const run_state& r) {
    note("set_run");
    return Transaction::set_run(r);
  }
  decltype(auto) put_dataset(const data_set& s) {
    note("put_dataset");
    return Transaction::put_dataset(s);
  }
  decltype(auto) erase_dataset(dataset_id s) {
    note("erase_dataset");
    return Transaction::erase_dataset(s);
  }
  decltype(auto) set_watermark(task_id task, direction d, const watermark& w) {
    note("set_watermark");
    return Transaction::set_watermark(task, d, w);
  }
  decltype(auto) set_resume(task_id task, const std::optional<resume_state>& r) {
    note("set_resume");
    return Transaction::set_resume(task, r);
  }
  decltype(auto) set_lease(const lease& l) {
    note("set_lease");
    return Transaction::set_lease(l);
  }
  decltype(auto) erase_lease(repository_id r) {
    note("erase_lease");
    return Transaction::erase_lease(r);
  }
  decltype(auto) add_quarantine(const quarantine_entry& q) {
    note("add_quarantine");
    return Transaction::add_quarantine(q);
  }
  decltype(auto) erase_quarantine(std::int64_t id) {
    note("erase_quarantine");
    return Transaction::erase_quarantine(id);
  }
  decltype(auto) add_open_reference(const open_reference& o) {
    note("add_open_reference");
    return Transaction::add_open_reference(o);
  }
  decltype(auto) erase_open_reference(std::int64_t id) {
    note("erase_open_reference");
    return Transaction::erase_open_reference(id);
  }
  decltype(auto) erase_open_references(resource_id resource, record_handle h) {
    note("erase_open_references");
    return Transaction::erase_open_references(resource, h);
  }
  decltype(auto) add_decision(const decision_entry& d) {
    note("add_decision");
    return Transaction::add_decision(d);
  }
  decltype(auto) add_log(const log_entry& e) {
    note("add_log");
    return Transaction::add_log(e);
  }
  decltype(auto) forget_before(timestamp t) {
    note("forget_before");
    return Transaction::forget_before(t);
  }

  /// Fails before it takes effect, or after: then what was written is there, and nobody knows.
  void commit() {
    note("commit");
    Transaction::commit();
    note("commit");
  }

 private:
  using failing_reader<Transaction>::note;
};

}  // namespace edensync::mock
