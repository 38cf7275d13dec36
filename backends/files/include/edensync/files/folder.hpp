#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edensync/concepts/document_folder.hpp"
#include "edensync/files/descriptor.hpp"

namespace edensync::files {

namespace detail {

// Nobody's pattern matches a name with a dot in front unless it says so.
inline constexpr std::string_view unfinished = ".edensync-";

inline folder_file describe(std::string name, const struct stat& s) {
  return {std::move(name), static_cast<std::uint64_t>(s.st_size),
          std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec};
}

inline result<void> check_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    return make_failure(error::store_failed, "no name of a file: " + name);
  return {};
}

}  // namespace detail

/// A file that is being read.
class file_reader {
 public:
  result<std::size_t> read(std::span<char> into) {
    for (;;) {
      const auto n = ::read(file_.get(), into.data(), into.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return last_failure(name_);
    }
  }

  result<folder_file> state() const {
    struct stat s {};
    if (::fstat(file_.get(), &s) != 0) return last_failure(name_);
    return detail::describe({}, s);
  }

 private:
  friend class folder;
  file_reader(descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  descriptor file_;
  std::string name_;
};

/// A file that is being written, under a name that nobody reads.
class file_writer {
 public:
  file_writer(file_writer&&) noexcept = default;
  file_writer& operator=(file_writer&&) = delete;
  ~file_writer() {
    if (file_) ::unlinkat(folder_->get(), hidden_.c_str(), 0);
  }

  result<void> write(std::string_view piece) {
    while (!piece.empty()) {
      const auto n = ::write(file_.get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return last_failure(name_);
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  /// The content is on the disk before the name is, and the name before this returns.
  result<folder_file> commit() {
    struct stat s {};
    if (::fsync(file_.get()) != 0 || ::fstat(file_.get(), &s) != 0) return last_failure(name_);
    if (::renameat(folder_->get(), hidden_.c_str(), folder_->get(), name_.c_str()) != 0) return last_failure(name_);
    file_ = descriptor();
    if (::fsync(folder_->get()) != 0) return last_failure(name_);
    return detail::describe(name_, s);
  }

 private:
  friend class folder;
  file_writer(std::shared_ptr<descriptor> folder, descriptor file, std::string name, std::string hidden)
      : folder_(std::move(folder)), file_(std::move(file)), name_(std::move(name)), hidden_(std::move(hidden)) {}
  std::shared_ptr<descriptor> folder_;
  descriptor file_;
  std::string name_;
  std::string hidden_;
};

/// A folder of a file system; models `document_folder`. Made by `open_folder`.
///
/// Links and special files are neither listed nor opened, so that nobody who may write there can lead elsewhere.
/// Lifetime: readers and writers may outlive it. Thread safety: one thread at a time; several programs may use one folder.
class folder {
 public:
  result<std::vector<folder_file>> list() {
    descriptor copy(::openat(folder_->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!copy) return last_failure(path_);
    const std::unique_ptr<DIR, close_names> names(::fdopendir(copy.get()));
    if (!names) return last_failure(path_);
    copy.release();  // it is closed with the names
    std::vector<folder_file> all;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(names.get());
      if (entry == nullptr) break;
      std::string name = entry->d_name;
      if (name.starts_with(detail::unfinished)) continue;
      struct stat s {};
      // It may have gone meanwhile.
      if (::fstatat(folder_->get(), name.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(s.st_mode)) continue;
      all.push_back(detail::describe(std::move(name), s));
    }
    if (errno != 0) return last_failure(path_);
    return all;
  }

  result<file_reader> open(const std::string& name) {
    if (auto ok = detail::check_name(name); !ok) return ok.error();
    // Not to wait for whoever writes into a pipe.
    descriptor file(::openat(folder_->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) return last_failure(name);
    struct stat s {};
    if (::fstat(file.get(), &s) != 0) return last_failure(name);
    if (!S_ISREG(s.st_mode)) return make_failure(error::store_failed, name + ": not a file");
    return file_reader(std::move(file), name);
  }

  result<file_writer> create(const std::string& name) {
    if (auto ok = detail::check_name(name); !ok) return ok.error();
    // Always the same for a name, so that what a crash leaves is replaced by the next one.
    std::string hidden = std::string(detail::unfinished) + name;
    if (::unlinkat(folder_->get(), hidden.c_str(), 0) != 0 && errno != ENOENT) return last_failure(name);
    descriptor file(::openat(folder_->get(), hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file) return last_failure(name);
    return file_writer(folder_, std::move(file), name, std::move(hidden));
  }

  result<void> remove(const std::string& name) {
    if (auto ok = detail::check_name(name); !ok) return ok;
    if (::unlinkat(folder_->get(), name.c_str(), 0) != 0 && errno != ENOENT) return last_failure(name);
    if (::fsync(folder_->get()) != 0) return last_failure(path_);
    return {};
  }

 private:
  friend result<folder> open_folder(const std::string& path);
  struct close_names {
    void operator()(DIR* d) const noexcept { ::closedir(d); }
  };

  folder(descriptor d, std::string path)
      : folder_(std::make_shared<descriptor>(std::move(d))), path_(std::move(path)) {}
  std::shared_ptr<descriptor> folder_;
  std::string path_;
};

/// Opens a folder that is there already: a disk that is not plugged in must not become a folder on another one.
///
/// Errors: unreachable if it is not there, store_failed.
inline result<folder> open_folder(const std::string& path) {
  descriptor d(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!d) return last_failure(path);
  return folder(std::move(d), path);
}

static_assert(document_folder<folder>);

}  // namespace edensync::files
