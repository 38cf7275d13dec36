#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "edensync/mock/failing_transaction.hpp"

namespace edensync::mock {

namespace detail {

template <class S>
concept begins_without_waiting = requires(S s, const write_context& w) {
  s.try_begin(w);
};

}  // namespace detail

/// A store that fails where a test says so, and else does what another one does; models `record_store`.
///
/// A site over it has it among its parts: `using store = mock::failing_store<memory::store>;`.
/// Errors: those of the other store, and what `faults()` was told to fail with. Thread safety: as the other store.
template <record_store Store>
class failing_store {
 public:
  using snapshot_type = failing_reader<decltype(std::declval<Store&>().snapshot())>;
  using transaction = failing_transaction<decltype(std::declval<Store&>().begin(write_context{}))>;

  explicit failing_store(Store s) : inner_(std::move(s)) {}

  /// Which calls fail. Lifetime: as the store.
  store_faults& faults() const { return *faults_; }

  /// The other store, with which nothing fails: what is there in the end can be looked at through it.
  Store& inner() { return inner_; }

  auto snapshot() {
    faults_->note("snapshot");
    return snapshot_type(inner_.snapshot(), faults_);
  }
  auto serve() {
    faults_->note("serve");
    return snapshot_type(inner_.serve(), faults_);
  }
  transaction begin(const write_context& w) {
    faults_->note("begin");
    return transaction(inner_.begin(w), faults_);
  }
  std::optional<transaction> try_begin(const write_context& w) requires detail::begins_without_waiting<Store> {
    faults_->note("try_begin");
    auto begun = inner_.try_begin(w);
    if (!begun) return std::nullopt;
    return transaction(std::move(*begun), faults_);
  }

 private:
  Store inner_;
  std::shared_ptr<store_faults> faults_ = std::make_shared<store_faults>();
};

}  // namespace edensync::mock
