#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "edensync/concepts/record_store.hpp"
#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/journal/transaction.hpp"

namespace edensync::journal {

/// One state of the store, for readers: models `record_reader` and `ledger_reader`.
///
/// Lifetime: needs neither store nor file. Thread safety: one thread at a time.
class snapshot : public ledger_view {
 public:
  explicit snapshot(std::shared_ptr<const state> now) : ledger_view(std::move(now)) {}
};

/// Keeps the records and the ledger of one site in a file to which each commit appends what it changed; models
/// `record_store`.
///
/// All of it is in memory as well, read from the file when it is opened. Errors: `store_full`, `store_failed`; what a
/// commit that failed has written is taken away again. Thread safety: may be shared between threads; snapshots and
/// transactions may not. Between processes: one store at a time has the file open.
class store {
 public:
  /// Opens a journal or begins one. The end of a commit that a power cut left unfinished is cut off.
  ///
  /// Errors: `store_locked` if a store has it open; `store_damaged` if it is no journal, or damaged elsewhere than at its
  /// end; `bad_schema` if it holds something of a resource or in a field that the schema does not have, or has with another type.
  /// A file that is not opened stays as it is.
  static result<store> open(const std::filesystem::path& path, std::shared_ptr<const edensync::schema> resources,
                            options o = {}) {
    try {
      return store(resources, std::make_shared<core>(path, resources, std::move(o)));
    } catch (const failure_exception& e) {
      return e.why();
    } catch (const std::exception& e) {
      return make_failure(error::store_failed, path.string() + ": " + e.what());
    }
  }

  const edensync::schema& schema() const { return *resources_; }
  const std::filesystem::path& path() const { return core_->path(); }

  journal::snapshot snapshot() const { return journal::snapshot(core_->last()); }
  journal::snapshot serve() { return journal::snapshot(core_->serve()); }
  transaction begin(const write_context& w) { return {core_, w}; }
  std::optional<transaction> try_begin(const write_context& w) { return transaction::attempt(core_, w); }

  /// Errors, thrown: `store_damaged` if the file was removed, replaced or cut under the store.
  void check_place() const { core_->check_place(); }

  /// Writes a fresh file without what was overwritten since, in the place of this one. Errors: `store_locked`,
  /// `store_full`, `store_failed`; then the store goes on with what it had.
  result<void> compact() {
    try {
      core_->compact();
      return {};
    } catch (const failure_exception& e) {
      return e.why();
    }
  }

 private:
  store(std::shared_ptr<const edensync::schema> resources, std::shared_ptr<core> c)
      : resources_(std::move(resources)), core_(std::move(c)) {}

  std::shared_ptr<const edensync::schema> resources_;
  std::shared_ptr<core> core_;
};

static_assert(record_store<store> && keeps_its_place<store>);

}  // namespace edensync::journal
