#pragma once

#include "station.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace simulation {

using stations = std::vector<station*>;

/// Whatever was committed makes sense by itself: references point to records that are here, components have a master, but
/// for those that an Eden may have sent without one.
inline void check_whole(const station& at, bool with_eden) {
  auto s = at.look();
  const auto& tables = at.tables();
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
      if (with_eden || !is_component(resource.id()) || edensync::has_content(r.fields[component_key])) continue;
      bool waits = false;
      for (const auto& o : s.open_references_of(resource.id(), r.handle)) waits = waits || o.field == component_key;
      require(waits, "is a component without a master");
    }
  }
}

/// Whether a decision or a quarantine entry of the site names the record; components wait inside their masters.
inline bool is_told_of(const station& at, const key& k) {
  auto s = at.look();
  const std::string_view name = resources()[k.first].name();
  for (const auto& q : s.quarantined(0, 0, 100000))
    if ((q.resource == name && q.uuid == k.second) || q.payload.find(k.second.text()) != std::string::npos) return true;
  for (const auto& d : s.decisions(name, k.second, 100000))
    if (!d.loser.empty() || d.outcome.what == edensync::action::none || d.outcome.what == edensync::action::erase)
      return true;
  return false;
}

/// Whether a reference of the record waits for what it refers to.
inline bool waits(const station& at, const key& k) {
  auto s = at.look();
  const auto found = s.find(k.first, k.second);
  return found && !s.open_references_of(k.first, found->handle).empty();
}

inline bool any_is_told_of(const stations& all, const key& k) {
  for (const auto* at : all)
    if (is_told_of(*at, k)) return true;
  return false;
}

/// Whether the record is a component that is deleted wherever it is known.
inline bool need_not_be_known(const stations& all, const key& k) {
  if (!is_component(k.first)) return false;
  for (const auto* at : all) {
    const auto found = at->look().find(k.first, k.second);
    if (found && !found->version.deleted) return false;
  }
  return true;
}

/// Whether a later version was made at the same site.
inline bool is_replaced(const station& maker, const edit& e) {
  for (const auto& other : maker.edits)
    if (other.record == e.record && other.made.modified_on > e.made.modified_on) return true;
  return false;
}

/// No version that somebody made at one of these sites is gone without a trace at any of them: it is what the site holds, or
/// a later one is, or one of the same second is, or somebody is told of it.
inline void check_nothing_lost(const stations& some, const stations& all, bool newest_wins) {
  for (const auto* at : some) {
    const auto now = at->all();
    for (const auto* maker : some)
      for (const auto& e : maker->edits) {
        const auto held = now.find(e.record);
        if (held != now.end() && (held->second.modified_on > e.made.modified_on || held->second == e.made)) continue;
        if (held == now.end() && need_not_be_known(all, e.record)) continue;
        // What stood in a field that a site did not have, or lost, is not there.
        if (held != now.end() && held->second.content == e.made.content &&
            held->second.modified_on == e.made.modified_on && held->second.late.empty())
          continue;
        const bool tied = held != now.end() && held->second.modified_on == e.made.modified_on;
        // A reference that waits for its record, here or where the edit was made, is filled in without a new time.
        if (tied && (newest_wins || waits(*at, e.record) || e.made.content.find("null") != std::string::npos)) continue;
        // Where policies decide, versions that somebody replaced himself, and deletions of what is deleted, are no loss.
        if (!newest_wins && (is_replaced(*maker, e) || (held != now.end() && held->second.deleted && e.made.deleted)))
          continue;
        if (!newest_wins && any_is_told_of(all, e.record)) continue;
        throw violated(at->name + ": an edit made at " + maker->name +
                       " is lost: " + text_of(e.record, e.made, at->tables()) + "\n  there is " +
                       (held == now.end() ? "nothing" : text_of(e.record, held->second, at->tables())));
      }
  }
}

/// Nothing that all sites hold waits in quarantine, but for what came by a push and has come another way since: it is
/// offered again with the next push.
inline void check_quarantine_empty(const station& at) {
  auto s = at.look();
  for (const auto& q : s.quarantined(0, 0, 100000)) {
    const auto here = s.find(at.tables().find(q.resource), q.uuid);
    const bool came =
        q.reason != edensync::refusal_reason::refused_by_peer && here && here->version.modified_on >= q.modified_on;
    if (!came)
      throw violated(at.name + ": in quarantine at the end: " + q.resource + ' ' + q.uuid.text() + ": " + q.message);
  }
}

/// Every decision comes out the same when it is taken again from what is written of it.
inline void check_explained(const station& at) {
  auto s = at.look();
  for (const auto& peer : s.repositories())
    for (const auto& d : s.decisions_between(peer.id, 0, s.last_decision(), 100000))
      if (!at.can_be_explained(d))
        throw violated(at.name + ": the decision on " + d.resource + ' ' + d.uuid.text() +
                       " comes out otherwise: " + std::string(to_text(d.outcome.why)));
}

/// The watermarks of a repository: of each task, first that of pulls, then that of pushes.
inline std::vector<edensync::watermark> watermarks(const station& at, edensync::repository_id peer) {
  const auto s = at.look();
  std::vector<edensync::watermark> all;
  for (const auto& t : s.tasks(peer))
    for (const auto way : {edensync::direction::pull, edensync::direction::push})
      all.push_back(s.get_watermark(t.id, way));
  return all;
}

/// No watermark moved in a transfer that failed.
inline void check_watermarks(const station& at, edensync::repository_id peer,
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

/// How many lines its log has had.
inline std::int64_t lines_of_log(const station& at) {
  const auto last = at.look().log(0, 1);
  return last.empty() ? 0 : last.front().id;
}

}  // namespace simulation
