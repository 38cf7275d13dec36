#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/operation.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/importer/report.hpp"

namespace edensync {

/// How one pull or push of one task went.
struct transfer_report {
  std::string resource;
  direction way = direction::pull;
  /// Why it could not be done; none if it was, even if some records were refused.
  std::optional<failure> error;
  /// Why the archive of its data set was not taken to its end; what was not is in the pull that comes next in the report.
  std::optional<failure> given_up{};
  /// Pull: what was done here. Push: what was sent, and what the peer said of it.
  import_report imported;
  export_report exported;
  /// Push: how many records the peer listed. An Eden lists masters only, and as updated also what it kept as it was.
  std::uint64_t peer_created = 0;
  std::uint64_t peer_updated = 0;
  std::uint64_t peer_deleted = 0;
  std::uint64_t peer_refused = 0;
  /// Records that this task has in quarantine at its end: refused here (pull), or by the peer (push).
  std::uint64_t waiting = 0;
  /// Push: what became of all records there; only an edensync site tells.
  std::optional<record_counts> peer_counts;
  /// Bytes of the document.
  std::uint64_t bytes = 0;
  /// The file that was read or written, where documents are exchanged by a folder.
  std::string file{};
};

/// How a whole run went.
struct run_report {
  std::vector<transfer_report> transfers;
  /// Why the run could not be begun or went no further; none if every task had its turn.
  std::optional<failure> error;
  /// Why it is not sure that the peer is the one whose identifier was typed in; the run went on all the same.
  std::optional<failure> identity{};
  /// What a dry run cannot tell without changing something at the peer, in words.
  std::vector<std::string> untold{};

  bool ok() const {
    if (error) return false;
    for (const auto& t : transfers)
      if (t.error) return false;
    return true;
  }
};

/// Where a run is: told after every piece of a document.
struct run_progress {
  std::string_view resource;
  direction way = direction::pull;
  /// Task `task` of `tasks`, from 1.
  std::size_t task = 0;
  std::size_t tasks = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// What a caller may hang into a run; all may be empty. They are called in the thread that drives the operation.
struct run_hooks {
  std::function<void(const run_progress&)> progress;
  /// Asked at record boundaries; true ends the run cleanly.
  std::function<bool()> cancelled;
  /// Why, once `cancelled` has said true; may be empty.
  std::function<std::string()> why_cancelled{};
  /// Leads an operation with another host, without credentials: for archives of data sets that do not lie at the peer.
  /// `base` is `http://host[:port]`. Empty: they are not fetched.
  std::function<void(const std::string& base, operation&)> elsewhere;
  /// The repository's lease, if whoever begins the run has taken it already; he gives it back when the run has ended.
  std::optional<edensync::lease> lease{};
  /// Nothing changes at the peer but its log: of pushes the records are counted, and the peer is asked whether it would
  /// take them and who it is, if that is not known; no files are fetched, and none is written or removed. What pulls bring
  /// is written here; who wants to know only what would come gives the run a copy of the store.
  bool dry_run = false;

  bool is_to_end() const { return cancelled && cancelled(); }
  failure end() const { return make_failure(error::cancelled, why_cancelled ? why_cancelled() : std::string()); }
};

}  // namespace edensync
