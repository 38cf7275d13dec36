#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "edensync/journal/store.hpp"

namespace edensync::test {

/// A folder that is there as long as the test.
class journal_folder {
 public:
  journal_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edensync-journal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_failure(error::store_failed, name);
    path_ = name;
  }
  journal_folder(const journal_folder&) = delete;
  ~journal_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path fresh() { return path_ / std::to_string(++count_); }

 private:
  std::filesystem::path path_;
  int count_ = 0;
};

inline std::string bytes_of(const std::filesystem::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& p, const std::string& bytes) {
  std::ofstream(p, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace edensync::test
