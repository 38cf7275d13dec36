#pragma once

#include <boost/system/result.hpp>
#include <exception>
#include <stdexcept>
#include <string>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// Who writes, and when: given at the beginning of a transaction, because a store asks nobody for the time.
struct write_context {
  timestamp now{};
  repository_id origin = this_site;
};

/// Why a store did not take a record. The transaction goes on; nothing of the record was written.
struct refusal {
  refusal_reason reason = refusal_reason::refused_by_store;
  /// Which field, and what the reason does not say yet.
  std::string message;
};

/// What `boost::system::result` calls when a handle is asked for that a refusal stands in place of.
[[noreturn]] inline void throw_exception_from_error(const refusal& r, const boost::source_location&) {
  throw std::runtime_error(std::string(to_text(r.reason)) + ": " + r.message);
}

/// The handle of the record written, or why it was refused.
using write_result = boost::system::result<record_handle, refusal>;

/// A field of a record that points to another one.
struct referrer {
  resource_id resource = no_resource;
  record_handle record = record_handle::none;
  std::uint32_t field = 0;
};

/// One line of an exporter's to-do list.
struct spool_entry {
  resource_id resource = no_resource;
  record_handle record = record_handle::none;
  std::uint32_t depth = 0;
};

}  // namespace edensync
