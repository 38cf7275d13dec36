#pragma once

#include "edensync/policy/mirror.hpp"

#include "random.hpp"
#include "station.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// Whoever configures, at a site, what it does with one that it calls.
class administrator {
 public:
  administrator(station& where, const std::string& peer, std::vector<edensync::sync_task> meant, trace& log)
      : at_(&where), meant_(std::move(meant)), log_(&log) {
    known_ = {.name = peer, .url = "http://" + peer + ".example.org/eden", .accept_push = true};
    enter();
  }

  edensync::repository_id repository() const { return peer_; }

  /// Whether the site has learned whom it calls.
  bool knows_the_peer() const {
    const auto all = at_->look().repositories();
    return std::ranges::any_of(all, [this](const auto& r) { return r.id == peer_ && !r.uuid.empty(); });
  }

  /// Changes something about a task, or removes it, or adds it again; or does so with the repository.
  void act(random& chance, bool also_policies) {
    using edensync::policy_name;
    static constexpr std::array modes{edensync::sync_mode::pull, edensync::sync_mode::push, edensync::sync_mode::both,
                                      edensync::sync_mode::none};
    static constexpr std::array policies{policy_name::keep_local, policy_name::take_remote, policy_name::take_newer,
                                         policy_name::take_master};
    static constexpr std::array strategies{"create", "update,delete", "create,update,delete,merge", "create,update"};
    const auto& task = meant_[chance.below(meant_.size())];
    const auto what = chance.below(also_policies ? 8 : 6);
    const auto number = chance.next();
    log_->say(at_->name, " changes the task ", task.resource, ", way ", what);
    if (what == 0 && number % 3 == 0) {
      enter_anew();
      return;
    }
    if (what == 0) {
      if (!at_->remove_task(peer_, task.resource)) static_cast<void>(at_->add_task(task).value());
      return;
    }
    const auto done = at_->change_task(peer_, task.resource, [&](edensync::sync_task& t) {
      switch (what) {
        case 1: t.mode = modes[number % modes.size()]; break;
        case 2: t.allowed = edensync::parse_strategy(strategies[number % strategies.size()]).value(); break;
        case 3: t.components = !t.components; break;
        case 4: t.filters.clear(); break;
        case 5: t.filters = {{.table = "~", .query = number % 2 == 0 ? "~.name=a" : "~.name__ne=b"}}; break;
        case 6: t.update = policies[number % policies.size()]; break;
        default: t.conflict = policies[number % policies.size()]; break;
      }
    });
    if (!done && !(done.error().code == edensync::error::no_such_entry)) throw violated(done.error().text());
  }

  /// Everything is as it was meant in the beginning.
  void restore() {
    for (const auto& task : meant_) {
      const auto done = at_->change_task(peer_, task.resource, [&](edensync::sync_task& t) {
        const auto id = t.id;
        t = task;
        t.id = id;
      });
      if (!done) static_cast<void>(at_->add_task(task).value());
    }
  }

  /// The tasks are made anew, so that everything is exchanged once more.
  void renew() {
    for (const auto& task : meant_) {
      static_cast<void>(at_->remove_task(peer_, task.resource));
      static_cast<void>(at_->add_task(task).value());
    }
  }

  /// Once the site is known to the one that it calls, an administrator may set up the same tasks there.
  void mirror_at(station& called) const {
    const auto s = called.look();
    const auto known = s.find_repository(at_->uuid());
    if (!known || !s.tasks(known->id).empty()) return;
    for (auto t : meant_) {
      t.repository = known->id;
      t.update = edensync::mirror(t.update);
      t.conflict = edensync::mirror(t.conflict);
      t.mode = edensync::sync_mode::none;
      static_cast<void>(called.add_task(t).value());
    }
  }

 private:
  void enter() {
    peer_ = at_->know(known_);
    for (auto& t : meant_) {
      t.repository = peer_;
      static_cast<void>(at_->add_task(t).value());
    }
  }

  // What waits in quarantine for it goes with it. A run that died may hold it still.
  void enter_anew() {
    auto now = known_;
    for (const auto& r : at_->look().repositories())
      if (r.id == peer_) now.uuid = r.uuid;
    if (const auto gone = at_->forget(now); !gone) return log_->say("  not removed: ", gone.error().text());
    log_->say("  the repository is removed and entered anew");
    enter();
  }

  station* at_;
  edensync::repository known_;
  std::vector<edensync::sync_task> meant_;
  trace* log_;
  edensync::repository_id peer_ = 0;
};

}  // namespace simulation
