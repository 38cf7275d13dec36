#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "edensync/core/uid.hpp"

namespace edensync::memory {

/// Makes `urn:uuid:` identifiers of RFC 4122's shape (version 4) from a seed and a counter; models `uid_source`.
///
/// The same seed gives the same identifiers, different seeds give different ones. Copies share the counter.
/// Thread safety: may be shared.
class counting_uid_source {
 public:
  explicit counting_uid_source(std::uint64_t seed = 1) : state_(std::make_shared<state>(seed)) {}

  uid make() {
    const std::uint64_t n = ++state_->count;
    // Two permutations of 64 bits: no two counters of one seed, and no two seeds at one counter, meet in both halves.
    std::uint64_t high = mix(state_->seed + n * 0x9e3779b97f4a7c15u);
    std::uint64_t low = mix(high ^ n);
    high = (high & 0xffffffffffff0fffu) | 0x4000u;
    low = (low & 0x3fffffffffffffffu) | 0x8000000000000000u;
    std::string text = "urn:uuid:";
    for (int digit = 0; digit < 32; ++digit) {
      if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
      const std::uint64_t half = digit < 16 ? high : low;
      text += "0123456789abcdef"[half >> (60 - digit % 16 * 4) & 15];
    }
    return uid(std::move(text));
  }

 private:
  struct state {
    explicit state(std::uint64_t s) : seed(mix(s)) {}
    std::uint64_t seed;
    std::atomic<std::uint64_t> count{0};
  };

  // The finisher of splitmix64.
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  std::shared_ptr<state> state_;
};

}  // namespace edensync::memory
