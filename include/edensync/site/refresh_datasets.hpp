#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edensync/log/log_line.hpp"
#include "edensync/site/fetch_catalogue.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

namespace detail {

inline std::string text_of(const record& r, std::uint32_t field) {
  const auto* text = field < r.fields.size() ? std::get_if<std::string>(&r.fields[field]) : nullptr;
  return text ? *text : std::string();
}

inline bool flag_of(const record& r, std::uint32_t field, bool otherwise) {
  const auto* flag = field < r.fields.size() ? std::get_if<bool>(&r.fields[field]) : nullptr;
  return flag ? *flag : otherwise;
}

// Takes over what the host says of a data set that this site knows by its code.
inline void take_dataset(data_set& d, const record& r) {
  d.uuid = r.uuid;
  d.name = text_of(r, 1);
  d.archive_url = text_of(r, 2);
  d.use_archive = flag_of(r, 3, false);
  d.comments = text_of(r, 4);
  d.modified_on = r.version.modified_on;
}

template <class Transaction>
void take_datasets(Transaction& t, repository_id host, const std::vector<incoming_element>& elements) {
  for (const auto& e : elements) {
    const auto& r = e.front().content;
    if (r.resource != catalogue::datasets || r.version.deleted) continue;
    for (auto& d : t.datasets())
      if (d.repository == host && (d.uuid == r.uuid || (d.uuid.empty() && d.code == text_of(r, 0)))) {
        take_dataset(d, r);
        t.put_dataset(d);
      }
  }
}

}  // namespace detail

/// Brings the tasks of a repository of public data sets up to date with what its host says, before they are run.
///
/// The first time, and when a data set was added, the host is asked for all tasks, and those that it does not name are
/// gone; afterwards for what changed and what was deleted. A task whose table or filters changed begins anew. A data set
/// that has no tasks may be one that the host does not have, so it is asked for by itself.
/// Errors: stand in the log; the tasks are then as they were. Lifetime: the site outlives it. Thread safety: one thread at
/// a time. Source: spec/protocol.md §9.3.
template <class Parts>
class refresh_datasets final : public operation {
 public:
  refresh_datasets(site<Parts>& s, repository r) : site_(s), repository_(std::move(r)) {}

  /// The codes of those that the host does not have.
  const std::vector<std::string>& unknown() const noexcept { return unknown_; }

  const request_head* next() override {
    for (;;) {
      if (current_) {
        if (const auto* head = current_->next()) return head;
        if (current_->error()) {
          log(log_lines::refresh_failed(*current_->error()));
          current_.reset();
          targets_.clear();
          return nullptr;
        }
        answers_.push_back(std::move(current_));
      }
      if (!begun_) {
        begun_ = true;
        if (auto ready = detail::guarded([&] { begin(); }); !ready) {
          log(log_lines::refresh_failed(ready.error()));
          return nullptr;
        }
      }
      if (targets_.empty() && !std::exchange(sought_, true)) seek();
      if (targets_.empty()) break;
      current_ = std::make_unique<request>(targets_.front(), site_.settings().domain);
      targets_.erase(targets_.begin());
    }
    if (!answers_.empty()) conclude();
    return nullptr;
  }

  result<std::size_t> read_body(std::span<char> into) override { return current_->read_body(into); }
  result<void> on_head(const response_head& h) override { return current_->on_head(h); }
  result<void> on_body(std::string_view piece) override { return current_->on_body(piece); }
  result<void> on_end() override { return current_->on_end(); }
  void on_failure(const failure& why) override {
    if (current_) current_->on_failure(why);
  }

 private:
  using request = fetch_catalogue<typename Parts::event_source>;

  void begin() {
    auto s = site_.store().snapshot();
    std::string codes;
    bool all_known = true;
    for (const auto& d : s.datasets()) {
      if (d.repository != repository_.id) continue;
      codes += (codes.empty() ? "" : ",") + d.code;
      if (!d.last_refresh) all_known = false;
      since_ = since_ ? std::min(since_, d.last_refresh) : d.last_refresh;
    }
    if (codes.empty()) throw_failure(edensync::error::not_configured, "no data set is configured");
    if (!all_known) since_.reset();
    const auto since = since_ ? "&msince=" + to_text(*since_) : std::string();
    targets_.push_back("/sync/task.xml?~.dataset_id$code=" + codes + since);
    if (!since_) return;
    for (const auto* what : {"task", "resource_filter"})
      targets_.push_back("/sync/" + std::string(what) + ".xml?include_deleted=True&~.deleted=True" + since);
  }

  // Those of which the host has told nothing.
  void seek() {
    const auto codes = detail::guarded([&] {
      std::string all;
      for (const auto& d : site_.store().snapshot().datasets())
        if (d.repository == repository_.id && d.uuid.empty() && !names(answers_, d.code))
          all += (all.empty() ? "" : ",") + d.code;
      return all;
    });
    if (codes && !codes->empty() && !answers_.empty())
      targets_.push_back("/sync/dataset.xml?~.code=" + *codes + "&mcomponents=None");
  }

  static bool names(const std::vector<std::unique_ptr<request>>& answers, const std::string& code) {
    for (const auto& a : answers)
      for (const auto& e : a->elements())
        if (const auto& r = e.front().content; r.resource == catalogue::datasets && detail::text_of(r, 0) == code)
          return true;
    return false;
  }

  // In one transaction: either all of it is known here, or it is asked for again.
  void conclude() {
    std::uint64_t updated = 0;
    auto done = site_.ledger([&](auto& t) {
      updated = 0;
      unknown_.clear();
      std::optional<timestamp> youngest;
      const auto note_time = [&](const record& r) { youngest = std::max(youngest, r.version.modified_on); };
      std::set<uid> named;
      for (const auto& a : answers_) detail::take_datasets(t, repository_.id, a->elements());
      for (const auto& d : t.datasets())
        if (d.repository == repository_.id && d.uuid.empty() && !names(answers_, d.code)) unknown_.push_back(d.code);
      for (const auto& e : answers_.front()->elements()) {
        const auto& r = e.front().content;
        if (r.resource != catalogue::tasks || r.uuid.empty() || r.version.deleted) continue;
        for (const auto& each : e) note_time(each.content);
        if (take_task(t, e)) ++updated;
        named.insert(r.uuid);
      }
      for (std::size_t i = 1; i < answers_.size(); ++i)
        for (const auto& e : answers_[i]->elements()) {
          const auto& r = e.front().content;
          if (!r.version.deleted) continue;
          note_time(r);
          updated += r.resource == catalogue::tasks ? erase_task(t, r.uuid) : erase_filter(t, r.uuid);
        }
      // The host named all that there are.
      if (!since_)
        for (const auto& task : t.tasks(repository_.id))
          if (task.dataset != 0 && !named.contains(task.uuid)) {
            t.erase_task(task.id);
            ++updated;
          }
      move_time(t, youngest);
      auto line = log_lines::refreshed(updated);
      stamp(line);
      t.add_log(std::move(line));
    });
    answers_.clear();
    if (!done) log(log_lines::refresh_failed(done.error()));
  }

  template <class Transaction>
  void move_time(Transaction& t, std::optional<timestamp> youngest) {
    if (!youngest) return;
    // That second is asked for again unless it was over at the host.
    const auto date = answers_.front()->date();
    const auto next = date ? std::min(*youngest + 1, *date) : *youngest;
    for (auto& d : t.datasets())
      if (d.repository == repository_.id && (!d.last_refresh || *d.last_refresh < next || !since_)) {
        d.last_refresh = next;
        t.put_dataset(d);
      }
  }

  template <class Transaction>
  bool take_task(Transaction& t, const incoming_element& e) {
    const auto& r = e.front().content;
    const auto* to = r.fields.size() > catalogue::dataset_of_task
                         ? std::get_if<reference>(&r.fields[catalogue::dataset_of_task])
                         : nullptr;
    dataset_id set = 0;
    for (const auto& d : t.datasets())
      if (d.repository == repository_.id && to != nullptr && d.uuid == to->target) set = d.id;
    const auto resource = detail::text_of(r, 0);
    if (set == 0 || resource.empty()) return false;
    sync_task task;
    for (auto& each : t.tasks(repository_.id))
      if (each.uuid == r.uuid || (task.id == 0 && each.uuid.empty() && each.resource == resource)) task = each;
    const bool is_new = task.id == 0;
    const auto before = task;
    if (!is_new && !task.uuid.empty() && task.modified_on > r.version.modified_on) return false;
    task.repository = repository_.id;
    task.dataset = set;
    task.uuid = r.uuid;
    task.modified_on = r.version.modified_on;
    task.resource = resource;
    task.mode = sync_mode::pull;
    task.components = detail::flag_of(r, 1, true);
    if (const auto* all = r.fields.size() > 6 ? std::get_if<std::vector<std::string>>(&r.fields[6]) : nullptr) {
      std::string names;
      for (const auto& name : *all) names += (names.empty() ? "" : ",") + name;
      if (const auto allowed = parse_strategy(names)) task.allowed = *allowed;
    }
    if (const auto p = parse_policy(detail::text_of(r, 8))) task.update = *p;
    if (const auto p = parse_policy(detail::text_of(r, 9))) task.conflict = *p;
    // After a time only those filters are told that changed.
    if (!since_) task.filters.clear();
    for (const auto& each : e)
      if (each.content.resource == catalogue::filters && !each.content.version.deleted) take_filter(task, each.content);
    task.id = t.put_task(task);
    const auto same = [](const task_filter& a, const task_filter& b) {
      return a.table == b.table && a.query == b.query;
    };
    const bool begins_anew =
        before.resource != task.resource ||
        !std::equal(before.filters.begin(), before.filters.end(), task.filters.begin(), task.filters.end(), same);
    if (!is_new && begins_anew) begin_anew(t, task.id);
    return true;
  }

  static void take_filter(sync_task& task, const record& r) {
    auto it =
        std::find_if(task.filters.begin(), task.filters.end(), [&](const task_filter& f) { return f.uuid == r.uuid; });
    if (it == task.filters.end()) it = task.filters.insert(it, task_filter{});
    *it = {detail::text_of(r, 0), detail::text_of(r, 1), r.uuid, r.version.modified_on};
  }

  // What the old filters kept away was never asked for.
  template <class Transaction>
  static void begin_anew(Transaction& t, task_id id) {
    t.set_watermark(id, direction::pull, {});
    t.set_resume(id, std::nullopt);
  }

  template <class Transaction>
  std::uint64_t erase_task(Transaction& t, const uid& id) {
    for (const auto& task : t.tasks(repository_.id))
      if (!id.empty() && task.uuid == id) {
        t.erase_task(task.id);
        return 1;
      }
    return 0;
  }

  template <class Transaction>
  std::uint64_t erase_filter(Transaction& t, const uid& id) {
    for (auto& task : t.tasks(repository_.id))
      if (!id.empty() && std::erase_if(task.filters, [&](const task_filter& f) { return f.uuid == id; }) != 0) {
        t.put_task(task);
        begin_anew(t, task.id);
        return 1;
      }
    return 0;
  }

  void stamp(log_entry& e) {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
  }
  void log(log_entry e) {
    stamp(e);
    site_.note(std::move(e));
  }

  site<Parts>& site_;
  repository repository_;
  bool begun_ = false;
  bool sought_ = false;
  std::vector<std::string> unknown_;
  std::optional<timestamp> since_;
  std::vector<std::string> targets_;
  std::unique_ptr<request> current_;
  std::vector<std::unique_ptr<request>> answers_;
};

}  // namespace edensync
