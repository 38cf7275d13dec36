#pragma once

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/site/active_site.hpp"
#include "edensync/site/passive_site.hpp"

#include "contents.hpp"
#include "random.hpp"
#include "resources.hpp"
#include "trace.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// One version of a record that somebody at a site made and that was committed there.
struct edit {
  key record;
  version made;
};

/// A site, its store, which survives crashes, and its clock.
template <class Parts>
struct station {
  std::string name;
  typename Parts::store store;
  edensync::memory::manual_clock clock;
  edensync::memory::counting_uid_source uids;
  std::optional<edensync::site<Parts>> site;
  edensync::site_settings settings;
  /// The store operation at which the site crashes; 0: none.
  std::uint64_t crash = 0;
  /// Every version made here, and up to where the store was looked through for them.
  std::vector<edit> edits;
  edensync::sequence_number looked_at = 0;

  station(std::string n, edensync::timestamp start, std::uint64_t seed, edensync::site_settings s)
      : name(n), store(resources(), n), clock(start), uids(seed), settings(std::move(s)) {
    store.set_patience(std::chrono::milliseconds(0));
    boot();
  }

  void boot() {
    // What the program that ends does in order it does under the same faults.
    site.reset();
    store.crash_at(crash = 0);
    store.fail_at(0);
    site.emplace(store, resources(), clock, uids, settings);
  }

  void crash_after(std::uint64_t operations) { store.crash_at(crash = store.operations() + 1 + operations); }
  bool down() const { return crash != 0 && store.operations() >= crash; }

  /// What is really there, whatever mistakes a test has planted into the store on top of it.
  edensync::memory::snapshot look() const { return store.edensync::memory::store::snapshot(); }

  contents all() {
    auto s = look();
    return contents_of(s, resources());
  }

  edensync::sequence_number sequence() const { return look().sequence(); }

  /// Tells of all that was written after a place in the change order.
  void tell(edensync::sequence_number after, trace& log) {
    if (!log.on()) return;
    auto s = look();
    edensync::stored_record r;
    for (const auto& resource : resources()) {
      auto cursor = s.changes({resource.id(), after, std::nullopt, true});
      while (cursor.next(r))
        log.say("  ", name, " wrote ", r.sequence, " from ", r.origin, ' ',
                text_of({r.resource, r.uuid}, version_of(r), resources()));
    }
  }

  /// Takes down what was made here since the last time.
  void note_edits() {
    auto s = look();
    edensync::stored_record r;
    auto until = looked_at;
    for (const auto& resource : resources()) {
      auto cursor = s.changes({resource.id(), looked_at, std::nullopt, true});
      while (cursor.next(r)) {
        until = std::max(until, r.sequence);
        if (r.origin == edensync::this_site) edits.push_back({{r.resource, r.uuid}, version_of(r)});
      }
    }
    looked_at = until;
  }
};

}  // namespace simulation
