#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/version_stamp.hpp"

namespace edensync {

/// How the content of two versions compares; only looked at when their times are equal.
enum class content_order : std::uint8_t {
  /// Nobody compared: the peer is an Eden, which accepts on a tie.
  unknown,
  /// The same content in all columns that were received.
  equal,
  /// This site's content comes first in the order that all edensync sites share, so it gives way.
  local_first,
  /// The incoming content comes first, so it gives way.
  incoming_first,
};

/// Everything that a decision may look at: values only, so that the same decision can be taken again and explained.
struct decide_input {
  /// What the element asks for; `create` and `update` are told apart by `local`.
  bool erase = false;
  bool merge = false;
  version_stamp incoming;
  /// The local twin; none if there is none.
  std::optional<version_stamp> local;
  /// When this site and the peer were last known to agree; none: no conflict is looked for.
  std::optional<timestamp> last_sync;
  policy_name update = policy_name::take_newer;
  /// None: conflicts are accepted and left to the update policy (spec/import.md §9, rule 2).
  std::optional<policy_name> conflict;
  strategy allowed{};
  content_order tie = content_order::unknown;
  /// The element brings a reference or a component; only `eden_exact` looks at it (spec/import.md §8.2).
  bool has_links = false;
};

/// What happens to the record.
enum class action : std::uint8_t {
  /// Nothing is written.
  none,
  create,
  update,
  undelete,
  erase,
  merge,
  /// The record was never here: only its deletion is noted, so that an older copy cannot revive it.
  bury,
};

/// Which columns are written.
enum class columns : std::uint8_t { none, received };

/// Where the stored modified_on comes from.
enum class stamp_source : std::uint8_t { local, incoming, now };

/// The rule that settled it: the reason, in one word, of every decision.
enum class rule : std::uint8_t {
  no_twin,              ///< nothing local to compare with
  nothing_to_erase,     ///< a deletion or merge of a record that is not here
  already_deleted,      ///< a deletion of a record that is deleted here
  same_version,         ///< both versions are the same
  strategy_forbids,     ///< the task's strategy does not allow the method
  conflict_refused,     ///< both sides changed it, and the conflict policy keeps the local version
  policy_keeps_local,   ///< THIS
  policy_takes_remote,  ///< OTHER
  remote_newer,         ///< NEWER: the incoming version is younger
  same_time,            ///< NEWER: equal times; the incoming one is taken, as Eden does
  tie_broken,           ///< NEWER: equal times, settled by the order of the contents
  local_newer,          ///< NEWER: the local version is younger
  from_master,          ///< MASTER: the incoming version comes straight from its birthplace
  not_from_master,      ///< MASTER: it does not
  master_deleted,       ///< the record it is a component of was deleted
  only_one,             ///< its master may have only one of its kind, and has another one
  custom,               ///< a conflict rule of the application's own decided
  match_only,           ///< found by a rule for duplicates that leaves what it finds as it is
};

/// Whether both sides had changed the record, and what the conflict policy said.
enum class conflict_state : std::uint8_t { none, accepted, refused };

/// The outcome of deciding: what to write, and why.
struct decision {
  action what = action::none;
  columns write = columns::none;
  stamp_source modified_on = stamp_source::local;
  rule why = rule::no_twin;
  conflict_state conflict = conflict_state::none;

  friend constexpr bool operator==(const decision&, const decision&) = default;
};

/// The reason in words for people.
constexpr std::string_view to_text(rule r) {
  switch (r) {
    case rule::no_twin: return "it is new here";
    case rule::nothing_to_erase: return "there is nothing here to delete";
    case rule::already_deleted: return "it is deleted here already";
    case rule::same_version: return "both versions are the same";
    case rule::strategy_forbids: return "the strategy does not allow it";
    case rule::conflict_refused: return "both sides changed it and the conflict policy keeps the local version";
    case rule::policy_keeps_local: return "the policy THIS keeps the local version";
    case rule::policy_takes_remote: return "the policy OTHER takes the remote version";
    case rule::remote_newer: return "the incoming version is newer";
    case rule::same_time: return "both versions have the same time";
    case rule::tie_broken: return "both versions have the same time; their contents decide";
    case rule::local_newer: return "the local version is newer";
    case rule::from_master: return "the incoming version comes from the site that created it";
    case rule::not_from_master: return "the incoming version does not come from the site that created it";
    case rule::master_deleted: return "the record that it is a component of was deleted";
    case rule::only_one: return "its master can have only one of them, and has another one";
    case rule::custom: return "the application's own rule decided";
    case rule::match_only: return "it is here already, and its rule for duplicates leaves it as it is";
  }
  return "";
}

constexpr std::string_view to_text(action a) {
  switch (a) {
    case action::none: return "kept";
    case action::create: return "created";
    case action::update: return "updated";
    case action::undelete: return "undeleted";
    case action::erase: return "deleted";
    case action::merge: return "merged";
    case action::bury: return "deletion noted";
  }
  return "";
}

}  // namespace edensync
