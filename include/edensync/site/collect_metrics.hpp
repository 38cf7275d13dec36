#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "edensync/site/clock_skew.hpp"
#include "edensync/site/known_until.hpp"
#include "edensync/site/metrics.hpp"
#include "edensync/site/push_place.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

namespace detail {

// What the log says of the transfers of each resource, its newest lines first.
template <class Lines>
void read_transfers(const Lines& lines, repository_id peer, timestamp now, task_metrics& into) {
  for (const auto& e : lines) {
    if (e.repository != peer) continue;
    const bool well = e.result == log_result::success || e.result == log_result::warning;
    // What fails before there is a transfer fails for all of them.
    const bool of_all = e.resource.empty() && !well && (e.mode == "none/none" || e.mode.ends_with("/outgoing"));
    if (!of_all && e.resource != into.resource) continue;
    const auto count = [&](auto& before, auto& failed) {
      if (before) return;
      if (well)
        before = now - e.at;
      else
        ++failed;
    };
    if (of_all || e.mode == "pull/outgoing") count(into.pulled_before, into.pulls_failed);
    if (of_all || e.mode == "push/outgoing") count(into.pushed_before, into.pushes_failed);
  }
}

}  // namespace detail

/// Reads how a site is from its ledger. `lines`: of so many of the log is told how they ended.
///
/// Errors: those of the store. Thread safety: as the site.
template <class Parts>
result<metrics> collect_metrics(site<Parts>& s, std::size_t lines = 1000) {
  return detail::guarded([&] {
    metrics m;
    auto now = s.store().snapshot();
    const auto time = s.now();
    const auto log = now.log(0, lines);
    for (const auto& e : log) ++m.log[{e.mode, e.result}];
    // All there are; what is of a repository is told with that.
    m.quarantined_here = now.count_quarantined(this_site);
    for (const auto& r : now.repositories()) {
      auto& of = m.repositories.emplace_back();
      of.repository = r.name;
      of.quarantined = now.count_quarantined(r.id);
      m.quarantined_here -= of.quarantined;
      of.clock_skew = read_clock_skew(now, r.id);
      if (r.last_connected) of.connected_before = time - *r.last_connected;
      const auto run = now.get_run(r.id);
      of.runs = run.runs;
      if (run.ended) {
        of.run_took = run.took;
        of.run_before = time - *run.ended;
        of.run_failed = run.message.empty() ? 0 : 1;
      }
      for (const auto& t : now.tasks(r.id)) {
        auto& each = m.tasks.emplace_back();
        each.repository = r.name;
        each.resource = t.resource;
        if (const auto known = read_known_until(now, t.id)) each.pull_lag = time - *known;
        detail::read_transfers(log, r.id, time, each);
        const auto resource = s.resources().find(t.resource);
        if constexpr (requires { now.count(change_query{}); }) {
          if (resource == no_resource || !pushes(t.mode)) continue;
          change_query q{resource, 0, std::nullopt, true};
          q.after = push_place(now.get_watermark(t.id, direction::push)).first;
          each.pending = now.count(q);
        }
      }
    }
    m.open_references = now.count_open_references();
    m.sequence = now.sequence();
    return m;
  });
}

}  // namespace edensync
