#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/ledger_view.hpp"

namespace edensync::memory::detail {

/// Writes the ledger of the state that a transaction prepares; models `ledger_writer`.
class ledger_writing : public ledger_view {
 public:
  void set_setting(std::string_view key, std::string_view content) {
    config().settings.insert_or_assign(std::string(key), std::string(content));
  }

  repository_id put_repository(repository r) {
    return put(&configuration::repositories, &configuration::last_repository, std::move(r));
  }

  void erase_repository(repository_id id) {
    for (const sync_task& t : tasks(id)) erase_task(t.id);
    for (const data_set& d : datasets())
      if (d.repository == id) erase_dataset(d.id);
    auto& c = config();
    c.repositories.erase(id);
    c.leases.erase(id);
    c.runs.erase(id);
    std::erase_if(c.jobs, [id](const auto& e) { return e.second.repository == id; });
    std::erase_if(next().quarantine.edit().entries, [id](const auto& e) { return e.second.repository == id; });
  }

  task_id put_task(sync_task t) { return put(&configuration::tasks, &configuration::last_task, std::move(t)); }

  void erase_task(task_id id) {
    auto& c = config();
    c.tasks.erase(id);
    c.watermarks.erase({id, direction::pull});
    c.watermarks.erase({id, direction::push});
    c.resumes.erase(id);
  }

  job_id put_job(sync_job j) { return put(&configuration::jobs, &configuration::last_job, std::move(j)); }
  void erase_job(job_id id) { config().jobs.erase(id); }
  void set_run(run_state r) { config().runs.insert_or_assign(r.repository, std::move(r)); }

  dataset_id put_dataset(data_set d) {
    return put(&configuration::datasets, &configuration::last_dataset, std::move(d));
  }

  void erase_dataset(dataset_id id) {
    std::vector<task_id> its;
    for (const auto& [number, t] : config().tasks)
      if (t.dataset == id) its.push_back(number);
    for (const auto each : its) erase_task(each);
    config().datasets.erase(id);
  }

  void set_watermark(task_id task, direction d, const watermark& w) { config().watermarks[{task, d}] = w; }

  void set_resume(task_id task, const std::optional<resume_state>& resume) {
    auto& resumes = config().resumes;
    if (resume)
      resumes[task] = *resume;
    else
      resumes.erase(task);
  }

  void set_lease(const lease& right) { config().leases[right.repository] = right; }
  void erase_lease(repository_id repo) { config().leases.erase(repo); }

  std::int64_t add_quarantine(quarantine_entry q) {
    auto& list = next().quarantine.edit();
    const auto same = std::find_if(list.entries.begin(), list.entries.end(), [&q](const auto& e) {
      const quarantine_entry& there = e.second;
      return there.repository == q.repository && there.task == q.task && there.resource == q.resource &&
             there.uuid == q.uuid && (!q.uuid.empty() || there.payload == q.payload);
    });
    q.last_tried = q.since;
    if (same == list.entries.end()) {
      q.id = ++list.last;
    } else {
      q.id = same->first;
      q.attempts += same->second.attempts;
      q.since = same->second.since;
    }
    const std::int64_t id = q.id;
    list.entries.insert_or_assign(id, std::move(q));
    return id;
  }

  void erase_quarantine(std::int64_t id) { next().quarantine.edit().entries.erase(id); }

  void add_open_reference(const open_reference& o) { next().open.edit().add(o); }
  void erase_open_reference(std::int64_t id) { next().open.edit().erase(id); }
  void erase_open_references(resource_id resource, record_handle record) {
    next().open.edit().erase_of(resource, record);
  }

  void add_decision(decision_entry d) {
    d.sequence = next().sequence;
    d.id = ++next().last_decision;
    next().decisions.edit().push_back(std::make_shared<decision_entry>(std::move(d)));
  }

  void add_log(log_entry line) {
    line.id = ++next().last_log;
    next().log.edit().push_back(std::make_shared<log_entry>(std::move(line)));
  }

  void forget_before(timestamp before) {
    std::erase_if(next().log.edit(), [&](const auto& line) { return line->at < before; });
    std::erase_if(next().decisions.edit(), [&](const auto& d) { return d->at < before; });
  }

 protected:
  ledger_writing(std::shared_ptr<core> c, std::unique_ptr<state> next)
      : ledger_view(std::move(c), next.get()), next_(std::move(next)) {}

  /// The state being prepared, for one more write.
  state& next() {
    core_->count();
    return *next_;
  }

  std::unique_ptr<state> next_;

 private:
  configuration& config() { return next().config.edit(); }

  // Replaces an entry, or numbers a new one; gives its number.
  template <class Entry>
  std::int64_t put(std::map<std::int64_t, Entry> configuration::*all, std::int64_t configuration::*last, Entry e) {
    auto& c = config();
    if (e.id == 0) e.id = c.*last + 1;
    c.*last = std::max(c.*last, e.id);
    const auto id = e.id;
    (c.*all).insert_or_assign(id, std::move(e));
    return id;
  }
};

}  // namespace edensync::memory::detail
