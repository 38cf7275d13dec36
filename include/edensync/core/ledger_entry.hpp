#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edensync/core/decision.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

/// Why a record could not be taken.
enum class refusal_reason : std::uint8_t {
  invalid_field,      ///< the content of a field cannot be read as its type
  missing_field,      ///< a mandatory field has no content
  missing_reference,  ///< a mandatory reference points to a record that is not here
  duplicate_key,      ///< another record has the same content in a unique field
  refused_by_store,   ///< the store refused it for another reason
  refused_by_peer,    ///< the peer refused what was pushed to it
  not_permitted,      ///< the strategy forbids it; such a record does not wait
};

constexpr std::string_view to_text(refusal_reason r) {
  switch (r) {
    case refusal_reason::invalid_field: return "a field cannot be read";
    case refusal_reason::missing_field: return "a mandatory field is empty";
    case refusal_reason::missing_reference: return "a record that it needs is not here";
    case refusal_reason::duplicate_key: return "another record has the same unique key";
    case refusal_reason::refused_by_store: return "the database refused it";
    case refusal_reason::refused_by_peer: return "the peer refused it";
    case refusal_reason::not_permitted: return "the strategy does not allow it";
  }
  return "";
}

/// A record that could not be taken: what it was, why, and what is needed to offer it again.
struct quarantine_entry {
  std::int64_t id = 0;
  repository_id repository = 0;
  task_id task = 0;
  /// The element's resource and uid; the uid may be empty if the document gave none.
  std::string resource;
  uid uuid;
  refusal_reason reason = refusal_reason::invalid_field;
  /// Which field, and what the reason does not say yet.
  std::string message;
  /// The record as a complete S3XML document, to be offered again.
  std::string payload;
  std::optional<timestamp> modified_on;
  timestamp since{};
  /// How often it was tried. Of one that is added: how many tries it stands for.
  std::uint32_t attempts = 1;
  /// Given by the ledger: when it was refused last.
  timestamp last_tried{};
};

/// A reference whose target was not here when its record was written; filled in when the target arrives.
struct open_reference {
  std::int64_t id = 0;
  resource_id resource = no_resource;
  record_handle record = record_handle::none;
  std::uint32_t field = 0;
  resource_id target_resource = no_resource;
  uid target;
};

/// A decision as it is kept: the inputs, the outcome, and what the losing side held.
struct decision_entry {
  /// Given by the ledger, and growing.
  std::int64_t id = 0;
  sequence_number sequence = 0;
  timestamp at{};
  repository_id repository = 0;
  std::string resource;
  uid uuid;
  decide_input input;
  decision outcome;
  /// The version that lost, as S3XML; empty unless both sides had something to lose.
  std::string loser;
  /// The uid of the record here that it was found to be, if that is another one: by a unique key, its place or a rule for
  /// duplicates.
  uid twin{};
};

/// Whether a change was lost or refused by the decision: what a person may want to look at again.
inline bool lost_or_refused(const decision_entry& d) {
  return !d.loser.empty() || d.outcome.conflict == conflict_state::refused ||
         (d.outcome.what == action::none &&
          (d.outcome.why == rule::strategy_forbids || d.outcome.why == rule::policy_keeps_local ||
           d.outcome.why == rule::not_from_master));
}

/// Says how far an interrupted pull has come, so that the next one need not begin from the start.
struct resume_state {
  /// The cursor the pull was begun with.
  std::string from;
  /// The cursor that the peer promised for its end.
  std::string until;
  /// The peer's sequence number of the last master that is committed here.
  sequence_number done = 0;
  /// The youngest modified_on of the masters up to there.
  std::optional<timestamp> youngest;

  friend bool operator==(const resume_state&, const resume_state&) = default;
};

/// The right to synchronise one repository, which one run at a time holds.
struct lease {
  repository_id repository = 0;
  std::string owner;
  timestamp expires{};
  /// Grows with every holder: what was begun under an older one is not committed.
  std::uint64_t fence = 0;
};

}  // namespace edensync
