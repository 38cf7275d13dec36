// Two to six sites, their users and all that can go wrong between them, in one thread from one seed (docs/design/convergence.md).
//
//   EDENSYNC_SEEDS=100000 test_simulation -- sites.cpp    more seeds than usual; EDENSYNC_FIRST_SEED: others
//   EDENSYNC_SEED=4711 test_simulation -- sites.cpp       one seed, with a line for every event

#include "kept_seeds.hpp"
#include "support/eden.hpp"
#include "support/parts.hpp"
#include "support/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

template std::unique_ptr<simulation::station> simulation::make_station<simulation::parts>(const station_settings&);

namespace {

simulation::outcome run_seed(std::uint64_t seed, bool traced = false) {
  return simulation::run_seed<simulation::parts>(seed, {.traced = traced, .make_eden = &simulation::make_eden});
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string how_to_replay(std::uint64_t seed, const std::string& problem) {
  return "seed " + std::to_string(seed) + ": " + problem + "\n  replay: EDENSYNC_SEED=" + std::to_string(seed) +
         " test_simulation -- sites.cpp";
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_seed_ends_well) {
  const auto one = from_environment("EDENSYNC_SEED", 0);
  if (one != 0) {
    const auto ended = run_seed(one, true);
    std::cout << ended.trace;
    BOOST_TEST(ended.problem == "");
    return;
  }
  // Seeds are taken in order, so that a run with more of them contains a run with fewer.
  const auto first = from_environment("EDENSYNC_FIRST_SEED", 1);
  const auto seeds = from_environment("EDENSYNC_SEEDS", 1500);
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds && failed < 5; ++seed) {
    const auto ended = run_seed(seed);
    if (ended.problem.empty()) continue;
    ++failed;
    BOOST_ERROR(how_to_replay(seed, ended.problem));
  }
  BOOST_TEST(failed == 0u);
}

BOOST_AUTO_TEST_CASE(kept_seeds_end_well) {
  for (const auto& kept : simulation::kept_seeds) {
    BOOST_TEST_CONTEXT(kept.cause) {
      const auto ended = run_seed(kept.seed);
      BOOST_CHECK_MESSAGE(ended.problem.empty(), how_to_replay(kept.seed, ended.problem));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_seed_does_the_same_twice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto once = run_seed(seed, true);
    const auto again = run_seed(seed, true);
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(!once.trace.empty());
      // Not BOOST_TEST, which would print both.
      BOOST_TEST((once.trace == again.trace));
    }
  }
}
