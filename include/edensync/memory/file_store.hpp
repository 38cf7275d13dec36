#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/file_store.hpp"

namespace edensync::memory {

/// Keeps files in memory; models `file_store`. Its hash is quick and of the same form, but no SHA-256: for tests.
///
/// Thread safety: may be shared.
class file_store {
  struct shelf {
    std::mutex lock;
    std::map<std::string, std::shared_ptr<const std::string>, std::less<>> files;
    std::optional<std::size_t> space;
  };

 public:
  class writer {
   public:
    result<void> write(std::string_view piece) {
      const std::lock_guard guard(shelf_->lock);
      if (shelf_->space && bytes_.size() + piece.size() > *shelf_->space) return make_failure(error::store_full);
      bytes_ += piece;
      return {};
    }
    result<std::string> commit() {
      std::string hash = hash_of(bytes_);
      const std::lock_guard guard(shelf_->lock);
      shelf_->files.try_emplace(hash, std::make_shared<const std::string>(std::move(bytes_)));
      return hash;
    }

   private:
    friend file_store;
    explicit writer(std::shared_ptr<shelf> s) : shelf_(std::move(s)) {}
    std::shared_ptr<shelf> shelf_;
    std::string bytes_;
  };

  class reader {
   public:
    result<std::size_t> read(std::span<char> into) {
      const auto n = std::min(into.size(), file_->size() - taken_);
      std::memcpy(into.data(), file_->data() + taken_, n);
      taken_ += n;
      return n;
    }

   private:
    friend file_store;
    explicit reader(std::shared_ptr<const std::string> f) : file_(std::move(f)) {}
    std::shared_ptr<const std::string> file_;
    std::size_t taken_ = 0;
  };

  result<writer> begin() { return writer(shelf_); }

  result<std::optional<reader>> open(std::string_view hash) {
    const std::lock_guard guard(shelf_->lock);
    const auto at = shelf_->files.find(hash);
    return at == shelf_->files.end() ? std::optional<reader>() : reader(at->second);
  }

  std::size_t size() const {
    const std::lock_guard guard(shelf_->lock);
    return shelf_->files.size();
  }
  /// The largest file that there is space for.
  void set_space(std::optional<std::size_t> bytes) {
    const std::lock_guard guard(shelf_->lock);
    shelf_->space = bytes;
  }

 private:
  // Four sums after Fowler, Noll and Vo from different beginnings.
  static std::string hash_of(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint64_t seed : std::array<std::uint64_t, 4>{1, 2, 3, 4}) {
      std::uint64_t sum = 0xcbf29ce484222325U ^ (seed * 0x9e3779b97f4a7c15U);
      for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
      for (int shift = 60; shift >= 0; shift -= 4) out += digits[sum >> static_cast<unsigned>(shift) & 15U];
    }
    return out;
  }

  std::shared_ptr<shelf> shelf_ = std::make_shared<shelf>();
};

static_assert(edensync::file_store<file_store>);

}  // namespace edensync::memory
