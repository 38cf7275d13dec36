#pragma once

#include <optional>
#include <string>
#include <utility>

#include "edensync/core/repository.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/site/parts.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/unlogged_import.hpp"

namespace edensync {

/// What every import at a site has in common: its rules, its domain, its clock and its names.
///
/// Lifetime: the site outlives the import. Thread safety: as the site.
template <class Parts>
import_options import_at(site<Parts>& s) {
  import_options o;
  o.decide = &Parts::policies::decide;
  o.rules = &s.rules();
  o.strict_master = s.settings().strict_master;
  o.twins.finders = &s.finders();
  o.as_eden = imitates_eden<typename Parts::policies>;
  o.domain = s.settings().domain;
  o.batch_elements = s.settings().batch_elements;
  o.now = [&s] { return s.now(); };
  o.make_uid = [&s] { return s.make_uid(); };
  return o;
}

/// How records are taken that come for a task of a repository, whichever way they come.
///
/// `action`: what the log calls it (`unlogged_import`).
/// `agreed`: when this site and the repository were last known to agree; none: no conflict is looked for.
template <class Parts>
import_options import_for(site<Parts>& s, const repository& from, const sync_task& t, std::optional<timestamp> agreed,
                          std::string action = {}) {
  auto o = import_at(s);
  o.origin = from.id;
  o.task = t.id;
  o.master = s.resources().find(t.resource);
  o.allowed = t.allowed;
  o.update = t.update;
  o.conflict = t.conflict;
  o.last_sync = agreed;
  o.twins.synchronise_uuids = from.synchronise_uuids;
  o.keep = [of = from.id, u = unlogged_import{t.resource, {}, last_decision(s), std::move(action)}](
               batch_ledger& ledger, const record_counts& now) mutable {
    u.counts = now;
    keep_unlogged(ledger, of, u);
  };
  return o;
}

}  // namespace edensync
