#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/importer/report.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The tables of a document that this site does not know, with how often they came. Pure.
///
/// Without those that never travel: an Eden sends them with every person that has an account, and they are left out by
/// design; without super-entities, whose records no site takes from another; and without tables that are known, but are
/// no components of what they stood in: an Eden repeats persons inside of staff records, and takes none of them itself.
inline std::map<std::string, std::uint64_t> unknown_tables(const import_report& report, const schema& known) {
  auto out = report.unknown;
  std::erase_if(out, [&](const auto& each) {
    return schema::never_travels(each.first) || known.is_super_entity(each.first) ||
           known.find(each.first) != no_resource;
  });
  return out;
}

/// Which side refused what is in quarantine.
enum class refused_by : std::uint8_t { this_site, peer };

/// How many records of a repository wait in quarantine for a task: its own entries, and those that belong to no task of
/// this repository, because any task offers them again.
template <class Ledger>
std::uint64_t count_waiting(Ledger& from, repository_id repository, task_id task, refused_by side) {
  if (from.count_quarantined(repository) == 0) return 0;
  std::set<task_id> others;
  for (const auto& t : from.tasks(repository))
    if (t.id != task) others.insert(t.id);
  std::uint64_t n = 0;
  std::int64_t after = 0;
  for (auto page = from.quarantined(repository, after, 256); !page.empty();
       page = from.quarantined(repository, after, 256)) {
    after = page.back().id;
    for (const auto& q : page)
      n += !others.contains(q.task) && (q.reason == refusal_reason::refused_by_peer) == (side == refused_by::peer);
  }
  return n;
}

}  // namespace edensync
