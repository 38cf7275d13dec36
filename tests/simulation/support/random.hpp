#pragma once

#include <cstdint>

namespace simulation {

/// splitmix64: the whole of a simulation's chance, the same with every compiler and library.
class random {
 public:
  explicit random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// 0 … n - 1; 0 if n is 0.
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : next() % n; }

  /// True once in n times.
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  /// A number of any magnitude below 2^bits: small ones are as likely as large ones.
  std::uint64_t of_any_size(std::uint64_t bits) { return below(std::uint64_t{1} << below(bits + 1)); }

 private:
  std::uint64_t state_;
};

}  // namespace simulation
