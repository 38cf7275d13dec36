#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "edensync/core/change_query.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// Says whether a record may be sent. Pure.
using record_filter = std::function<bool(const record&)>;

/// Which records an export holds, and how they are written.
struct export_options {
  /// The masters.
  change_query masters;
  /// Masters up to this sequence number were received by an earlier, interrupted export: they are not written again, but
  /// what they refer to is.
  sequence_number written_before = 0;
  /// By resource; applies to a record wherever it occurs. Deletions pass, because a deleted record may have lost what
  /// the filter looks at.
  std::map<resource_id, record_filter> filters;
  bool components = true;
  /// Records whose present version came from this repository are not sent back to it; 0: none.
  repository_id echo_of = 0;
  /// The receiver is an edensync site: it is told empty fields, sequence numbers, deleted components and targets.
  bool native = false;
  /// How far references are followed (Eden's MAXDEPTH).
  std::uint32_t depth = 10;
  /// This site's domain and URL for the root element.
  std::string domain;
  std::string url;
  /// Asked before every record; true ends the export with `error::cancelled`.
  std::function<bool()> cancelled;
};

/// What an export held.
struct export_report {
  std::uint64_t masters = 0;
  std::uint64_t components = 0;
  std::uint64_t dependencies = 0;
  std::uint64_t bytes = 0;
  /// Records that were read, whether they were written or not.
  std::uint64_t read = 0;
  /// The youngest modified_on of the masters.
  std::optional<timestamp> youngest;

  std::uint64_t records() const { return masters + components + dependencies; }
};

}  // namespace edensync
