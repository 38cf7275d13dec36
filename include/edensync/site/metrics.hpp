#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/log_entry.hpp"
#include "edensync/core/utf8.hpp"

namespace edensync {

/// What can be told of one resource of one repository.
struct task_metrics {
  std::string repository;
  std::string resource;
  /// Seconds since the last pull was asked for that was taken to its end: what the peer changed before is known. None if there
  /// was none, or if it asked for less than the task asks for now.
  std::optional<std::int64_t> pull_lag{};
  /// Records that changed here since the last push, at most; none if the store cannot count, or nothing is pushed.
  std::optional<std::uint64_t> pending{};
  /// Seconds since the last pull or push that went well, as far as the log goes back, and how many have failed since then.
  std::optional<std::int64_t> pulled_before{}, pushed_before{};
  std::uint64_t pulls_failed = 0, pushes_failed = 0;
};

/// What can be told of a repository.
struct repository_metrics {
  std::string repository;
  std::uint64_t quarantined = 0;
  /// Seconds by which its clock is ahead.
  std::optional<std::int64_t> clock_skew{};
  std::optional<std::int64_t> connected_before{};
  /// Of the last run that has ended: how many there were, how long it took, how long ago that was, whether it failed.
  std::uint64_t runs = 0;
  std::optional<std::int64_t> run_took{}, run_before{}, run_failed{};
};

/// How a site is, at one moment.
struct metrics {
  std::vector<repository_metrics> repositories;
  std::vector<task_metrics> tasks;
  /// Of imports by hand.
  std::uint64_t quarantined_here = 0;
  std::uint64_t open_references = 0;
  std::uint64_t sequence = 0;
  /// Of the last lines of the log, how many there are of each mode and result.
  std::map<std::pair<std::string, log_result>, std::uint64_t> log;
};

namespace detail {

// A value of a label, as it stands between quotes, in UTF-8: one byte that is not takes all metrics from their reader.
inline std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : well_formed(text)) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class exposition {
 public:
  using labels = std::vector<std::pair<std::string_view, std::string_view>>;

  // Begins a metric; without a sample nothing is written of it.
  void begin(std::string_view name, std::string_view help) {
    name_ = name;
    head_ = "# HELP " + std::string(name) + ' ' + std::string(help) + "\n# TYPE " + std::string(name) + " gauge\n";
  }

  template <class Number>
  void sample(const labels& of, Number n) {
    out_ += std::exchange(head_, {}) + name_;
    std::string inner;
    for (const auto& [label, text] : of)
      inner += (inner.empty() ? "" : ",") + std::string(label) + "=\"" + label_value(text) + '"';
    if (!inner.empty()) out_ += '{' + inner + '}';
    out_ += ' ' + std::to_string(n) + '\n';
  }
  template <class Number>
  void sample(const labels& of, const std::optional<Number>& n) {
    if (n) sample(of, *n);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string name_, head_, out_;
};

}  // namespace detail

/// Writes them as Prometheus reads them. All are gauges: they are read from what is kept, not counted in this process.
/// Pure. Source: Prometheus text exposition format 0.0.4.
inline std::string to_exposition(const metrics& m) {
  detail::exposition out;
  const auto of_repository = [&](std::string_view name, std::string_view help, auto member) {
    out.begin(name, help);
    for (const auto& r : m.repositories) out.sample({{"repository", r.repository}}, r.*member);
  };
  const auto of_task = [&](std::string_view name, std::string_view help, auto member) {
    out.begin(name, help);
    for (const auto& t : m.tasks) out.sample({{"repository", t.repository}, {"resource", t.resource}}, t.*member);
  };
  const auto of_way = [&](std::string_view name, std::string_view help, auto pull, auto push) {
    out.begin(name, help);
    for (const auto& t : m.tasks) {
      out.sample({{"repository", t.repository}, {"resource", t.resource}, {"direction", "pull"}}, t.*pull);
      out.sample({{"repository", t.repository}, {"resource", t.resource}, {"direction", "push"}}, t.*push);
    }
  };
  of_task("edensync_pull_lag_seconds", "Time since the moment up to which the peer's changes are known.",
          &task_metrics::pull_lag);
  of_task("edensync_push_pending_records", "Records that changed here since the last push, at most.",
          &task_metrics::pending);
  of_way("edensync_last_success_age_seconds", "Time since the last transfer that went well, as far as the log tells.",
         &task_metrics::pulled_before, &task_metrics::pushed_before);
  of_way("edensync_failures_since_success",
         "Transfers, and runs before any transfer, that failed since the last one that went well.",
         &task_metrics::pulls_failed, &task_metrics::pushes_failed);
  of_repository("edensync_quarantined_records", "Records that could not be taken and wait.",
                &repository_metrics::quarantined);
  out.sample({{"repository", ""}}, m.quarantined_here);
  of_repository("edensync_clock_skew_seconds", "How far the peer's clock is ahead of this site's.",
                &repository_metrics::clock_skew);
  of_repository("edensync_last_contact_age_seconds", "Time since the last contact with the repository.",
                &repository_metrics::connected_before);
  of_repository("edensync_runs", "Runs that have ended.", &repository_metrics::runs);
  of_repository("edensync_last_run_duration_seconds", "How long the last run took.", &repository_metrics::run_took);
  of_repository("edensync_last_run_age_seconds", "Time since the end of the last run.",
                &repository_metrics::run_before);
  of_repository("edensync_last_run_failed", "Whether the last run was not completed, or not in full.",
                &repository_metrics::run_failed);
  out.begin("edensync_open_references", "References that wait for a record that is not here.");
  out.sample({}, m.open_references);
  out.begin("edensync_changes", "The number of the last change.");
  out.sample({}, m.sequence);
  out.begin("edensync_recent_log_lines", "Of the last lines of the log, by mode and result.");
  for (const auto& [kind, n] : m.log) out.sample({{"mode", kind.first}, {"result", to_text(kind.second)}}, n);
  return out.take();
}

}  // namespace edensync
