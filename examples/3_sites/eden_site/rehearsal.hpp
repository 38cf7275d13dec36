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

/// Runs with a repository on a copy of the database, which is thrown away: the peer is asked for its records and sent
/// nothing, and here nothing changes.
///
/// Errors: bad_setting for a folder, whose files a run uses up; those of the store, which needs room for the copy.
edensync::result<rehearsal> rehearse(open_site& here, const edensync::repository& peer);

}  // namespace eden_site
