#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "edensync/memory/fault_plan.hpp"
#include "edensync/memory/state.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::memory::detail {

/// What a store shares with its snapshots and its transaction.
///
/// Thread safety: shared; `now` and `writing` are guarded by `lock`.
struct core : fault_plan {
  core(std::shared_ptr<const schema> s, std::string e) : resources(std::move(s)), epoch(std::move(e)) {
    state first;
    first.tables.resize(resources->size());
    now = std::make_shared<const state>(std::move(first));
  }

  const std::shared_ptr<const schema> resources;
  const std::string epoch;
  std::mutex lock;
  std::condition_variable written;
  std::shared_ptr<const state> now;
  bool writing = false;
  std::atomic<std::chrono::milliseconds> patience{std::chrono::milliseconds(5000)};
};

}  // namespace edensync::memory::detail
