#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace edensync::mock {

/// A loop in which a store fails at its first operation, then at its second, and so on until nothing fails any more.
///
/// ```
/// for (mock::each_failure failure; failure.again();) {
///   rig r;
///   const auto done = failure.during(r.store, [&] { return r.act(); });
///   BOOST_TEST(done.has_error() == failure.reached());
/// }
/// ```
/// What comes before and after `during` does not fail. The store has `operations` and `fail_at`, as `memory::store` and
/// `failing_store::faults` have. Errors: `std::logic_error` if it does not come to an end, or nothing was done.
class each_failure {
 public:
  explicit each_failure(std::uint64_t most = 100000) : most_(most) {}

  /// Whether to try again, with the failure one operation later.
  bool again() {
    if (number_ != 0 && !done_) throw std::logic_error("each_failure: nothing was done with the store");
    if (number_ != 0 && !reached_) return false;
    if (number_ == most_) throw std::logic_error("each_failure: there is no end to it");
    ++number_;
    done_ = false;
    return true;
  }

  /// Acts while the store fails at its chosen operation, counted from here.
  template <class Store, class Act>
  decltype(auto) during(Store& store, Act&& act) {
    const auto chosen = store.operations() + number_;
    store.fail_at(chosen);
    const disarm at_the_end{*this, store, chosen};
    return std::forward<Act>(act)();
  }

  /// Whether the operation that was to fail was reached, the last time.
  bool reached() const { return reached_; }
  /// Which operation it was to be, counted from 1.
  std::uint64_t number() const { return number_; }

 private:
  template <class Store>
  struct disarm {
    each_failure& loop;
    Store& store;
    std::uint64_t chosen;
    ~disarm() {
      loop.done_ = true;
      loop.reached_ = store.operations() >= chosen;
      store.fail_at(0);
    }
  };
  template <class Store>
  disarm(each_failure&, Store&, std::uint64_t) -> disarm<Store>;

  std::uint64_t most_;
  std::uint64_t number_ = 0;
  bool done_ = false;
  bool reached_ = false;
};

}  // namespace edensync::mock
