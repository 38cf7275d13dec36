#pragma once

#include "station.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace simulation {

/// Whatever was committed makes sense by itself: references point to records that are here, components have a master.
template <class Parts>
void check_whole(station<Parts>& at) {
  auto s = at.look();
  const auto& tables = resources();
  edensync::stored_record r;
  const auto require = [&](bool holds, std::string_view what) {
    if (!holds)
      throw violated(at.name + ": " + std::string(tables[r.resource].name()) + ' ' + r.uuid.text() + ' ' +
                     std::string(what));
  };
  for (const auto& resource : tables) {
    auto cursor = s.changes({resource.id(), 0, std::nullopt, true});
    while (cursor.next(r)) {
      require(r.version.modified_on.has_value(), "has no time");
      if (r.version.deleted) continue;
      require(r.created_on.has_value(), "has no time of creation");
      for (std::uint32_t f = 0; f < r.fields.size(); ++f) {
        const auto* to = std::get_if<edensync::reference>(&r.fields[f]);
        if (to == nullptr) {
          require(!resource.field(f).mandatory || edensync::has_content(r.fields[f]), "lacks a mandatory field");
          continue;
        }
        const auto target = s.find(resource.target(f), to->target);
        require(target && target->handle == to->handle, "points to a record that is not here");
      }
      if (!is_component(resource.id()) || edensync::has_content(r.fields[component_key])) continue;
      bool waits = false;
      for (const auto& o : s.open_references_of(resource.id(), r.handle)) waits = waits || o.field == component_key;
      require(waits, "is a component without a master");
    }
  }
}

/// Whether a decision or a quarantine entry of the site names the record.
template <class Parts>
bool is_told_of(station<Parts>& at, const key& k) {
  auto s = at.look();
  const std::string_view name = resources()[k.first].name();
  for (const auto& q : s.quarantined(0, 0, 100000))
    if (q.resource == name && q.uuid == k.second) return true;
  for (const auto& d : s.decisions(name, k.second, 100000))
    if (!d.loser.empty() || d.outcome.what == edensync::action::none || d.outcome.what == edensync::action::erase)
      return true;
  return false;
}

/// Whether a later version was made at the same site.
template <class Parts>
bool is_replaced(const station<Parts>& maker, const edit& e) {
  for (const auto& other : maker.edits)
    if (other.record == e.record && other.made.modified_on > e.made.modified_on) return true;
  return false;
}

/// No version that anybody made is gone without a trace: it is what the site holds, or a later one is, or one of the same
/// second is, or somebody is told of it.
template <class Parts>
void check_nothing_lost(station<Parts>& a, station<Parts>& b, bool newest_wins) {
  for (auto* at : {&a, &b}) {
    const auto now = at->all();
    for (auto* maker : {&a, &b})
      for (const auto& e : maker->edits) {
        const auto held = now.find(e.record);
        if (held != now.end() && (held->second.modified_on > e.made.modified_on || held->second == e.made)) continue;
        const bool tied = held != now.end() && held->second.modified_on == e.made.modified_on;
        // A reference that had to wait is filled in without a new time.
        if (tied && (newest_wins || e.made.content.find("null") != std::string::npos)) continue;
        // Where policies decide, versions that somebody replaced himself, and deletions of what is deleted, are no loss.
        if (!newest_wins && (is_replaced(*maker, e) || (held != now.end() && held->second.deleted && e.made.deleted)))
          continue;
        if (!newest_wins && (is_told_of(a, e.record) || is_told_of(b, e.record))) continue;
        throw violated(at->name + ": an edit made at " + maker->name +
                       " is lost: " + text_of(e.record, e.made, resources()) + "\n  there is " +
                       (held == now.end() ? "nothing" : text_of(e.record, held->second, resources())));
      }
  }
}

/// Nothing that all sites hold waits in quarantine.
template <class Parts>
void check_quarantine_empty(station<Parts>& at) {
  auto s = at.look();
  for (const auto& q : s.quarantined(0, 0, 1))
    throw violated(at.name + ": in quarantine at the end: " + q.resource + ' ' + q.uuid.text() + ": " + q.message);
}

/// The watermarks of a repository: of each task, first that of pulls, then that of pushes.
template <class Parts>
std::vector<edensync::watermark> watermarks(const station<Parts>& at, edensync::repository_id peer) {
  const auto s = at.look();
  std::vector<edensync::watermark> all;
  for (const auto& t : s.tasks(peer))
    for (const auto way : {edensync::direction::pull, edensync::direction::push})
      all.push_back(s.get_watermark(t.id, way));
  return all;
}

/// No watermark moved in a transfer that failed.
template <class Parts>
void check_watermarks(const station<Parts>& at, edensync::repository_id peer,
                      const std::vector<edensync::watermark>& before, const edensync::run_report& report) {
  const auto after = watermarks(at, peer);
  std::size_t place = 0;
  for (const auto& task : at.look().tasks(peer))
    for (const auto way : {edensync::direction::pull, edensync::direction::push}) {
      for (const auto& t : report.transfers)
        if (t.resource == task.resource && t.way == way && t.error && !(before[place] == after[place]))
          throw violated("the watermark of " + t.resource + " moved although the transfer failed");
      ++place;
    }
}

}  // namespace simulation
