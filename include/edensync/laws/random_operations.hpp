#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/check_store.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/laws/player.hpp"
#include "edensync/laws/shrink_steps.hpp"

namespace edensync::laws {

/// How many operations are tried: sequences, each with a seed of its own, of so many.
struct random_run {
  std::uint64_t first_seed = 1;
  std::size_t sequences = 40;
  std::size_t steps = 50;
};

namespace play {

struct model_factory {
  memory::store make(std::shared_ptr<const schema> resources) { return memory::store(std::move(resources)); }
};

/// Where a store differs from the model: after how many steps, and how.
struct difference {
  std::size_t steps = 0;
  std::string words{};
};

/// Does the same with a store and with the model; none if nothing is different.
template <class Factory>
std::optional<difference> compare(Factory& f, const std::vector<step>& all, std::shared_ptr<const schema> resources) {
  model_factory models;
  player<Factory> store(f, resources);
  player<model_factory> model(models, resources);
  constexpr bool serves_while_writing = requires { requires Factory::serves_while_writing; };
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto here = store.after(all[n], serves_while_writing), there = model.after(all[n], serves_while_writing);
    const auto at = std::mismatch(here.begin(), here.end(), there.begin(), there.end());
    if (at.first == here.end() && at.second == there.end()) continue;
    const auto line = [](auto it, const auto& lines) { return it == lines.end() ? "nothing more" : *it; };
    return difference{n + 1, "\n  the store: " + line(at.first, here) + "\n  the model: " + line(at.second, there)};
  }
  return std::nullopt;
}

}  // namespace play

namespace detail {

template <class Factory>
void compare_with_model(Factory& factory, const random_run& run) {
  const auto resources = sample::make_schema();
  for (std::uint64_t seed = run.first_seed; seed < run.first_seed + run.sequences; ++seed) {
    auto all = play::random_steps(seed, run.steps, *resources);
    const auto found = play::compare(factory, all, resources);
    if (!found) continue;
    all.resize(found->steps);
    all = play::shrink(std::move(all),
                       [&](const auto& fewer) { return play::compare(factory, fewer, resources).has_value(); });
    std::string words = "a store differs from the model after these operations (seed " + std::to_string(seed) + "):";
    for (const auto& p : all) words += "\n  " + play::in_words(p, *resources);
    throw violation(words + play::compare(factory, all, resources).value_or(*found).words);
  }
}

}  // namespace detail

/// The law that a store does what `memory::store` does, whatever is done: random operations on both, and after each of them
/// all that can be asked is compared. Where they differ, the operations are made fewer until none can be left out.
///
/// Errors: `violation` with the operations that are left. A factory whose stores serve while a transaction of the same
/// thread is open says so: `static constexpr bool serves_while_writing = true`.
template <store_factory Factory>
void random_operations(Factory& factory, const random_run& run = {}) {
  using made = decltype(factory.make(sample::make_schema()));
  static_assert(edensync::detail::check_record_store<made>::value);
  if constexpr (edensync::record_store<made>) detail::compare_with_model(factory, run);
}

}  // namespace edensync::laws
