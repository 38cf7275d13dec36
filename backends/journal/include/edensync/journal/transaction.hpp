#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/record_store.hpp"
#include "edensync/journal/record_writer.hpp"

namespace edensync::journal {

/// Writes into a copy of the last state, of which `commit` appends to the file what differs; models `record_transaction`.
///
/// Lifetime: keeps its store open. Thread safety: one thread at a time.
class transaction : public record_writer {
 public:
  /// Errors, thrown: `store_locked`.
  transaction(std::shared_ptr<core> of, const write_context& w) : transaction(turn(std::move(of)), w) {}
  transaction(transaction&&) noexcept = default;
  transaction(const transaction&) = delete;

  /// None if somebody else writes.
  static std::optional<transaction> attempt(std::shared_ptr<core> of, const write_context& w) {
    if (!of->try_enter()) return std::nullopt;
    turn t;
    t.store = std::move(of);
    return transaction(std::move(t), w);
  }

  void commit() {
    turn_.store->commit(now(), changed(), context().now);
    turn_ = turn();
  }

  void set_setting(std::string_view key, std::string_view text) {
    put<std::string>(std::string(key), std::string(text));
  }

  repository_id put_repository(const repository& r) { return put_numbered(r); }
  void erase_repository(repository_id id) {
    for (const auto& set : datasets())
      if (set.repository == id) erase_dataset(set.id);
    for (const auto& t : tasks(id)) erase_task(t.id);
    for (const auto& j : some<sync_job>([&](const auto& job) { return job.repository == id; })) erase_job(j.id);
    for (const auto& q : some<quarantine_entry>([&](const auto& entry) { return entry.repository == id; }))
      erase_quarantine(q.id);
    erase<run_state>(id);
    erase<lease>(id);
    erase<repository>(id);
  }

  task_id put_task(const sync_task& t) { return put_numbered(t); }
  void erase_task(task_id id) {
    for (const direction d : {direction::pull, direction::push}) erase<watermark>({id, d});
    erase<resume_state>(id);
    erase<sync_task>(id);
  }

  job_id put_job(const sync_job& j) { return put_numbered(j); }
  void erase_job(job_id id) { erase<sync_job>(id); }
  void set_run(const run_state& r) { put<run_state>(r.repository, r); }

  dataset_id put_dataset(const data_set& d) { return put_numbered(d); }
  void erase_dataset(dataset_id id) {
    for (const auto& t : some<sync_task>([&](const auto& task) { return task.dataset == id; })) erase_task(t.id);
    erase<data_set>(id);
  }

  void set_watermark(task_id task, direction d, const watermark& w) { put<watermark>({task, d}, w); }
  void set_resume(task_id task, const std::optional<resume_state>& r) {
    if (r)
      put<resume_state>(task, *r);
    else
      erase<resume_state>(task);
  }
  void set_lease(const lease& l) { put<lease>(l.repository, l); }
  void erase_lease(repository_id id) { erase<lease>(id); }

  std::int64_t add_quarantine(const quarantine_entry& q) {
    quarantine_entry next = q;
    next.id = 0;
    next.last_tried = q.since;
    if (const auto* known = now().refused().find(state::refused_key(q))) {
      const auto before = optional<quarantine_entry>(*known);
      next.id = before->id;
      next.attempts += before->attempts;
      next.since = before->since;
    }
    return put_numbered(std::move(next));
  }
  void erase_quarantine(std::int64_t id) { erase<quarantine_entry>(id); }

  void add_open_reference(const open_reference& o) {
    open_reference next = o;
    const auto* known = now().waiting().find({o.resource, o.record, o.field});
    next.id = known == nullptr ? 0 : *known;
    put_numbered(std::move(next));
  }
  void erase_open_reference(std::int64_t id) { erase<open_reference>(id); }
  void erase_open_references(resource_id resource, record_handle h) {
    for (const auto& o : open_references_of(resource, h)) erase_open_reference(o.id);
  }

  void add_decision(const decision_entry& d) {
    decision_entry next = d;
    next.id = 0;
    next.sequence = sequence();
    put_numbered(std::move(next));
  }
  void add_log(const log_entry& l) {
    log_entry next = l;
    next.id = 0;
    put_numbered(std::move(next));
  }
  void forget_before(timestamp time) {
    for (const auto& l : some<log_entry>([&](const auto& line) { return line.at < time; })) erase<log_entry>(l.id);
    for (const auto& d : some<decision_entry>([&](const auto& decided) { return decided.at < time; }))
      erase<decision_entry>(d.id);
  }

 private:
  // The right to write, until it is destroyed.
  struct turn {
    turn() = default;
    explicit turn(std::shared_ptr<core> of) : store(std::move(of)) { store->enter(); }
    turn(turn&&) noexcept = default;
    turn& operator=(turn&& other) noexcept {
      std::swap(store, other.store);
      return *this;
    }
    ~turn() {
      if (store) store->leave();
    }

    std::shared_ptr<core> store;
  };

  transaction(turn t, const write_context& w)
      : record_writer(std::make_shared<state>(*t.store->last()), w), turn_(std::move(t)) {}

  // A new entry gets the next number of its table.
  template <class V>
  std::int64_t put_numbered(V v) {
    if (v.id == 0) v.id = last<V>() + 1;
    given<V>(v.id);
    put<V>(v.id, v);
    return v.id;
  }

  turn turn_;
};

static_assert(record_transaction<transaction>);

}  // namespace edensync::journal
