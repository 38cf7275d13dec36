#pragma once

#include "edensync/core/repository.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/unlogged_import.hpp"
#include "edensync/site/unlogged_push.hpp"

namespace edensync {

/// Writes the line that a process which died did not come to write, if there is something to tell; whether there was.
///
/// Errors: those of the store, thrown.
template <class Transaction>
bool log_unlogged(Transaction& t, const repository& of, timestamp now) {
  const auto u = find_unlogged(t, of.id);
  if (!u) return false;
  auto e = log_lines::pull_failed(u->resource, make_failure(error::cancelled, "its worker ended without a word"), true);
  if (!u->action.empty()) e.action = u->action;
  e.at = now;
  e.repository = of.id;
  e.repository_name = of.name;
  e.counts = u->counts;
  e.decisions_after = u->decisions_after;
  e.decisions_until = t.last_decision();
  t.add_log(e);
  forget_unlogged(t, of.id);
  return true;
}

/// Writes the lines of pushes that a server which died had begun to take.
///
/// To be called before a site is served, if no other process serves it: of a push that is still under way nobody may tell.
/// Errors: those of the store, thrown.
template <class Transaction>
void log_unlogged_pushes(Transaction& t, timestamp now) {
  for (const auto& p : unlogged_pushes(t)) {
    auto e = log_lines::answered_push_failed(p.import.resource,
                                             make_failure(error::cancelled, "the server ended without a word"));
    e.at = now;
    for (const auto& r : t.repositories())
      if (r.id == p.repository) {
        e.repository = r.id;
        e.repository_name = r.name;
      }
    e.counts = p.import.counts;
    e.decisions_after = p.import.decisions_after;
    e.decisions_until = p.decisions_until;
    t.add_log(e);
    forget_unlogged_push(t, p.name);
  }
}

/// `log_unlogged` where a run begins, for a run before it that nobody has ended. What cannot be told now is told by the next.
template <class Parts>
void log_unlogged(site<Parts>& self, const repository& of) {
  // What failed here itself is no riddle: first of all that is told.
  if (!self.flush_log()) return;
  const auto untold = detail::guarded([&] { return find_unlogged(self.store().snapshot(), of.id).has_value(); });
  if (untold && *untold) (void)self.ledger([&](auto& t) { log_unlogged(t, of, self.now()); });
}

}  // namespace edensync
