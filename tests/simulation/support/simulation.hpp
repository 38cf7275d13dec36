#pragma once

#include "edensync/core/policy_name.hpp"

#include "invariants.hpp"
#include "line.hpp"
#include "station.hpp"
#include "user.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

/// How one seed ended.
struct outcome {
  /// What did not hold; empty if all did.
  std::string problem;
  std::string trace;
};

struct options {
  bool traced = false;
  bool swallow_pushes = false;
};

/// Two sites, their users and everything that can go wrong between them, from one seed.
template <class Parts>
class simulation {
 public:
  simulation(std::uint64_t seed, options o)
      : chance_(seed),
        log_(o.traced),
        options_(o),
        active_("field", start(), 2 * seed + 1, settings("field.example.org")),
        passive_("base", start() + static_cast<std::int64_t>(chance_.below(7)) - 3, 2 * seed + 2,
                 settings("base.example.org")) {
    configure();
  }

  outcome run() {
    std::string problem;
    try {
      live();
      settle();
    } catch (const std::exception& e) {
      problem = e.what();
      log_.say("VIOLATED: ", problem);
    }
    return {std::move(problem), log_.text()};
  }

 private:
  static constexpr edensync::timestamp start() { return edensync::parse_timestamp("2026-03-01T08:00:00").value(); }

  edensync::site_settings settings(std::string domain) {
    edensync::site_settings s;
    s.domain = std::move(domain);
    s.batch_elements = 1 + chance_.of_any_size(7);
    return s;
  }

  void configure() {
    using edensync::policy_name;
    newest_wins_ = !chance_.one_in(4);
    static constexpr std::array all{policy_name::keep_local, policy_name::take_remote, policy_name::take_newer,
                                    policy_name::take_master};
    peer_ = active_.site->put(edensync::repository{.name = "base", .url = "http://base.example.org/eden"}).value();
    std::vector<std::string> names{"sim_country", "sim_tag", "sim_office"};
    for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[chance_.below(i)]);
    for (const auto& name : names) {
      edensync::sync_task t;
      t.repository = peer_;
      t.resource = name;
      if (!newest_wins_) {
        t.update = all[chance_.below(all.size())];
        t.conflict = all[chance_.below(all.size())];
      }
      static_cast<void>(active_.site->put(t).value());
      tasks_.push_back(t);
      log_.say("task ", name, ' ', edensync::to_text(t.update), ' ', edensync::to_text(t.conflict));
    }
    passive_has_tasks_ = chance_.one_in(2);
  }

  // Once the active site is known to the passive one an administrator may set up the same tasks there.
  void configure_passive() {
    if (!passive_has_tasks_) return;
    const auto known = passive_.site->repositories().value();
    if (known.empty() || !passive_.site->tasks(known.front().id).value().empty()) return;
    for (auto t : tasks_) {
      t.repository = known.front().id;
      t.update = edensync::mirror(t.update);
      t.conflict = edensync::mirror(t.conflict);
      t.mode = edensync::sync_mode::none;
      static_cast<void>(passive_.site->put(t).value());
    }
  }

  void live() {
    for (auto steps = 5 + chance_.below(30); steps > 0; --steps) {
      const auto what = chance_.below(16);
      auto& where = chance_.one_in(2) ? active_ : passive_;
      if (what < 10) {
        user<Parts>(where, chance_, log_).act();
      } else if (what < 11) {
        pass(static_cast<std::int64_t>(chance_.of_any_size(10)));
      } else if (what < 12) {
        // A clock that was set, forwards or back.
        where.clock.advance(static_cast<std::int64_t>(chance_.below(61)) - 30);
      } else {
        synchronize_among_faults();
      }
      if (chance_.one_in(3)) pass(1);
    }
  }

  void pass(std::int64_t seconds) {
    active_.clock.advance(seconds);
    passive_.clock.advance(seconds);
  }

  void synchronize_among_faults() {
    faults f;
    f.cut = chance_.one_in(3);
    f.busy = chance_.one_in(2);
    f.swallow_pushes = options_.swallow_pushes && chance_.one_in(2);
    bool store_fails = false;
    for (auto* s : {&active_, &passive_}) {
      if (chance_.one_in(5)) {
        const auto n = chance_.of_any_size(11);
        log_.say(s->name, " will crash after ", n, " store operations");
        s->crash_after(n);
      } else if (chance_.one_in(8)) {
        const auto n = chance_.of_any_size(11);
        log_.say(s->name, "'s store will fail once after ", n, " operations");
        s->store.fail_at(s->store.operations() + 1 + n);
        store_fails = true;
      }
    }
    synchronize(f, store_fails);
  }

  struct ran {
    bool ok = false;
    std::uint64_t bytes = 0;
    std::uint64_t exchanges = 0;
  };

  ran synchronize(faults f, bool store_fails) {
    const bool may_crash = active_.crash != 0;
    std::vector<edensync::watermark> before;
    std::size_t lines[2] = {0, 0};
    if (!may_crash && !store_fails) {
      before = watermarks(active_, peer_);
      lines[0] = active_.look().log(0, 100000).size();
    }
    if (!store_fails && passive_.crash == 0) lines[1] = passive_.look().log(0, 100000).size();
    const bool registers = !may_crash && !store_fails && active_.site->repositories().value().front().uuid.empty();
    log_.say(active_.name, ' ', active_.clock.now(), " begins a run");
    line<Parts> wire(active_, passive_, chance_, log_, f);
    ran result;
    {
      edensync::active_site<Parts> role(*active_.site);
      const auto op = role.synchronize_with(peer_);
      wire.run(*op);
      result.ok = op->report().ok();
      for (const auto& t : op->report().transfers)
        log_.say("  ", t.resource,
                 t.way == edensync::direction::pull ? " pull: " : " push: ", t.error ? t.error->text() : "done", ", ",
                 t.bytes, " bytes");
      if (op->report().error) log_.say("  run: ", op->report().error->text());
      if (!may_crash && !store_fails && !active_.down()) {
        check_watermarks(active_, peer_, before, op->report());
        const auto written = active_.look().log(0, 100000).size() - lines[0];
        const bool busy = op->report().error && op->report().error->code == edensync::error::busy;
        const auto expected = op->report().transfers.size() + (registers && !busy ? 1 : 0) + (busy ? 1 : 0);
        if (written != expected)
          throw violated("field: " + std::to_string(expected) + " operations and " + std::to_string(written) +
                         " log entries");
      }
    }
    result.bytes = wire.bytes();
    result.exchanges = wire.exchanges();
    const bool passive_crashed = wire.passive_died();
    for (auto* s : {&active_, &passive_}) {
      if (s->down()) log_.say(s->name, " is started again");
      s->boot();
      s->note_edits();
    }
    if (!store_fails && !passive_crashed && !f.swallow_pushes) {
      const auto written = passive_.look().log(0, 100000).size() - lines[1];
      if (written != wire.requests() && lines[1] != 0)
        throw violated("base: " + std::to_string(wire.requests()) + " requests and " + std::to_string(written) +
                       " log entries");
    }
    check_whole(active_);
    check_whole(passive_);
    configure_passive();
    return result;
  }

  // No more faults: soon nothing moves, and both hold the same.
  void settle() {
    log_.say("faults stop");
    // What a dead run held expires.
    pass(400);
    constexpr int most = 4;
    for (int round = 1;; ++round) {
      const auto a = active_.sequence(), p = passive_.sequence();
      const auto held = std::pair(active_.all(), passive_.all());
      const auto r = synchronize({}, false);
      if (!r.ok) throw violated("a run without a fault failed");
      active_.tell(a, log_);
      passive_.tell(p, log_);
      if (a == active_.sequence() && p == passive_.sequence()) break;
      // Under THIS and OTHER everything travels every time; where the sites disagree for good it may be written again.
      if (!newest_wins_ && held == std::pair(active_.all(), passive_.all())) break;
      // Sites whose policies forbid them to agree on a merge go on correcting each other (docs/design/convergence.md).
      if (round == most && !newest_wins_) break;
      if (round == most) throw violated("records still move after " + std::to_string(most) + " rounds");
    }
    if (newest_wins_) {
      if (const auto d = difference(active_.all(), passive_.all(), resources()); !d.empty())
        throw violated("the sites differ: " + d);
      check_quarantine_empty(active_);
      check_quarantine_empty(passive_);
    }
    check_nothing_lost(active_, passive_, newest_wins_);
    if (!newest_wins_) return;
    // One more run: an empty answer to each pull, and no push.
    const auto quiet = synchronize({}, false);
    if (quiet.exchanges != tasks_.size() || quiet.bytes > 200 * tasks_.size())
      throw violated("a run with nothing to do: " + std::to_string(quiet.exchanges) + " requests and " +
                     std::to_string(quiet.bytes) + " bytes");
  }

  random chance_;
  trace log_;
  options options_;
  station<Parts> active_;
  station<Parts> passive_;
  edensync::repository_id peer_ = 0;
  std::vector<edensync::sync_task> tasks_;
  bool newest_wins_ = true;
  bool passive_has_tasks_ = false;
};

template <class Parts>
outcome run_seed(std::uint64_t seed, options o = {}) {
  return simulation<Parts>(seed, o).run();
}

}  // namespace simulation
