#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// A record that was not taken, as the report names it.
struct refused_record {
  resource_id resource = no_resource;
  uid uuid;
  refusal_reason reason = refusal_reason::invalid_field;
  std::string message;
  /// The element as S3XML, if it was asked for (`import_options::payload_limit`), and the fields that could not be read.
  std::string payload;
  std::vector<field_error> errors;
};

/// What an import did. Lists are cut to `import_options::report_limit`; counts are complete.
struct import_report {
  /// By resource, and all together.
  std::map<resource_id, record_counts> by_resource;
  record_counts total;
  /// Records of the master resource that were not refused: Eden's `records`.
  std::uint64_t records = 0;
  /// The youngest modified_on among them: what the watermark is made of. Deleted and policy-kept records count, because
  /// they need not be offered again; quarantined ones are offered by the quarantine.
  std::optional<timestamp> youngest;
  /// How many of them are more than five minutes younger than `import_options::youngest_until`.
  std::uint64_t future = 0;
  /// Where the master resource's records are that were created, updated and deleted; found ones that were kept count as
  /// updated or deleted, as Eden counts them.
  std::vector<record_handle> created;
  std::vector<record_handle> updated;
  std::vector<record_handle> deleted;
  std::vector<refused_record> refused;
  /// Elements that the strategy forbids, if their content was asked for (`import_options::payload_limit`).
  std::vector<refused_record> forbidden;
  std::vector<decision_entry> conflicts;
  /// Quarantined records that were taken, or had become superfluous, this time.
  std::uint64_t released = 0;
  /// References that still wait for their target.
  std::uint64_t open_references = 0;
  std::uint64_t batches = 0;
  /// Resources that the document holds and the schema does not.
  std::map<std::string, std::uint64_t> unknown;
};

}  // namespace edensync
