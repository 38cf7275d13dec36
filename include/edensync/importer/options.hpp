#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/decision.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/importer/record_search.hpp"
#include "edensync/policy/policy_set.hpp"

namespace edensync {

/// A conflict rule of the application's own: says whether the incoming version may replace the local one.
///
/// Asked only if both sides changed the record; what it says is final. It must be pure, so that a decision can be
/// explained by taking it again.
using conflict_rule =
    std::function<bool(const record& local, const record& incoming, const decide_input& circumstances)>;

/// What of the ledger is at hand where a batch is committed, whatever store keeps it.
struct batch_ledger {
  std::function<std::optional<std::string>(std::string_view)> setting;
  std::function<void(std::string_view, std::string_view)> set_setting;
  /// The last decision, those of the batch included.
  std::int64_t last_decision = 0;
};

/// What an import is told: where the records come from and by which rules they are taken.
struct import_options {
  /// The repository that the records come from.
  repository_id origin = 0;
  /// The task they come for; 0 if there is none here.
  task_id task = 0;
  /// The resource whose records make the watermark; others are components and records referred to.
  resource_id master = no_resource;

  strategy allowed{};
  policy_name update = policy_name::take_newer;
  /// None: conflicts are accepted and left to the update policy.
  std::optional<policy_name> conflict;
  std::optional<timestamp> last_sync;
  /// The last change made here of which the origin is known to have heard; none: nobody tells it of changes.
  std::optional<sequence_number> told;
  /// The conflict policy MASTER does not let a foreign change through where the record was created. Off, because an Eden
  /// lets it through, and if the update policy is OTHER the change made here is lost then (spec/import.md I4).
  bool strict_master = false;
  decide_function decide = &standard::decide;
  /// By resource; the application's own.
  const std::map<resource_id, conflict_rule>* rules = nullptr;

  /// How the twin of a record is looked for where its uid does not tell.
  twin_rules twins{};
  /// The peer is an edensync site: ties are settled by content, and empty elements mean empty fields.
  bool native = false;
  /// This site stands for an Eden (`eden_exact`): who wrote a version does not matter for conflicts, and a record without
  /// a time is of the moment of its arrival whatever it holds.
  bool as_eden = false;
  /// Records younger than this do not make the report's `youngest`: the sender's clock has not reached their time.
  std::optional<timestamp> youngest_until;
  /// The pull can be resumed: what `resume_state` is begun with.
  std::optional<resume_state> resume;

  /// Upload fields are taken, and noted as `pending_uploads` of the origin.
  bool uploads = false;

  /// The account that sends the records: author and owner of those that name none. Empty: unknown.
  std::string account;
  /// This site's domain, cut off from the uids of documents (spec/s3xml.md §5).
  std::string domain;
  std::function<timestamp()> now;
  std::function<uid()> make_uid;
  /// Asked behind each element; true ends the import with `error::cancelled`, once what came whole is written. What it
  /// throws ends it at once.
  std::function<bool()> cancelled;
  /// Writes settings with each batch, for the counts with it.
  std::function<void(batch_ledger&, const record_counts&)> keep;

  /// Elements in one transaction. More: faster, because every commit writes each index page that it touched, but memory
  /// grows, and writers of other programs wait longer.
  std::size_t batch_elements = 8192;
  /// Bytes of document in one transaction.
  std::size_t batch_bytes = std::size_t{8} << 20;
  /// After so many records a batch is split if another writer of this program waits.
  std::size_t least_records = 256;
  /// How many refused records and conflicts the report names; all are counted and kept in the ledger.
  std::size_t report_limit = 50;
  /// The report holds refused elements as S3XML, up to so many bytes altogether; 0: none.
  std::size_t payload_limit = 0;
  /// How many handles of each kind the report lists.
  std::size_t handle_limit = 0;
  xml_limits limits{};
};

}  // namespace edensync
