#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// What every target has: libFuzzer calls `LLVMFuzzerTestOneInput` with bytes that nobody would send on purpose.
namespace edensync::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Says what must be true of every input; what is not true ends the program, and libFuzzer keeps the input.
inline void require(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %s\n", sentence);
  std::abort();
}

/// Takes the text before the next separator; all of it if there is none.
inline std::string_view next_part(std::string_view& rest, char separator = '\n') {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

}  // namespace edensync::fuzz
