#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "edensync/importer/batch.hpp"

namespace edensync {

namespace detail {

// Where the walk begins: in the order of the document, or, for many records, in that of their uids, masters first. A store
// then goes through its index of uids from one end to the other, instead of to and fro: each page is read and written
// once for a batch, however small the store's cache.
inline std::vector<std::uint32_t> start_order(const std::vector<import_item>& items) {
  constexpr std::size_t many = 1024;
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  if (items.size() < many) return order;
  // Sorted by keys that lie close together: the records themselves are spread over megabytes.
  struct key {
    std::uint64_t group;  // components behind masters, then by resource
    std::uint64_t place;
    std::uint32_t item;
    auto operator<=>(const key&) const = default;
  };
  std::vector<key> keys;
  keys.reserve(items.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const std::uint64_t component = items[i].parent < 0 ? 0 : 1;
    keys.push_back({component << 32 | items[i].resource, items[i].place, i});
  }
  std::sort(keys.begin(), keys.end());
  std::transform(keys.begin(), keys.end(), order.begin(), [](const key& k) { return k.item; });
  return order;
}

}  // namespace detail

/// The stage that orders: positions of the batch's items such that each comes after its master and after all that it
/// refers to within the batch.
///
/// Pure. A cycle is left open where the walk closes it; what is left open is written as an open reference and filled in
/// later. Runs in time proportional to items and references and without recursion.
inline std::vector<std::uint32_t> link_order(import_batch& batch) {
  auto& items = batch.items();
  std::vector<std::uint32_t> order;
  order.reserve(items.size());
  enum : unsigned char { waiting, open, done };
  std::vector<unsigned char> state(items.size(), waiting);
  struct frame {
    std::uint32_t item;
    std::size_t first;  // its needs, from here to the end of `needs` when it was opened
    std::size_t next;
    std::size_t end;
  };
  std::vector<frame> path;
  std::vector<std::uint32_t> needs;  // of all frames of the path, one behind the other
  const auto enter = [&](std::uint32_t i) {
    state[i] = open;
    const auto first = needs.size();
    const auto need = [&](std::uint32_t p) {
      if (p != i && state[p] == waiting) needs.push_back(p);
    };
    if (items[i].parent >= 0) need(static_cast<std::uint32_t>(items[i].parent));
    if ((items[i].refers_to & batch.resources()) != 0)
      for_each_target(*items[i].incoming, [&](resource_id resource, const uid& id) {
        if (const auto* target = batch.find(resource, id)) need(static_cast<std::uint32_t>(target - items.data()));
      });
    path.push_back({i, first, first, needs.size()});
  };
  for (const auto start : detail::start_order(items)) {
    if (state[start] != waiting) continue;
    enter(start);
    while (!path.empty()) {
      auto& top = path.back();
      if (top.next == top.end) {
        state[top.item] = done;
        order.push_back(top.item);
        needs.resize(top.first);
        path.pop_back();
      } else if (const auto next = needs[top.next++]; state[next] == waiting) {
        enter(next);
      }
    }
  }
  return order;
}

}  // namespace edensync
