#pragma once

#include "random.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

/// How sites are connected.
struct topology {
  std::string_view shape;
  std::size_t sites = 2;
  /// Who calls whom.
  std::vector<std::pair<std::size_t, std::size_t>> calls{};
};

/// Two sites, or 3 to 6 of them in a chain, a star or a ring. Either end of a line may be the one that calls, or both.
inline topology any_topology(random& chance) {
  topology t{.shape = "pair"};
  if (!chance.one_in(2)) {
    t.sites = 3 + std::min(chance.below(4), chance.below(4));
    static constexpr std::string_view shapes[] = {"chain", "star", "ring"};
    t.shape = shapes[chance.below(3)];
  }
  const auto connect = [&](std::size_t a, std::size_t b) {
    if (chance.one_in(2)) std::swap(a, b);
    t.calls.emplace_back(a, b);
    if (chance.one_in(8)) t.calls.emplace_back(b, a);
  };
  for (std::size_t i = 1; i < t.sites; ++i) connect(t.shape == "star" ? 0 : i - 1, i);
  if (t.shape == "ring") connect(t.sites - 1, 0);
  return t;
}

}  // namespace simulation
