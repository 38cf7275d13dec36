#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <edensync/core/result.hpp>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace eden_site {

/// A lock on a file, among all programs; it ends with its owner, however that ends.
///
/// Errors: store_failed with the system's words.
class folder_lock {
 public:
  enum class kind { shared, exclusive };

  /// Waits until it can be had. Errors: with `at_once`, store_locked instead.
  static edensync::result<folder_lock> take(const std::filesystem::path& file, kind k, bool at_once) {
    for (;;) {
      folder_lock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
      if (lock.file_ < 0) return failed(file);
      const int how = (k == kind::shared ? LOCK_SH : LOCK_EX) | (at_once ? LOCK_NB : 0);
      while (::flock(lock.file_, how) != 0) {
        if (errno == EWOULDBLOCK) return edensync::make_failure(edensync::error::store_locked);
        if (errno != EINTR) return failed(file);
      }
      struct stat found {};
      if (::fstat(lock.file_, &found) != 0) return failed(file);
      // Whoever held it before has removed it meanwhile: the next one would lock another file.
      if (found.st_nlink != 0) return lock;
    }
  }

  folder_lock(folder_lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  folder_lock& operator=(folder_lock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~folder_lock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit folder_lock(int file) : file_(file) {}

  static edensync::failure failed(const std::filesystem::path& file) {
    const std::error_code why(errno, std::generic_category());
    return edensync::make_failure(edensync::error::store_failed, file.string() + ": " + why.message());
  }

  int file_;
};

}  // namespace eden_site
