#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edensync/core/result.hpp"
#include "edensync/journal/frames.hpp"

namespace edensync::journal {

/// What a journal asks of the system when it writes. A test puts its own in place and lets a call fail.
class file_calls {
 public:
  virtual ~file_calls() = default;
  virtual ssize_t write(int file, const char* from, std::size_t n, off_t at) { return ::pwrite(file, from, n, at); }
  virtual int sync(int file) { return ::fsync(file); }
  virtual int cut(int file, off_t length) { return ::ftruncate(file, length); }
  virtual int rename(const char* from, const char* to) { return ::rename(from, to); }
};

/// The file of one store: frames are read once and appended then.
///
/// Locked (`flock`) as long as it is open. Errors, thrown: `store_locked`, `store_full`, `store_damaged`, `store_failed`; a
/// frame that could not be written whole is taken away again, and the next one is written in its place.
/// Thread safety: one thread at a time.
class file {
 public:
  file(const std::filesystem::path& path, std::shared_ptr<file_calls> calls)
      : path_(std::filesystem::weakly_canonical(path)), calls_(std::move(calls)) {
    open_locked();
  }
  file(const file&) = delete;
  ~file() { ::close(number_); }

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Gives the content of each frame to `take`, then cuts off what was not written whole. A file that is damaged stays as it
  /// is.
  template <class Take>
  void replay(Take&& take) {
    const std::string all = read_all();
    if (!frames::mark.starts_with(std::string_view(all).substr(0, frames::mark.size())))
      throw_failure(error::store_damaged, path_.string() + " is not a journal");
    if (all.size() < frames::mark.size()) return begin_anew();
    length_ = frames::mark.size();
    while (const auto content = frames::read(all, length_)) {
      take(*content);
      length_ += frames::head_size + content->size();
    }
    if (length_ == all.size()) return;
    if (frames::any_behind(all, length_))
      throw_failure(error::store_damaged, path_.string() + " is damaged at byte " + std::to_string(length_));
    unsettled_ = true;
    settle();
  }

  /// Fails if what is open is not what lies in its place, or not as long as it was.
  void check_place() const {
    if (!in_its_place()) throw_failure(error::store_damaged, path_.string() + " was removed, replaced or cut");
  }

  /// Appends a frame. When this returns, a power cut loses nothing of it.
  void append(std::string_view content) {
    settle();
    const std::string frame = frames::make(content);
    unsettled_ = true;
    try {
      write(number_, frame, length_);
      sync(number_, path_);
    } catch (const failure_exception&) {
      take_back();
      throw;
    }
    unsettled_ = false;
    length_ += frame.size();
  }

  /// Writes a fresh file, whose frames `give(append)` gives, and puts it in the place of this one. All of it or nothing.
  template <class Give>
  void replace(Give&& give) {
    settle();
    const std::filesystem::path beside = path_.string() + ".new";
    const int fresh = ::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fresh < 0) fail(beside);
    std::size_t length = frames::mark.size();
    try {
      if (::flock(fresh, LOCK_EX | LOCK_NB) != 0) fail(beside);
      write(fresh, frames::mark, 0);
      give([&](std::string_view content) {
        const std::string frame = frames::make(content);
        write(fresh, frame, length);
        length += frame.size();
      });
      sync(fresh, beside);
      if (calls_->rename(beside.c_str(), path_.c_str()) != 0) fail(path_);
    } catch (...) {
      ::unlink(beside.c_str());
      ::close(fresh);
      throw;
    }
    ::close(std::exchange(number_, fresh));
    length_ = length;
    unnamed_ = true;
    settle();
  }

 private:
  [[noreturn]] static void fail(const std::filesystem::path& what) {
    const int why = errno;
    const bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
    throw_failure(full ? error::store_full : error::store_failed,
                  what.string() + ": " + std::generic_category().message(why));
  }

  bool in_its_place() const {
    struct stat ours {
    }, theirs{};
    return ::fstat(number_, &ours) == 0 && ::stat(path_.c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino &&
           ours.st_dev == theirs.st_dev && ours.st_size >= static_cast<off_t>(length_);
  }

  void open_locked() {
    for (;;) {
      number_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (number_ < 0) fail(path_);
      const bool locked = ::flock(number_, LOCK_EX | LOCK_NB) == 0;
      const bool busy = !locked && errno == EWOULDBLOCK;
      // Whoever had it open may just have put another file in its place.
      if (locked && in_its_place()) return;
      ::close(number_);
      if (busy) throw_failure(error::store_locked, path_.string() + " is open already");
      if (!locked) fail(path_);
    }
  }

  void begin_anew() {
    write(number_, frames::mark, 0);
    sync(number_, path_);
    length_ = frames::mark.size();
    unnamed_ = true;
    settle();
  }

  // Brings to the disk what stands in the way of the next frame: a frame of which not all is there, a new name.
  void settle() {
    if (unsettled_) {
      if (calls_->cut(number_, static_cast<off_t>(length_)) != 0) fail(path_);
      sync(number_, path_);
      unsettled_ = false;
    }
    if (unnamed_) {
      const auto folder = path_.parent_path();
      const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (number < 0) fail(folder);
      const int done = calls_->sync(number);
      const int why = errno;
      ::close(number);
      errno = why;
      if (done != 0) fail(folder);
      unnamed_ = false;
    }
  }
  void take_back() noexcept {
    try {
      settle();
    } catch (const failure_exception&) {  // it is tried again before the next frame
    }
  }

  void write(int to, std::string_view bytes, std::size_t at) {
    while (!bytes.empty()) {
      const ssize_t n = calls_->write(to, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(path_);
      bytes.remove_prefix(static_cast<std::size_t>(n));
      at += static_cast<std::size_t>(n);
    }
  }
  void sync(int what, const std::filesystem::path& name) {
    if (calls_->sync(what) != 0) fail(name);
  }

  std::string read_all() const {
    struct stat s {};
    if (::fstat(number_, &s) != 0) fail(path_);
    std::string all(static_cast<std::size_t>(s.st_size), '\0');
    for (std::size_t at = 0; at < all.size();) {
      const ssize_t n = ::pread(number_, all.data() + at, all.size() - at, static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(path_);
      if (n == 0) all.resize(at);
      at += static_cast<std::size_t>(n);
    }
    return all;
  }

  std::filesystem::path path_;
  std::shared_ptr<file_calls> calls_;
  int number_ = -1;
  std::size_t length_ = 0;
  bool unsettled_ = false;  // something may stand behind the last frame
  bool unnamed_ = false;    // the folder may not have come to the disk
};

}  // namespace edensync::journal
