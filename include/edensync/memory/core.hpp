#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "edensync/core/result.hpp"
#include "edensync/memory/state.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::memory::detail {

/// What a store shares with its snapshots and its transaction.
///
/// Thread safety: shared; `now` and `writing` are guarded by `lock`.
struct core {
  core(std::shared_ptr<const schema> s, std::string e) : resources(std::move(s)), epoch(std::move(e)) {
    state first;
    first.tables.resize(resources->size());
    now = std::make_shared<const state>(std::move(first));
  }

  /// Counts an operation, or fails instead of it if it was chosen to fail.
  void count() {
    const auto number = ++operations;
    if (number == fail_at) throw_failure(error::store_failed, "the store was told to fail here");
    if (crash_at != 0 && number >= crash_at)
      throw_failure(error::store_failed, "the store was told to be gone from here");
  }

  const std::shared_ptr<const schema> resources;
  const std::string epoch;
  std::mutex lock;
  std::condition_variable written;
  std::shared_ptr<const state> now;
  bool writing = false;
  std::atomic<std::chrono::milliseconds> patience{std::chrono::milliseconds(5000)};
  std::atomic<std::uint64_t> operations{0};
  std::atomic<std::uint64_t> fail_at{0};
  std::atomic<std::uint64_t> crash_at{0};
};

}  // namespace edensync::memory::detail
