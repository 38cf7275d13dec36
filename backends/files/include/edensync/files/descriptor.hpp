#pragma once

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "edensync/core/result.hpp"

namespace edensync::files {

/// An open file or folder, closed at its end.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const noexcept { return number_; }
  void release() noexcept { number_ = -1; }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// What the system says of the last call that failed, about something with a name.
inline failure last_failure(const std::string& name) {
  const int why = errno;
  const auto code = why == ENOENT || why == ENOTDIR || why == ENODEV || why == ENXIO || why == ESTALE
                        ? error::unreachable
                    : why == ENOSPC || why == EDQUOT || why == EFBIG ? error::store_full
                    : why == EIO                                     ? error::broken_transfer
                                                                     : error::store_failed;
  return make_failure(code, name + ": " + std::generic_category().message(why));
}

}  // namespace edensync::files
