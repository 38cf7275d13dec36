#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/document_folder.hpp"

namespace edensync::memory {

/// A folder of documents in memory; models `document_folder`. Copies are the same folder.
///
/// What happens to a carried disk can be done to it: files are lost, copied, cut, changed, and the disk is not there.
/// Thread safety: one thread at a time.
class folder {
  struct content {
    std::string bytes;
    std::int64_t written = 0;
  };
  struct disk {
    std::map<std::string, std::shared_ptr<content>> files;
    std::int64_t clock = 0;
    bool present = true;
    std::optional<std::uint64_t> space;
  };

 public:
  class reader {
   public:
    result<std::size_t> read(std::span<char> into) {
      if (!disk_->present) return make_failure(error::broken_transfer, "the folder has gone");
      const auto n = std::min(into.size(), file_->bytes.size() - std::min(taken_, file_->bytes.size()));
      std::memcpy(into.data(), file_->bytes.data() + taken_, n);
      taken_ += n;
      return n;
    }
    result<folder_file> state() const { return folder_file{{}, file_->bytes.size(), file_->written}; }

   private:
    friend folder;
    reader(std::shared_ptr<disk> d, std::shared_ptr<content> f) : disk_(std::move(d)), file_(std::move(f)) {}
    std::shared_ptr<disk> disk_;
    std::shared_ptr<content> file_;
    std::size_t taken_ = 0;
  };

  class writer {
   public:
    result<void> write(std::string_view piece) {
      if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
      if (disk_->space && bytes_.size() + piece.size() > *disk_->space) return make_failure(error::store_full);
      bytes_ += piece;
      return {};
    }
    result<folder_file> commit() {
      if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
      disk_->files[name_] = std::make_shared<content>(content{std::move(bytes_), ++disk_->clock});
      const auto& f = *disk_->files[name_];
      return folder_file{name_, f.bytes.size(), f.written};
    }

   private:
    friend folder;
    writer(std::shared_ptr<disk> d, std::string name) : disk_(std::move(d)), name_(std::move(name)) {}
    std::shared_ptr<disk> disk_;
    std::string name_;
    std::string bytes_;
  };

  result<std::vector<folder_file>> list() {
    if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
    std::vector<folder_file> all;
    for (const auto& [name, f] : disk_->files) all.push_back({name, f->bytes.size(), f->written});
    return all;
  }

  result<reader> open(const std::string& name) {
    if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
    const auto it = disk_->files.find(name);
    if (it == disk_->files.end()) return make_failure(error::unreachable, "there is no such file");
    return reader(disk_, it->second);
  }

  result<writer> create(const std::string& name) {
    if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
    return writer(disk_, name);
  }

  result<void> remove(const std::string& name) {
    if (!disk_->present) return make_failure(error::unreachable, "the folder is not there");
    disk_->files.erase(name);
    return {};
  }

  // --- what else may happen to a disk -----------------------------------------------------------------------------------

  /// Puts a file there, as somebody's copying does.
  void put(const std::string& name, std::string bytes) {
    disk_->files[name] = std::make_shared<content>(content{std::move(bytes), ++disk_->clock});
  }
  std::optional<std::string> get(const std::string& name) const {
    const auto it = disk_->files.find(name);
    return it == disk_->files.end() ? std::nullopt : std::optional(it->second->bytes);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, f] : disk_->files) all.push_back(name);
    return all;
  }
  void lose(const std::string& name) { disk_->files.erase(name); }
  void set_present(bool there) { disk_->present = there; }
  /// The largest file that there is space for.
  void set_space(std::optional<std::uint64_t> bytes) { disk_->space = bytes; }

 private:
  std::shared_ptr<disk> disk_ = std::make_shared<disk>();
};

static_assert(document_folder<folder>);

}  // namespace edensync::memory
