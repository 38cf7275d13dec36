#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/concepts/site_ledger.hpp"
#include "edensync/journal/record_view.hpp"

namespace edensync::journal {

/// Reads what a site remembers beside its records; models `ledger_reader`.
class ledger_view : public record_view {
 public:
  std::optional<std::string> setting(std::string_view key) const { return optional<std::string>(std::string(key)); }

  std::vector<repository> repositories() const {
    return some<repository>([](const auto&) { return true; });
  }
  std::optional<repository> find_repository(const uid& id) const {
    const auto all = some<repository>([&](const repository& r) { return !id.empty() && r.uuid == id; });
    return all.empty() ? std::nullopt : std::optional(all.front());
  }
  std::vector<sync_task> tasks(repository_id of) const {
    auto all = some<sync_task>([&](const sync_task& t) { return t.repository == of; });
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
    return all;
  }
  std::vector<sync_job> jobs(repository_id of) const {
    return some<sync_job>([&](const sync_job& j) { return of == 0 || j.repository == of; });
  }
  run_state get_run(repository_id of) const { return optional<run_state>(of).value_or(run_state{.repository = of}); }
  std::vector<data_set> datasets() const {
    return some<data_set>([](const auto&) { return true; });
  }
  watermark get_watermark(task_id task, direction d) const {
    return optional<watermark>({task, d}).value_or(watermark{});
  }
  std::optional<resume_state> get_resume(task_id task) const { return optional<resume_state>(task); }
  std::optional<lease> get_lease(repository_id of) const { return optional<lease>(of); }

  std::vector<quarantine_entry> quarantined(repository_id of, std::int64_t after, std::size_t limit) const {
    return some<quarantine_entry>([&](const auto& q) { return of == 0 || q.repository == of; }, after, limit);
  }
  std::uint64_t count_quarantined(repository_id of) const { return quarantined(of, 0, everything).size(); }

  std::vector<open_reference> open_references(std::int64_t after, std::size_t limit) const {
    return some<open_reference>([](const auto&) { return true; }, after, limit);
  }
  std::vector<open_reference> open_references_of(resource_id resource, record_handle h) const {
    std::vector<open_reference> all;
    for (std::uint32_t f = 0; f < schema()[resource].fields().size(); ++f)
      if (const auto* id = now().waiting().find({resource, h, f})) all.push_back(*optional<open_reference>(*id));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
  }
  std::uint64_t count_open_references() const { return open_references(0, everything).size(); }

  std::vector<decision_entry> decisions(std::string_view resource, const uid& id, std::size_t limit) const {
    if (id.empty())
      return newest<decision_entry>([&](const auto& d) { return d.resource == resource && lost_or_refused(d); }, limit);
    std::vector<decision_entry> all;
    const std::string name(resource);
    for (const auto* e = now().decided().before({name, id, std::numeric_limits<std::int64_t>::max()});
         e != nullptr && all.size() < limit; e = now().decided().before(e->first)) {
      const auto& [of, uuid, number] = e->first;
      if (of != name || uuid != id) break;
      all.push_back(*optional<decision_entry>(number));
    }
    return all;
  }
  std::int64_t last_decision() const {
    const auto* last = now().all<decision_entry>().last();
    return last == nullptr ? 0 : last->first;
  }
  std::vector<decision_entry> decisions_between(repository_id of, std::int64_t after, std::int64_t until,
                                                std::size_t limit) const {
    return some<decision_entry>(
        [&](const auto& d) { return d.id <= until && d.repository == of && lost_or_refused(d); }, after, limit);
  }

  std::vector<log_entry> log(repository_id of, std::size_t limit) const {
    return newest<log_entry>([&](const auto& l) { return of == 0 || l.repository == of; }, limit);
  }
  std::vector<log_entry> log_after(repository_id of, std::int64_t after, std::size_t limit) const {
    return some<log_entry>([&](const auto& l) { return of == 0 || l.repository == of; }, after, limit);
  }

 protected:
  using record_view::record_view;

  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  template <class V>
  std::optional<V> optional(const key_of<V>& k) const {
    const V* v = now().all<V>().find(k);
    return v == nullptr ? std::nullopt : std::optional<V>(*v);
  }

  // Those that are wanted, in order of their numbers, above `after`.
  template <class V, class Wanted>
  std::vector<V> some(Wanted wanted, std::int64_t after = 0, std::size_t limit = everything) const {
    std::vector<V> found;
    const auto& all = now().all<V>();
    for (const auto* e = all.after(after); e != nullptr && found.size() < limit; e = all.after(e->first))
      if (wanted(e->second)) found.push_back(e->second);
    return found;
  }
  template <class V, class Wanted>
  std::vector<V> newest(Wanted wanted, std::size_t limit) const {
    std::vector<V> found;
    const auto& all = now().all<V>();
    for (const auto* e = all.last(); e != nullptr && found.size() < limit; e = all.before(e->first))
      if (wanted(e->second)) found.push_back(e->second);
    return found;
  }
};

}  // namespace edensync::journal
