#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/decision.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync::admin {

namespace detail {

inline std::string at_time(const std::optional<timestamp>& t) { return t ? to_text(*t) : "at an unknown time"; }

inline std::string version(const version_stamp& v, std::string_view did) {
  return std::string(v.deleted ? "deleted" : did) + " " + at_time(v.modified_on);
}

}  // namespace detail

/// A decision in words for people: what was done, why, what both versions were, and by which policies.
///
/// The loser's content is what `loser_of` gives. Thread safety: pure.
inline std::string explanation(const decision_entry& d) {
  const auto& in = d.input;
  std::string out(to_text(d.outcome.what));
  out += ": " + std::string(to_text(d.outcome.why)) + ". Theirs: ";
  out += in.merge   ? "merged " + detail::at_time(in.incoming.modified_on)
         : in.erase ? "deleted " + detail::at_time(in.incoming.modified_on)
                    : detail::version(in.incoming, "changed");
  out += in.local ? "; ours: " + detail::version(*in.local, "changed") : "; ours: none";
  out += ". Update policy " + std::string(to_text(in.update));
  if (in.conflict) out += ", conflict policy " + std::string(to_text(*in.conflict));
  if (d.outcome.conflict != conflict_state::none)
    out += "; both had changed it since " + detail::at_time(in.last_sync) + ", and the conflict policy " +
           (d.outcome.conflict == conflict_state::refused ? "kept ours" : "let theirs through");
  if (!in.allowed.allows(in.merge   ? method::merge
                         : in.erase ? method::erase
                         : in.local ? method::update
                                    : method::create))
    out += "; strategy " + to_text(in.allowed);
  if (!d.twin.empty())
    out += "; it was found by its content, and not by its UUID: theirs is " + d.uuid.text() + ", ours " + d.twin.text();
  return out + ".";
}

/// What the version that lost held, as S3XML for people: without what only sites tell each other, and without fields that
/// are empty. Reading it gives the record. Pure.
inline std::string loser_of(const decision_entry& d) {
  // As the site's own writer writes it: content has no '<', and text in quotes no quotes.
  std::string out;
  for (std::string_view left = d.loser; !left.empty();) {
    auto tag = left.substr(0, left.starts_with('<') ? left.find('>') + 1 : left.find('<'));
    left.remove_prefix(tag.size());
    const bool data = tag.starts_with("<data "), empty = data && tag.ends_with("/>");
    if (empty && (tag.find(" value=") == tag.npos || tag.find(" value=\"null\"") != tag.npos)) continue;
    const bool record = tag.starts_with("<resource ");
    // In the order in which they stand.
    for (const std::string_view inner : {" made=\"", " sequence=\""}) {
      const auto at = record ? tag.find(inner) : tag.npos;
      if (at == tag.npos) continue;
      out += tag.substr(0, at);
      tag.remove_prefix(tag.find('"', at + inner.size()) + 1);
    }
    out += tag;
  }
  return out;
}

/// Why a record waits in quarantine, since when, and what to do about it, in words for people. Pure.
inline std::string explanation(const quarantine_entry& q) {
  std::string out(to_text(q.reason));
  if (!q.message.empty()) out += ": " + q.message;
  out += ". It waits since " + to_text(q.since) + " UTC and was tried " +
         (q.attempts == 1 ? std::string("once") : std::to_string(q.attempts) + " times, last " + to_text(q.last_tried));
  switch (q.reason) {
    case refusal_reason::refused_by_peer:
      return out + ". Correct the record itself; it is sent again by the next push.";
    case refusal_reason::missing_reference:
      return out + ". It is taken once the record that it needs is here; or correct the entry's document.";
    case refusal_reason::duplicate_key:
      return out + ". Change the key of the record here that has it, or correct the entry's document.";
    default: return out + ". Correct the entry's document, or let its sender correct the record.";
  }
}

/// The entries of a record, of all repositories. Errors: those of the store, thrown.
template <class Reader>
std::vector<quarantine_entry> quarantined(Reader& ledger, std::string_view resource, const uid& id) {
  std::vector<quarantine_entry> found;
  std::int64_t after = 0;
  for (auto page = ledger.quarantined(0, after, 256); !page.empty(); page = ledger.quarantined(0, after, 256)) {
    after = page.back().id;
    for (auto& q : page)
      if (q.resource == resource && q.uuid == id) found.push_back(std::move(q));
  }
  return found;
}

/// The entries that an operation of the log left behind and that still wait: of its repository and its table's task, from
/// then or before. Errors: those of the store, thrown.
template <class Reader>
std::vector<quarantine_entry> quarantined_by(Reader& ledger, const log_entry& line, std::size_t limit) {
  std::vector<quarantine_entry> found;
  const bool sent = line.mode == "push/outgoing";
  if (line.repository == 0 || line.resource.empty() || line.mode == "pull/incoming") return found;
  std::set<task_id> others;
  for (const auto& t : ledger.tasks(line.repository))
    if (t.resource != line.resource) others.insert(t.id);
  std::int64_t after = 0;
  for (auto page = ledger.quarantined(line.repository, after, 256); !page.empty() && found.size() < limit;
       page = ledger.quarantined(line.repository, after, 256)) {
    after = page.back().id;
    for (auto& q : page)
      if (q.since <= line.at && !others.contains(q.task) && sent == (q.reason == refusal_reason::refused_by_peer) &&
          found.size() < limit)
        found.push_back(std::move(q));
  }
  return found;
}

}  // namespace edensync::admin
