// refused: edensync: update_policy needs name -> policy_name, static
// refused: edensync: update_policy needs create(version_stamp) -> verdict, static
// refused: edensync: update_policy needs update(version_stamp, version_stamp) -> verdict, static
// refused: edensync: conflict_policy needs name -> policy_name, static
// refused: edensync: conflict_policy needs resolve(version_stamp, version_stamp) -> bool, static
#include "edensync/policy/by_name.hpp"
#include "edensync/laws/policies.hpp"

// A policy of one's own that says everything but one thing, once for each thing.
namespace {

using whole = edensync::take_newer;

#ifndef EDENSYNC_CORRECTED
#define EDENSYNC_WITHOUT(operation)    \
  struct without_##operation : whole { \
    void operation() = delete;         \
  };                                   \
  static_assert(sizeof(edensync::policies_by_name<without_##operation>) > 0);

EDENSYNC_WITHOUT(name)
EDENSYNC_WITHOUT(create)
EDENSYNC_WITHOUT(update)
EDENSYNC_WITHOUT(resolve)

// One that is for conflicts only hears nothing of updates.
struct nameless {
  static bool resolve(const edensync::version_stamp&, const edensync::version_stamp&);
};
void try_nameless() {
  edensync::laws::policy<nameless>([](std::string_view) {});
}
#else
static_assert(sizeof(edensync::policies_by_name<whole>) > 0);
#endif

}  // namespace
