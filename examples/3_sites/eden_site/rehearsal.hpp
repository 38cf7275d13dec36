#pragma once

#include <edensync/core/ledger_entry.hpp>
#include <edensync/core/repository.hpp>
#include <edensync/core/result.hpp>
#include <edensync/site/run_report.hpp>
#include <vector>

#include "open_site.hpp"

namespace eden_site {

/// What a run with a repository would do.
struct rehearsal {
  edensync::run_report report;
  /// In which somebody would lose something, or be refused.
  std::vector<edensync::decision_entry> decisions;
};

/// Whether a run may read the folder of a repository, and write there if its resources want that.
///
/// Errors: not_configured with the system's words; those of the store.
edensync::result<void> check_exchange_folder(open_site& here, const edensync::repository& peer);

/// Runs with a repository on a copy of the database, which is thrown away: the peer is asked for its records, who it is and
/// whether it takes pushes, and sent none; a folder is only read; and here nothing changes.
///
/// Errors: store_locked if another one with this repository is under way; those of the store, which needs room for the copy.
edensync::result<rehearsal> rehearse(open_site& here, const edensync::repository& peer);

}  // namespace eden_site
