#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "edensync/concepts/record_store.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/skeleton/transaction.hpp"

namespace edensync::skeleton {

/// Step 1. One state of the store, for readers: models `record_reader` and `ledger_reader`.
///
/// It must go on showing that state while others commit. A database gives that with a read transaction.
/// Thread safety: one thread at a time.
class snapshot : public ledger_view {
 public:
  explicit snapshot(std::shared_ptr<const edensync::schema> resources) : ledger_view(std::move(resources)) {}
};

/// Keeps the records and the ledger of one site; models `record_store`.
///
/// Thread safety: may be shared between threads; snapshots and transactions may not.
class store {
 public:
  explicit store(std::shared_ptr<const edensync::schema> resources) : resources_(std::move(resources)) {}

  const edensync::schema& schema() const { return *resources_; }

  /// The last committed state.
  skeleton::snapshot snapshot() const { return skeleton::snapshot(resources_); }

  /// Step 8. The same, for an answer to a pull. Note durably the youngest modified_on ever written as *served* before
  /// anything is given out: every later commit arrives at least one second after it.
  skeleton::snapshot serve() { return skeleton::snapshot(resources_); }

  /// Step 2. One writer at a time: waits for the one before, and throws `store_locked` when it waited too long.
  transaction begin(const write_context& w) { return {resources_, w}; }

 private:
  std::shared_ptr<const edensync::schema> resources_;
};

static_assert(edensync::detail::check_record_store<store>::value);

}  // namespace edensync::skeleton
