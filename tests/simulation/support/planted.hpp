#pragma once

#include "edensync/memory/store.hpp"
#include "edensync/memory/transaction.hpp"
#include "edensync/policy/standard.hpp"

#include "parts.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace simulation {

/// The mistakes that can be planted into the engine, one at a time.
enum class mistake {
  none,
  keeps_own_on_ties,    ///< of two versions of one second each site keeps its own
  stamps_arrival,       ///< what is taken gets the time of its arrival instead of its own
  forgets_deletions,    ///< the deletion of a record that is not here leaves nothing
  never_undeletes,      ///< a deleted record stays deleted
  hurried_watermark,    ///< the store says that it is one change further than it is
  drops_equal_moments,  ///< of changes with the same modified_on in a row the feed gives only the first
  forgets_open,         ///< references whose target is not here yet are forgotten
  resumes_too_far,      ///< a resumed pull goes on behind records that it never got
  touches_no_master,    ///< masters of changed components stay where they are in the change order
  logs_no_failure,      ///< an operation that failed leaves no line
  loses_quarantine,     ///< what was refused is not kept
  swallows_pushes,      ///< a line that says yes to a push and drops it
};

constexpr std::string_view to_text(mistake m) {
  constexpr std::string_view names[] = {"none",
                                        "keeps own on ties",
                                        "stamps arrival",
                                        "forgets deletions",
                                        "never undeletes",
                                        "hurried watermark",
                                        "drops equal moments",
                                        "forgets open references",
                                        "resumes too far",
                                        "touches no master",
                                        "logs no failure",
                                        "loses quarantine",
                                        "swallows pushes"};
  return names[static_cast<int>(m)];
}

/// The one that is planted now. A simulation is one thread.
inline mistake planted = mistake::none;

struct planted_rules {
  static edensync::decision decide(const edensync::decide_input& in) {
    using edensync::action;
    auto d = edensync::standard::decide(in);
    if (planted == mistake::stamps_arrival && d.what == action::update) d.modified_on = edensync::stamp_source::now;
    const bool left_out = (planted == mistake::keeps_own_on_ties && d.why == edensync::rule::tie_broken) ||
                          (planted == mistake::forgets_deletions && d.what == action::bury) ||
                          (planted == mistake::never_undeletes && d.what == action::undelete);
    return left_out ? edensync::decision{.why = d.why} : d;
  }
};

template <class Cursor>
struct planted_cursor {
  Cursor inner;
  std::optional<edensync::timestamp> last{};

  bool next(edensync::stored_record& into) {
    while (inner.next(into))
      if (into.version.modified_on != std::exchange(last, into.version.modified_on) ||
          planted != mistake::drops_equal_moments)
        return true;
    return false;
  }
};

struct planted_snapshot : edensync::memory::snapshot {
  edensync::sequence_number sequence() const {
    return edensync::memory::snapshot::sequence() + (planted == mistake::hurried_watermark ? 1 : 0);
  }
  auto changes(const edensync::change_query& q) const {
    auto all = edensync::memory::snapshot::changes(q);
    return planted_cursor<decltype(all)>{std::move(all)};
  }
};

struct planted_transaction : edensync::memory::transaction {
  using base = edensync::memory::transaction;

  void add_open_reference(const edensync::open_reference& o) {
    if (planted != mistake::forgets_open) base::add_open_reference(o);
  }
  std::int64_t add_quarantine(const edensync::quarantine_entry& q) {
    return planted == mistake::loses_quarantine ? 0 : base::add_quarantine(q);
  }
  void set_resume(edensync::task_id task, std::optional<edensync::resume_state> r) {
    if (r && planted == mistake::resumes_too_far) r->done += 1;
    base::set_resume(task, r);
  }
  void touch(edensync::resource_id resource, edensync::record_handle h) {
    if (planted != mistake::touches_no_master) base::touch(resource, h);
  }
  void add_log(const edensync::log_entry& e) {
    if (planted != mistake::logs_no_failure || e.result == edensync::log_result::success) base::add_log(e);
  }
};

struct planted_store : edensync::memory::store {
  using edensync::memory::store::store;
  planted_snapshot snapshot() const { return {edensync::memory::store::snapshot()}; }
  planted_snapshot serve() { return {edensync::memory::store::serve()}; }
  planted_transaction begin(const edensync::write_context& w) { return {edensync::memory::store::begin(w)}; }
};

/// The real engine over a store and rules that make the planted mistake.
struct planted_parts : parts {
  using store = planted_store;
  using policies = planted_rules;
};

}  // namespace simulation
