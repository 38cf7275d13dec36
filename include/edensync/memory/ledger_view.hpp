#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/record_view.hpp"

namespace edensync::memory::detail {

/// Reads the ledger of one state; models `ledger_reader`.
class ledger_view : public record_view {
 public:
  std::optional<std::string> setting(std::string_view key) const { return get(config().settings, key); }

  std::vector<repository> repositories() const {
    std::vector<repository> all;
    for (const auto& [id, r] : config().repositories) all.push_back(r);
    return all;
  }

  std::optional<repository> find_repository(const uid& id) const {
    if (!id.empty())
      for (const auto& [number, r] : config().repositories)
        if (r.uuid == id) return r;
    return std::nullopt;
  }

  std::vector<sync_task> tasks(repository_id repo) const {
    std::vector<sync_task> all;
    for (const auto& [id, t] : config().tasks)
      if (t.repository == repo) all.push_back(t);
    std::stable_sort(all.begin(), all.end(), [](const sync_task& a, const sync_task& b) { return a.order < b.order; });
    return all;
  }

  std::vector<sync_job> jobs(repository_id repo) const {
    std::vector<sync_job> all;
    for (const auto& [id, j] : config().jobs)
      if (repo == 0 || j.repository == repo) all.push_back(j);
    return all;
  }

  run_state get_run(repository_id repo) const {
    return get(config().runs, repo).value_or(run_state{.repository = repo});
  }

  std::vector<data_set> datasets() const {
    std::vector<data_set> all;
    for (const auto& [id, d] : config().datasets) all.push_back(d);
    return all;
  }

  watermark get_watermark(task_id task, direction d) const {
    return get(config().watermarks, std::pair(task, d)).value_or(watermark{});
  }

  std::optional<resume_state> get_resume(task_id task) const { return get(config().resumes, task); }
  std::optional<lease> get_lease(repository_id repo) const { return get(config().leases, repo); }

  std::vector<quarantine_entry> quarantined(repository_id repo, std::int64_t after, std::size_t limit) const {
    core_->count();
    std::vector<quarantine_entry> all;
    const auto& entries = now_->quarantine->entries;
    for (auto it = entries.upper_bound(after); it != entries.end() && all.size() < limit; ++it)
      if (repo == 0 || it->second.repository == repo) all.push_back(it->second);
    return all;
  }

  std::uint64_t count_quarantined(repository_id repo) const {
    return quarantined(repo, 0, static_cast<std::size_t>(-1)).size();
  }

  std::vector<open_reference> open_references(std::int64_t after, std::size_t limit) const {
    core_->count();
    std::vector<open_reference> all;
    const auto& entries = now_->open->entries;
    for (auto it = entries.upper_bound(after); it != entries.end() && all.size() < limit; ++it)
      all.push_back(it->second);
    return all;
  }

  std::vector<open_reference> open_references_of(resource_id resource, record_handle record) const {
    core_->count();
    return now_->open->of(resource, record);
  }

  std::uint64_t count_open_references() const {
    core_->count();
    return now_->open->entries.size();
  }

  std::vector<decision_entry> decisions(std::string_view resource, const uid& id, std::size_t limit) const {
    core_->count();
    std::vector<decision_entry> all;
    for (auto it = now_->decisions->rbegin(); it != now_->decisions->rend() && all.size() < limit; ++it) {
      const decision_entry& d = **it;
      if (d.resource == resource && (id.empty() ? lost_or_refused(d) : d.uuid == id || d.twin == id)) all.push_back(d);
    }
    return all;
  }

  std::int64_t last_decision() const {
    core_->count();
    return now_->last_decision;
  }

  std::vector<decision_entry> decisions_between(repository_id repo, std::int64_t after, std::int64_t until,
                                                std::size_t limit) const {
    core_->count();
    std::vector<decision_entry> all;
    for (const auto& d : *now_->decisions) {
      if (all.size() == limit) break;
      if (d->id > after && d->id <= until && d->repository == repo && lost_or_refused(*d)) all.push_back(*d);
    }
    return all;
  }

  std::vector<log_entry> log_after(repository_id repo, std::int64_t after, std::size_t limit) const {
    core_->count();
    std::vector<log_entry> all;
    for (const auto& each : *now_->log) {
      if (all.size() == limit) break;
      if (each->id > after && (repo == 0 || each->repository == repo)) all.push_back(*each);
    }
    return all;
  }

  std::vector<log_entry> log(repository_id repo, std::size_t limit) const {
    core_->count();
    std::vector<log_entry> all;
    for (auto it = now_->log->rbegin(); it != now_->log->rend() && all.size() < limit; ++it)
      if (repo == 0 || (*it)->repository == repo) all.push_back(**it);
    return all;
  }

 protected:
  using record_view::record_view;

 private:
  const configuration& config() const {
    core_->count();
    return *now_->config;
  }

  template <class Map, class Key>
  static std::optional<typename Map::mapped_type> get(const Map& map, const Key& key) {
    const auto it = map.find(key);
    return it == map.end() ? std::nullopt : std::optional(it->second);
  }
};

}  // namespace edensync::memory::detail
