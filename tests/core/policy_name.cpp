#include "edensync/core/policy_name.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

static_assert(parse_policy("THIS") == policy_name::keep_local);
static_assert(parse_policy("OTHER") == policy_name::take_remote);
static_assert(parse_policy("NEWER") == policy_name::take_newer);
static_assert(parse_policy("MASTER") == policy_name::take_master);
static_assert(!parse_policy("newer") && !parse_policy("") && !parse_policy("NEWER "));
static_assert(to_text(policy_name::keep_local) == "THIS" && to_text(policy_name::take_remote) == "OTHER");
static_assert(to_text(policy_name::take_newer) == "NEWER" && to_text(policy_name::take_master) == "MASTER");

BOOST_AUTO_TEST_SUITE(core_policy_name)
BOOST_AUTO_TEST_CASE(compile_time_only) {}
BOOST_AUTO_TEST_SUITE_END()
