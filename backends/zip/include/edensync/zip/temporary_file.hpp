#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <stdlib.h>
#include <unistd.h>

#include "edensync/core/result.hpp"

namespace edensync::zip {

struct close_file {
  void operator()(std::FILE* f) const noexcept { (void)std::fclose(f); }
};
using file_pointer = std::unique_ptr<std::FILE, close_file>;

/// What the system says of the last call that failed.
inline failure last_failure(const char* what) {
  const int why = errno;
  return make_failure(why == ENOSPC || why == EDQUOT || why == EFBIG ? error::store_full : error::store_failed,
                      std::string(what) + ": " + std::generic_category().message(why));
}

/// A folder for one file that needs a name while it is being made; both go at the end.
class temporary_place {
 public:
  /// Errors: store_full, store_failed.
  static result<temporary_place> make() {
    std::error_code bad;
    const auto where = std::filesystem::temp_directory_path(bad);
    if (bad) return make_failure(error::store_failed, "no folder for temporary files: " + bad.message());
    std::string name = (where / "edensync.").string() + std::string(6, 'X');  // what mkdtemp replaces
    if (::mkdtemp(name.data()) == nullptr) return last_failure("a temporary folder");
    return temporary_place(std::move(name));
  }

  temporary_place(temporary_place&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  temporary_place& operator=(temporary_place&&) = delete;
  ~temporary_place() {
    if (folder_.empty()) return;
    ::unlink(file().c_str());
    ::rmdir(folder_.c_str());
  }

  std::string file() const { return folder_ + "/archive.zip"; }

 private:
  explicit temporary_place(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace edensync::zip
