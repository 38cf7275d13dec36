#pragma once

#include "edensync/core/operation.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"

#include "contents.hpp"
#include "resources.hpp"
#include "trace.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
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

/// What a user writes with, in one transaction.
class pen {
 public:
  virtual ~pen() = default;
  virtual void put(const edensync::record& r) = 0;
  virtual void erase(edensync::resource_id resource, const edensync::uid& which) = 0;
  virtual void merge(edensync::resource_id resource, const edensync::uid& survivor, const edensync::uid& other) = 0;
  /// The records of a resource as this transaction sees them.
  virtual std::vector<edensync::stored_record> records(edensync::resource_id resource, bool deleted) = 0;
};

/// A run of the active side.
class run {
 public:
  virtual ~run() = default;
  virtual edensync::operation& steps() = 0;
  virtual const edensync::run_report& report() const = 0;
};

struct station_settings {
  std::string name;
  edensync::timestamp start;
  std::uint64_t seed = 0;
  /// The clock gains so many seconds in a thousand.
  std::int64_t drift = 0;
  edensync::site_settings site{};
};

/// A site, its store, which survives crashes, and its clock; what it is made of is known to derived classes only.
class station {
 public:
  explicit station(const station_settings& s)
      : name(s.name), clock(s.start), uids(s.seed), settings(s.site), drift_(s.drift) {}
  virtual ~station() = default;
  station(const station&) = delete;
  station& operator=(const station&) = delete;

  std::string name;
  edensync::memory::manual_clock clock;
  edensync::memory::counting_uid_source uids;
  edensync::site_settings settings;
  /// The store operation at which the site crashes; 0: none.
  std::uint64_t crash = 0;
  /// Every version made here, and up to where the store was looked through for them.
  std::vector<edit> edits;
  edensync::sequence_number looked_at = 0;
  /// Whether something was cut short here of which a line of the log may come later.
  bool owes_lines = false;
  /// How many requests were answered, or would have been.
  std::uint64_t requests = 0;

  /// An Eden: keeps its own rules, of which some lose data.
  virtual bool is_eden() const = 0;
  virtual edensync::memory::store& store() = 0;
  const edensync::memory::store& store() const { return const_cast<station&>(*this).store(); }

  /// Ends the program, if it still runs, and starts it again.
  void boot() {
    unlock();
    // What the program that ends does in order it does under the same faults.
    end();
    store().crash_at(crash = 0);
    store().fail_at(0);
    begin();
  }

  /// The program is started again with tables that have a field more, or without it if they had it: what stood there is gone.
  void change_tables() {
    grown_ = !grown_;
    unlock();
    end();
    store().reopen(std::make_shared<const edensync::schema>(tables()));
    crash = 0;
    begin();
  }
  bool grown() const { return grown_; }
  const edensync::schema& tables() const { return grown_ ? grown_resources() : resources(); }

  virtual edensync::result<void> write(const std::function<void(pen&)>& f) = 0;
  virtual std::unique_ptr<edensync::responder> handle(const edensync::request_head& asked) = 0;
  virtual std::unique_ptr<run> begin_run(edensync::repository_id peer) = 0;

  /// What administrators do.
  virtual edensync::repository_id know(const edensync::repository& r) = 0;
  /// Removes what is known of a repository, with its tasks; refused during a run.
  virtual edensync::result<void> forget(const edensync::repository& r) = 0;
  virtual edensync::result<edensync::sync_task> add_task(const edensync::sync_task& t) = 0;
  virtual edensync::result<edensync::sync_task> change_task(edensync::repository_id r, const std::string& resource,
                                                            const std::function<void(edensync::sync_task&)>& how) = 0;
  virtual edensync::result<void> remove_task(edensync::repository_id r, const std::string& resource) = 0;

  /// Whether a decision, taken again from what is written of it, comes out as it is written.
  virtual bool can_be_explained(const edensync::decision_entry& d) const = 0;

  void crash_after(std::uint64_t operations) { store().crash_at(crash = store().operations() + 1 + operations); }
  bool down() const { return crash != 0 && store().operations() >= crash; }

  /// Another program writes to the store, and takes its time.
  void lock() {
    if (!other_) other_.emplace(store().begin({clock.now(), edensync::this_site}));
  }
  void unlock() { other_.reset(); }
  bool locked() const { return other_.has_value(); }

  /// The clock goes on, at its own pace.
  void pass(std::int64_t seconds) {
    gained_ += seconds * drift_;
    clock.advance(seconds + gained_ / 1000);
    gained_ %= 1000;
  }

  /// What is really there, whatever mistakes a test has planted into the store on top of it.
  edensync::memory::snapshot look() const { return store().edensync::memory::store::snapshot(); }

  contents all() const {
    auto s = look();
    return contents_of(s, tables());
  }

  edensync::sequence_number sequence() const { return look().sequence(); }

  /// Its identifier; empty before its first conversation.
  edensync::uid uuid() const { return edensync::uid(look().setting("uuid").value_or(std::string())); }

  /// Tells of all that was written after a place in the change order.
  void tell(edensync::sequence_number after, trace& log) const {
    if (!log.on()) return;
    auto s = look();
    edensync::stored_record r;
    for (const auto& resource : tables()) {
      auto cursor = s.changes({resource.id(), after, std::nullopt, true});
      while (cursor.next(r))
        log.say("  ", name, " wrote ", r.sequence, " from ", r.origin, ' ',
                text_of({r.resource, r.uuid}, version_of(r), tables()));
    }
  }

  /// Tells of all decisions, and of what waits in quarantine.
  void tell_ledger(trace& log) const {
    if (!log.on()) return;
    auto s = look();
    for (const auto& peer : s.repositories())
      for (const auto& d : s.decisions_between(peer.id, 0, s.last_decision(), 100000))
        log.say("  ", name, ' ', d.at, " decided on ", d.resource, ' ', d.uuid.text(), " of ", peer.name, ": ",
                to_text(d.outcome.what), ", ", to_text(d.outcome.why));
    for (const auto& q : s.quarantined(0, 0, 100000))
      log.say("  ", name, " has in quarantine ", q.resource, ' ', q.uuid.text(), ": ", q.message);
  }

  /// Takes down what was made here since the last time.
  void note_edits() {
    auto s = look();
    edensync::stored_record r;
    auto until = looked_at;
    for (const auto& resource : tables()) {
      auto cursor = s.changes({resource.id(), looked_at, std::nullopt, true});
      while (cursor.next(r)) {
        until = std::max(until, r.sequence);
        if (r.origin == edensync::this_site) edits.push_back({{r.resource, r.uuid}, version_of(r)});
      }
    }
    looked_at = until;
  }

 protected:
  virtual void begin() = 0;
  virtual void end() = 0;

 private:
  std::int64_t drift_;
  std::int64_t gained_ = 0;
  bool grown_ = false;
  std::optional<edensync::memory::transaction> other_;
};

using station_maker = std::unique_ptr<station> (*)(const station_settings&);

}  // namespace simulation
