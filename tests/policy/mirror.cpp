#include "edensync/policy/mirror.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

using enum policy_name;
static_assert(mirror(keep_local) == take_remote);
static_assert(mirror(take_remote) == keep_local);
static_assert(mirror(take_newer) == take_newer);
static_assert(mirror(take_master) == take_master);

BOOST_AUTO_TEST_CASE(mirroring_twice_is_nothing) {
  for (const policy_name p : {keep_local, take_remote, take_newer, take_master}) BOOST_TEST((mirror(mirror(p)) == p));
}

}  // namespace edensync
