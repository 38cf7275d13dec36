#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "edensync/importer/batch.hpp"

namespace edensync {

namespace detail {

// Calls `f(resource, uid)` for everything that a record needs to be there first, except its master.
template <class F>
void for_each_target(const incoming_record& in, F&& f) {
  for (const auto& v : in.content.fields) {
    if (const auto* one = std::get_if<reference>(&v)) {
      f(one->resource, one->target);
    } else if (const auto* many = std::get_if<std::vector<reference>>(&v)) {
      for (const auto& r : *many) f(r.resource, r.target);
    }
  }
  if (!in.content.replaced_by.empty()) f(in.content.resource, in.content.replaced_by);
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
    std::vector<std::uint32_t> needs;
    std::size_t next = 0;
  };
  const auto position = [&](const import_item* i) { return static_cast<std::uint32_t>(i - items.data()); };
  const auto needs_of = [&](std::uint32_t i) {
    std::vector<std::uint32_t> out;
    if (items[i].parent >= 0) out.push_back(static_cast<std::uint32_t>(items[i].parent));
    detail::for_each_target(*items[i].incoming, [&](resource_id resource, const uid& id) {
      if (const auto* target = batch.find(resource, id)) {
        const auto p = position(target);
        if (p != i && state[p] != done) out.push_back(p);
      }
    });
    return out;
  };
  std::vector<frame> path;
  for (std::uint32_t start = 0; start < items.size(); ++start) {
    if (state[start] != waiting) continue;
    state[start] = open;
    path.push_back({start, needs_of(start)});
    while (!path.empty()) {
      auto& top = path.back();
      if (top.next == top.needs.size()) {
        state[top.item] = done;
        order.push_back(top.item);
        path.pop_back();
        continue;
      }
      const auto next = top.needs[top.next++];
      if (state[next] != waiting) continue;
      state[next] = open;
      path.push_back({next, needs_of(next)});
    }
  }
  return order;
}

}  // namespace edensync
