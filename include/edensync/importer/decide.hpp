#pragma once

#include <optional>

#include "edensync/importer/batch.hpp"
#include "edensync/importer/options.hpp"

namespace edensync {

/// The stage that decides: gathers what the decision may look at and asks the policy set.
///
/// Pure: it reads no clock and no store. `arrived` stands for the time of a version that tells none. Between edensync
/// sites a tie is settled by content; an Eden peer accepts on a tie, so there only equality is looked at.
inline decide_input circumstances(const import_item& item, const import_options& o, timestamp arrived) {
  const auto& in = *item.incoming;
  decide_input d;
  d.merge = in.content.version.deleted && !in.content.replaced_by.empty();
  d.erase = in.content.version.deleted && !d.merge;
  d.incoming = in.content.version;
  if (item.local) d.local = item.local->version;
  // A document that tells no time says something new only if the content is another one.
  if (!d.incoming.modified_on) {
    const bool same = !o.as_eden && item.local && item.tie == content_order::equal;
    d.incoming.modified_on = same ? item.local->version.modified_on : arrived;
  }
  // What came from the peer himself was not changed here since.
  const bool from_peer = item.local && item.local->origin == o.origin && o.origin != this_site;
  if (!from_peer || o.as_eden) d.last_sync = o.last_sync;
  d.update = o.update;
  d.conflict = o.conflict;
  const bool born_here = d.local && d.local->mci == 0;
  if (o.strict_master && born_here && d.conflict == policy_name::take_master) d.conflict = policy_name::keep_local;
  d.allowed = o.allowed;
  d.tie = item.tie;
  if (!o.native && d.tie != content_order::equal) d.tie = content_order::unknown;
  // Of a deletion and a live version of the same moment, all edensync sites keep the deletion.
  if (o.native && d.local && d.local->deleted != d.incoming.deleted) d.tie = content_order::incoming_first;
  d.has_links = item.has_parts || item.parent >= 0;
  for (const auto& v : in.content.fields)
    d.has_links =
        d.has_links || std::holds_alternative<reference>(v) || std::holds_alternative<std::vector<reference>>(v);
  return d;
}

/// Whether the application's own conflict rule has to be asked: both sides changed the record.
inline bool asks_rule(const import_item& item, const decision& d) {
  return item.local && d.conflict != conflict_state::none;
}

/// What the application's own rule makes of a decision. Pure.
inline decision with_rule(const import_item& item, decision d, bool take) {
  d.why = rule::custom;
  d.conflict = take ? conflict_state::accepted : conflict_state::refused;
  if (!take) {
    d.what = action::none;
    d.write = columns::none;
    d.modified_on = stamp_source::local;
    return d;
  }
  const auto& in = item.incoming->content;
  d.what = !in.version.deleted       ? (item.local->version.deleted ? action::undelete : action::update)
           : !in.replaced_by.empty() ? action::merge
                                     : action::erase;
  d.write = in.version.deleted ? columns::none : columns::received;
  d.modified_on = stamp_source::incoming;
  return d;
}

}  // namespace edensync
