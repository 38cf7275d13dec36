// Engines with one mistake each: the simulation must find every one of them, or its silence says nothing.

#include "support/eden.hpp"
#include "support/planted.hpp"
#include "support/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using simulation::mistake;

/// How many seeds it may take. Most mistakes are found within ten.
constexpr std::uint64_t most = 2000;

simulation::outcome run_seed(std::uint64_t seed, bool swallow_pushes = false) {
  return simulation::run_seed<simulation::planted_parts>(
      seed, {.swallow_pushes = swallow_pushes, .make_eden = &simulation::make_eden});
}

std::uint64_t first_seed_that_fails(mistake m) {
  simulation::planted = m;
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= most && found == 0; ++seed) {
    const auto ended = run_seed(seed, m == mistake::swallows_pushes);
    if (ended.problem.empty()) continue;
    found = seed;
    BOOST_TEST_MESSAGE(to_text(m) << ": caught by seed " << seed << ": " << ended.problem);
  }
  simulation::planted = mistake::none;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_mistake_is_caught) {
  for (int m = 1; m <= static_cast<int>(mistake::swallows_pushes); ++m) {
    const auto planted = static_cast<mistake>(m);
    BOOST_TEST_CONTEXT(to_text(planted)) { BOOST_TEST(first_seed_that_fails(planted) != 0u); }
  }
}

// The seam itself makes no mistake: what is caught above is what was planted.
BOOST_AUTO_TEST_CASE(nothing_is_caught_where_nothing_is_planted) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) BOOST_TEST(run_seed(seed).problem == "");
}
