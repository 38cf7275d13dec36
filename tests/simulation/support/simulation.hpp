#pragma once

#include "edensync/core/policy_name.hpp"

#include "administrator.hpp"
#include "engine_station.hpp"
#include "invariants.hpp"
#include "line.hpp"
#include "station.hpp"
#include "topology.hpp"
#include "user.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
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
  /// Makes the Edens of a simulation; none: there are none.
  station_maker make_eden = nullptr;
};

/// Sites, their users and administrators, and everything that can go wrong between them, from one seed.
class simulation {
 public:
  simulation(std::uint64_t seed, station_maker make, options o)
      : chance_(seed), log_(o.traced), options_(o), topology_(any_topology(chance_)) {
    newest_wins_ = !chance_.one_in(4);
    changes_configuration_ = chance_.one_in(4);
    changes_policies_ = changes_configuration_ && chance_.one_in(2);
    tables_change_ = chance_.one_in(8);
    const auto eden = chance_.one_in(8) && o.make_eden != nullptr ? chance_.below(topology_.sites) : topology_.sites;
    kind_ = std::string(topology_.shape) + " of " + std::to_string(topology_.sites) +
            (newest_wins_ ? ", NEWER" : ", any policies") +
            (changes_policies_        ? ", which change"
             : changes_configuration_ ? ", filters and strategies change"
                                      : "") +
            (tables_change_ ? ", tables change" : "") + (eden < topology_.sites ? ", an Eden" : "");
    log_.say(kind_);
    for (std::size_t i = 0; i < topology_.sites; ++i) {
      station_settings s;
      s.name = names[i];
      s.start = start() + static_cast<std::int64_t>(chance_.below(7)) - 3;
      s.seed = 8 * seed + i;
      s.drift = chance_.one_in(4) ? static_cast<std::int64_t>(chance_.below(401)) - 200 : 0;
      s.site.domain = s.name + ".example.org";
      s.site.batch_elements = 1 + chance_.of_any_size(7);
      // Warnings of it would be lines of the log that nobody expects.
      s.site.clock_skew = std::int64_t{1} << 40;
      sites_.push_back(i == eden ? o.make_eden(s) : make(s));
      all_.push_back(sites_.back().get());
    }
    configure();
  }

  outcome run() {
    std::string problem;
    try {
      live();
      settle();
    } catch (const std::exception& e) {
      problem = kind_ + ": " + e.what();
      for (const auto* s : all_) s->tell_ledger(log_);
      log_.say("VIOLATED: ", problem);
    }
    return {std::move(problem), log_.text()};
  }

 private:
  static constexpr std::array names{"field", "base", "port", "camp", "city", "isle"};

  static constexpr edensync::timestamp start() { return edensync::parse_timestamp("2026-03-01T08:00:00").value(); }

  /// One site that calls another one.
  struct call {
    station& caller;
    station& answerer;
    administrator keeper;
    bool answerer_has_tasks = false;

    bool with_eden() const { return caller.is_eden() || answerer.is_eden(); }
  };

  void configure() {
    using edensync::policy_name;
    static constexpr std::array all{policy_name::keep_local, policy_name::take_remote, policy_name::take_newer,
                                    policy_name::take_master};
    for (const auto& [from, to] : topology_.calls) {
      std::vector<std::string> order(masters.begin(), masters.end());
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[chance_.below(i)]);
      std::vector<edensync::sync_task> tasks;
      for (const auto& name : order) {
        edensync::sync_task t;
        t.resource = name;
        if (!newest_wins_) {
          t.update = all[chance_.below(all.size())];
          t.conflict = all[chance_.below(all.size())];
        }
        tasks.push_back(t);
        log_.say(sites_[from]->name, " calls ", sites_[to]->name, ": ", name, ' ', edensync::to_text(t.update), ' ',
                 edensync::to_text(t.conflict));
      }
      calls_.push_back(
          {*sites_[from], *sites_[to], {*sites_[from], sites_[to]->name, std::move(tasks), log_}, chance_.one_in(2)});
    }
  }

  void live() {
    // So that each site meets about as many events, whatever their number.
    for (auto steps = (5 + chance_.below(30)) * topology_.sites / 2; steps > 0; --steps) {
      const auto what = chance_.below(16);
      auto& where = any_site();
      if (what < 10) {
        user(where, chance_, log_).act();
      } else if (what < 11) {
        pass(static_cast<std::int64_t>(chance_.of_any_size(10)));
      } else if (what < 12) {
        // A clock that was set, forwards or back.
        where.clock.advance(static_cast<std::int64_t>(chance_.below(61)) - 30);
      } else {
        synchronize_among_faults(any_call());
      }
      if (chance_.one_in(3)) pass(1);
      if (chance_.one_in(8)) arrive(under_way_, chance_, log_);
      if (changes_configuration_ && chance_.one_in(6)) any_call().keeper.act(chance_, changes_policies_);
      if (tables_change_ && chance_.one_in(12)) change_tables(any_site());
    }
  }

  station& any_site() { return *all_[chance_.below(all_.size())]; }
  call& any_call() { return calls_[chance_.below(calls_.size())]; }

  void pass(std::int64_t seconds) {
    for (auto* s : all_) s->pass(seconds);
  }

  void change_tables(station& s) {
    log_.say(s.name, " is started again with a field ", s.grown() ? "less" : "more");
    s.change_tables();
  }

  void synchronize_among_faults(call& c) {
    faults f;
    f.cut = chance_.one_in(3);
    f.busy = chance_.one_in(2);
    f.late = chance_.one_in(5);
    f.locked = chance_.one_in(8);
    f.swallow_pushes = options_.swallow_pushes && chance_.one_in(2);
    bool store_fails = false;
    for (auto* s : {&c.caller, &c.answerer}) {
      if (chance_.one_in(5)) {
        const auto n = chance_.of_any_size(11);
        log_.say(s->name, " will crash after ", n, " store operations");
        s->crash_after(n);
      } else if (chance_.one_in(8)) {
        const auto n = chance_.of_any_size(11);
        log_.say(s->name, "'s store will fail once after ", n, " operations");
        s->store().fail_at(s->store().operations() + 1 + n);
        store_fails = true;
      }
    }
    synchronize(c, f, store_fails);
  }

  struct ran {
    bool ok = false;
    std::uint64_t bytes = 0;
    std::uint64_t exchanges = 0;
  };

  ran synchronize(call& c, faults f, bool store_fails) {
    auto& [active, passive, keeper, has_tasks] = c;
    const auto peer = keeper.repository();
    const bool all_is_told = !store_fails && !f.locked;
    const bool active_tells = all_is_told && active.crash == 0 && !active.is_eden();
    const bool passive_tells = all_is_told && passive.crash == 0 && !f.swallow_pushes;
    const auto before = active_tells ? watermarks(active, peer) : std::vector<edensync::watermark>();
    const auto active_lines = active_tells ? lines_of_log(active) : 0;
    const auto passive_lines = passive_tells ? lines_of_log(passive) : 0;
    const auto active_asked = active.requests, passive_asked = passive.requests;
    const bool registers = active_tells && !keeper.knows_the_peer();
    log_.say(active.name, ' ', active.clock.now(), " begins a run with ", passive.name);
    line wire(active, passive, under_way_, chance_, log_, f);
    ran result;
    std::optional<std::size_t> expected;
    {
      const auto op = active.begin_run(peer);
      wire.run(op->steps());
      const auto& report = op->report();
      result.ok = report.ok();
      for (const auto& t : report.transfers)
        log_.say("  ", t.resource,
                 t.way == edensync::direction::pull ? " pull: " : " push: ", t.error ? t.error->text() : "done", ", ",
                 t.bytes, " bytes");
      if (report.error) log_.say("  run: ", report.error->text());
      if (active_tells) {
        check_watermarks(active, peer, before, report);
        const bool busy = report.error && report.error->code == edensync::error::busy;
        expected = report.transfers.size() + (registers && !busy ? 1 : 0) + (busy ? 1 : 0);
        // Whom the peer has forgotten it refuses once, and is asked again.
        const std::size_t first = registers ? 1 : 0;
        if (wire.registrations() > first) *expected += 2 * (wire.registrations() - first);
      }
    }
    result.bytes = wire.bytes();
    result.exchanges = wire.exchanges();
    const bool passive_crashed = wire.passive_died();
    for (auto* s : {&active, &passive}) {
      if (s->down()) log_.say(s->name, " is started again");
      s->owes_lines = s->owes_lines || s->crash != 0 || store_fails || f.locked;
      s->boot();
      s->note_edits();
    }
    if (expected) check_log(active, active_lines, *expected + (active.requests - active_asked));
    if (passive_tells && !passive_crashed) check_log(passive, passive_lines, passive.requests - passive_asked);
    for (auto* s : {&active, &passive})
      if (!s->is_eden()) check_whole(*s, has_eden());
    if (has_tasks) keeper.mirror_at(passive);
    return result;
  }

  // Each operation leaves its line; one that was killed, or whose store failed, may leave it later.
  static void check_log(const station& s, std::int64_t before, std::uint64_t operations) {
    const auto written = lines_of_log(s) - before;
    const auto told = static_cast<std::int64_t>(operations);
    if (written < told || (written > told && !s.owes_lines))
      throw violated(s.name + ": " + std::to_string(operations) + " operations and " + std::to_string(written) +
                     " log entries");
  }

  // No more faults: soon nothing moves, and all hold the same.
  void settle() {
    log_.say("faults stop");
    while (!under_way_.empty()) arrive(under_way_, chance_, log_);
    for (auto* s : all_) {
      s->boot();
      s->note_edits();
      if (tables_change_ && !s->grown()) change_tables(*s);
    }
    for (auto* s : all_) s->tell(0, log_);
    // What a dead run held expires.
    pass(500);
    for (auto& c : calls_) {
      c.keeper.restore();
      // What was refused by a policy, and a field that was not there, come again only to tasks that are new.
      if (changes_policies_ || tables_change_) c.keeper.renew();
    }
    // With an Eden sites may correct each other for ever: it takes of two versions of one second the one that comes last,
    // and stamps deletions anew. What the others make of it must come to rest without it.
    if (has_eden()) come_to_rest([](const call&) { return true; }, false);
    come_to_rest([](const call& c) { return !c.with_eden(); }, newest_wins_);
    for (auto* s : all_)
      if (!s->is_eden()) check_explained(*s);
    for (const auto& group : that_understand_each_other()) {
      check_nothing_lost(group, all_, newest_wins_ && !changes_policies_ && !has_eden());
      if (newest_wins_) check_equal(group);
    }
    if (newest_wins_) check_quiet();
  }

  template <class Takes>
  void come_to_rest(Takes takes_part, bool must) {
    const int most = 4 * static_cast<int>(topology_.sites - 1);
    for (int round = 1;; ++round) {
      std::vector<edensync::sequence_number> before;
      std::vector<contents> held;
      for (auto* s : all_) before.push_back(s->sequence());
      if (!must)
        for (auto* s : all_) held.push_back(s->all());
      for (auto& c : calls_)
        if (takes_part(c) && !synchronize(c, {}, false).ok) throw violated("a run without a fault failed");
      bool moved = false, differs = false;
      for (std::size_t i = 0; i < all_.size(); ++i) {
        all_[i]->tell(before[i], log_);
        moved = moved || before[i] != all_[i]->sequence();
        differs = differs || must || held[i] != all_[i]->all();
      }
      // Under THIS and OTHER everything travels every time; where the sites disagree for good it may be written again.
      if (!moved || !differs) return;
      // Sites whose policies forbid them to agree on a merge go on correcting each other (docs/design/convergence.md).
      if (round == most && !must) return;
      if (round == most) throw violated("records still move after " + std::to_string(most) + " rounds");
    }
  }

  bool has_eden() const {
    return std::ranges::any_of(all_, [](const station* s) { return s->is_eden(); });
  }

  void check_equal(const stations& group) {
    const auto first = group.front()->all();
    // What a policy other than NEWER set back at one site is not offered again by the one that knows that it was there. A
    // field that a site did not have, or lost, when a version passed by may be empty there. An Eden's version of the same second is
    // taken, whatever it holds, a deletion may come from it a second time, and components without their masters.
    const auto set_back = [&](const key& k, const version* one, const version* other) {
      const bool both = one != nullptr && other != nullptr;
      const bool tied = both && one->modified_on == other->modified_on;
      return (changes_policies_ && any_is_told_of(all_, k)) || (tables_change_ && tied) ||
             (has_eden() && (tied || is_component(k.first) || (both && one->deleted && other->deleted)));
    };
    for (auto* s : group) {
      if (s != group.front())
        if (const auto d = difference(group.front()->name, first, s->name, s->all(), s->tables(), set_back); !d.empty())
          throw violated("the sites differ: " + d);
      // An Eden may refuse what it likes.
      if (group.size() == all_.size()) check_quarantine_empty(*s);
    }
  }

  // One more run: an empty answer to each pull, and no push.
  void check_quiet() {
    for (auto& c : calls_) {
      if (c.with_eden()) continue;
      const auto quiet = synchronize(c, {}, false);
      if (quiet.exchanges != masters.size() || quiet.bytes > 200 * masters.size())
        throw violated("a run with nothing to do: " + std::to_string(quiet.exchanges) + " requests and " +
                       std::to_string(quiet.bytes) + " bytes");
    }
  }

  // Edensync sites between which there is a way that leads over no Eden.
  std::vector<stations> that_understand_each_other() {
    std::vector<stations> groups;
    for (auto* s : all_)
      if (!s->is_eden()) groups.push_back({s});
    for (const auto& c : calls_) {
      if (c.with_eden()) continue;
      const auto of = [&](station& s) {
        return std::ranges::find_if(groups, [&](const auto& g) { return std::ranges::find(g, &s) != g.end(); });
      };
      const auto one = of(c.caller), other = of(c.answerer);
      if (one == other) continue;
      one->insert(one->end(), other->begin(), other->end());
      groups.erase(other);
    }
    return groups;
  }

  random chance_;
  trace log_;
  options options_;
  topology topology_;
  std::string kind_;
  bool newest_wins_ = true;
  bool changes_configuration_ = false;
  bool changes_policies_ = false;
  bool tables_change_ = false;
  network under_way_;
  std::vector<std::unique_ptr<station>> sites_;
  stations all_;
  std::vector<call> calls_;
};

template <class Parts>
outcome run_seed(std::uint64_t seed, options o = {}) {
  return simulation(seed, &make_station<Parts>, o).run();
}

}  // namespace simulation
