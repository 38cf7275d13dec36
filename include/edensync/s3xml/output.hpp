#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace edensync::s3xml {

/// Gathers many small pieces in front of a string, and appends them to it together.
///
/// A record is some fifty pieces; appending each to the string costs more than writing it. What was put is in the string
/// after `flush` or at the end of life. Thread safety: one thread at a time.
class output {
 public:
  explicit output(std::string& to) : to_(&to) {}
  output(const output&) = delete;
  output& operator=(const output&) = delete;
  ~output() { flush(); }

  void flush() {
    to_->append(buffer_.data(), used_);
    used_ = 0;
  }

  /// A place for up to `n` bytes, n at most `room_limit`; `advance` tells how many were written.
  char* room(std::size_t n) {
    if (capacity - used_ < n) flush();
    return buffer_.data() + used_;
  }
  void advance(std::size_t n) { used_ += n; }

  void put(char c) {
    *room(1) = c;
    ++used_;
  }

  /// A literal: its size is known, so that copying it is a few stores.
  template <std::size_t N>
  void put(const char (&s)[N]) {
    static_assert(N <= room_limit);
    std::memcpy(room(N - 1), s, N - 1);
    used_ += N - 1;
  }

  void put(std::string_view s) {
    if (s.size() > room_limit) {
      flush();
      to_->append(s);
      return;
    }
    std::memcpy(room(room_limit), s.data(), s.size());
    used_ += s.size();
  }

  static constexpr std::size_t room_limit = 1024;

 private:
  static constexpr std::size_t capacity = 4096;
  std::string* to_;
  std::size_t used_ = 0;
  // Not initialised: it is written before it is read.
  std::array<char, capacity> buffer_;
};

}  // namespace edensync::s3xml
