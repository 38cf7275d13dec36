// refused: edensync: update_policy needs update(version_stamp, version_stamp) -> verdict, static
// refused: edensync: conflict_policy needs resolve(version_stamp, version_stamp) -> bool, static
// refused: edensync: policy_set needs decide(decide_input) -> decision, static
// refused: edensync: clock needs now() -> timestamp
// refused: edensync: record_store needs snapshot() -> record_reader and ledger_reader
// refused: edensync: record_store needs serve() -> record_reader
// refused: edensync: record_store needs begin(write_context) -> record_transaction
#include "edensync/memory/store.hpp"
#include "edensync/laws/clock.hpp"
#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/policies.hpp"
#include "edensync/laws/random_operations.hpp"
#include "edensync/laws/site_ledger.hpp"

// Models of which one operation is another than the concept says, given to their laws.
namespace {

void say(std::string_view) {}

struct whole_policy {
  static constexpr edensync::policy_name name = edensync::policy_name::take_newer;
  static edensync::verdict create(const edensync::version_stamp&);
  static edensync::verdict update(const edensync::version_stamp&, const edensync::version_stamp&);
  static bool resolve(const edensync::version_stamp&, const edensync::version_stamp&);
};

#ifndef EDENSYNC_CORRECTED
struct says_yes_or_no : whole_policy {
  static bool update(const edensync::version_stamp&, const edensync::version_stamp&);
};
struct counts_reasons : whole_policy {
  static int resolve(const edensync::version_stamp&, const edensync::version_stamp&);
};
struct decides_nothing {
  static bool decide(const edensync::decide_input&);
};
struct tells_seconds {
  long now();
};
struct shows_nothing : edensync::memory::store {
  using store::store;
  void snapshot() = delete;
};
struct serves_nobody : edensync::memory::store {
  using store::store;
  void serve() = delete;
};
struct takes_nothing : edensync::memory::store {
  using store::store;
  void begin() = delete;
};
#else
using shows_nothing = edensync::memory::store;
using serves_nobody = edensync::memory::store;
using takes_nothing = edensync::memory::store;
using says_yes_or_no = whole_policy;
using counts_reasons = whole_policy;
using decides_nothing = edensync::standard;
struct tells_seconds {
  edensync::timestamp now();
};
#endif

struct clocks {
  tells_seconds make();
};

template <class Store>
struct stores {
  Store make(std::shared_ptr<const edensync::schema>);
};

void try_them(clocks& f) {
  edensync::laws::policy<says_yes_or_no>(say);
  edensync::laws::policy<counts_reasons>(say);
  edensync::laws::policy_set<decides_nothing>(say);
  edensync::laws::clock(f, say);
}

void try_stores(stores<shows_nothing>& shown, stores<serves_nobody>& served, stores<takes_nothing>& taken) {
  edensync::laws::site_ledger(shown, say);
  edensync::laws::concurrency(served, say);
  edensync::laws::random_operations(taken);
}

}  // namespace
