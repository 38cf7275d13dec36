#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "edensync/concepts/file_store.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/files/folder.hpp"

namespace edensync::files {

/// A file on its way into a `file_store`, under a name that nobody reads.
class stored_file {
 public:
  stored_file(stored_file&&) noexcept = default;
  stored_file& operator=(stored_file&&) = delete;
  ~stored_file() {
    if (file_) ::unlinkat(folder_->get(), hidden_.c_str(), 0);
  }

  result<void> write(std::string_view piece) {
    if (EVP_DigestUpdate(sum_.get(), piece.data(), piece.size()) != 1)
      return make_failure(error::store_failed, "no SHA-256");
    while (!piece.empty()) {
      const auto n = ::write(file_.get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return last_failure(hidden_);
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  /// The content is on the disk before the name is, and the name before this returns.
  result<std::string> commit() {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned length = 0;
    if (EVP_DigestFinal_ex(sum_.get(), sum.data(), &length) != 1)
      return make_failure(error::store_failed, "no SHA-256");
    std::string hash;
    for (unsigned i = 0; i < length; ++i) {
      hash += digits[sum[i] >> 4U];
      hash += digits[sum[i] & 15U];
    }
    if (::fsync(file_.get()) != 0) return last_failure(hidden_);
    if (::renameat(folder_->get(), hidden_.c_str(), folder_->get(), hash.c_str()) != 0) return last_failure(hash);
    file_ = descriptor();
    if (::fsync(folder_->get()) != 0) return last_failure(hash);
    return hash;
  }

 private:
  friend class file_store;
  struct free_sum {
    void operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }
  };
  using digest = std::unique_ptr<EVP_MD_CTX, free_sum>;

  stored_file(std::shared_ptr<descriptor> folder, descriptor file, std::string hidden, digest sum)
      : folder_(std::move(folder)), file_(std::move(file)), hidden_(std::move(hidden)), sum_(std::move(sum)) {}
  std::shared_ptr<descriptor> folder_;
  descriptor file_;
  std::string hidden_;
  digest sum_;
};

/// Keeps the files of upload fields in a folder, each under its SHA-256; models the concept `file_store`. Made by
/// `open_file_store`.
///
/// The folder belongs to one site. What a crash leaves has a name that begins with `.edensync-` and may be removed while
/// nobody runs. Lifetime: readers and writers may outlive it. Thread safety: may be shared, also by several programs.
class file_store {
 public:
  result<stored_file> begin() {
    stored_file::digest sum(EVP_MD_CTX_new());
    if (!sum || EVP_DigestInit_ex(sum.get(), EVP_sha256(), nullptr) != 1)
      return make_failure(error::store_failed, "no SHA-256");
    static std::atomic<std::uint64_t> count{0};
    std::string hidden = std::string(detail::unfinished) + std::to_string(::getpid()) + '-' + std::to_string(++count);
    // Another program may have had the number of this one, and died.
    if (::unlinkat(folder_->get(), hidden.c_str(), 0) != 0 && errno != ENOENT) return last_failure(hidden);
    descriptor file(::openat(folder_->get(), hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file) return last_failure(hidden);
    return stored_file(folder_, std::move(file), std::move(hidden), std::move(sum));
  }

  result<std::optional<file_reader>> open(std::string_view hash) {
    if (!edensync::detail::is_upload_hash(hash)) return std::optional<file_reader>();
    auto file = files_.open(std::string(hash));
    if (!file && file.error().code == error::unreachable) return std::optional<file_reader>();
    if (!file) return file.error();
    return std::optional<file_reader>(std::move(*file));
  }

 private:
  friend result<file_store> open_file_store(const std::string& path);
  file_store(folder files, descriptor d)
      : files_(std::move(files)), folder_(std::make_shared<descriptor>(std::move(d))) {}
  folder files_;
  std::shared_ptr<descriptor> folder_;
};

/// Opens a folder that is there already. Errors: unreachable if it is not there, store_failed.
inline result<file_store> open_file_store(const std::string& path) {
  auto files = open_folder(path);
  if (!files) return files.error();
  descriptor d(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!d) return last_failure(path);
  return file_store(std::move(*files), std::move(d));
}

static_assert(edensync::file_store<file_store>);

}  // namespace edensync::files
