#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <zip.h>

#include "edensync/concepts/archive.hpp"
#include "edensync/zip/directory.hpp"
#include "edensync/zip/temporary_file.hpp"

namespace edensync::zip {

/// Reads ZIP archives with libzip; models `archive_reader`.
///
/// What comes is kept in a file without a name until the reader ends. Members may be stored or deflated, with or without
/// ZIP64; encrypted ones are refused. How long a member really is counts, not what the archive says of it.
/// Thread safety: one thread at a time.
class reader {
 public:
  explicit reader(const archive_limits& limits = {}) : limits_(limits) {}

  /// The next bytes of the archive.
  result<void> feed(std::string_view piece) {
    if (!file_) {
      file_.reset(std::tmpfile());
      if (!file_) return last_failure("a temporary file");
    }
    if (piece.size() > limits_.bytes - size_)
      return make_failure(error::limit_exceeded, "an archive of more than " + std::to_string(limits_.bytes) + " bytes");
    if (std::fwrite(piece.data(), 1, piece.size(), file_.get()) != piece.size())
      return last_failure("a temporary file");
    size_ += piece.size();
    return {};
  }

  result<void> finish() {
    if (size_ == 0) return make_failure(error::malformed_document, "an empty archive file");
    if (std::fflush(file_.get()) != 0) return last_failure("a temporary file");
    if (auto ok = check_directory(file_.get(), size_, limits_); !ok) return ok;
    std::rewind(file_.get());
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t* const source = zip_source_filep_create(file_.get(), 0, -1, &why);
    if (source == nullptr) return of(why);
    file_.release();  // the source has it now
    archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why));
    if (!archive_) {
      zip_source_free(source);
      return of(why);
    }
    zip_error_fini(&why);
    const auto members = zip_get_num_entries(archive_.get(), 0);
    if (members < 0 || static_cast<std::uint64_t>(members) > limits_.members)
      return make_failure(error::limit_exceeded, "an archive of " + std::to_string(members) + " members");
    return {};
  }

  result<bool> open(std::string_view name) {
    member_.reset();
    if (!archive_) return make_failure(error::malformed_document, "no archive was read");
    const auto index = zip_name_locate(archive_.get(), std::string(name).c_str(), ZIP_FL_ENC_GUESS);
    if (index < 0) return false;
    zip_stat_t told;
    zip_stat_init(&told);
    const auto number = static_cast<zip_uint64_t>(index);
    if (zip_stat_index(archive_.get(), number, 0, &told) != 0 || (told.valid & ZIP_STAT_COMP_SIZE) == 0)
      return of(*zip_get_error(archive_.get()));
    if ((told.valid & ZIP_STAT_SIZE) != 0 && told.size > limits_.member_bytes) return too_long();
    packed_ = told.comp_size;
    unpacked_ = 0;
    member_.reset(zip_fopen_index(archive_.get(), number, 0));
    if (!member_) return of(*zip_get_error(archive_.get()));
    return true;
  }

  result<std::size_t> read(std::span<char> into) {
    if (!member_ || into.empty()) return std::size_t{0};
    const auto n = zip_fread(member_.get(), into.data(), into.size());
    if (n < 0) return of(*zip_file_get_error(member_.get()));
    unpacked_ += static_cast<std::uint64_t>(n);
    all_ += static_cast<std::uint64_t>(n);
    constexpr std::uint64_t free = std::uint64_t{1} << 20;
    if (unpacked_ > limits_.member_bytes || all_ > limits_.all_bytes) return too_long();
    if (unpacked_ > free && unpacked_ / limits_.ratio > packed_)
      return make_failure(error::limit_exceeded,
                          "a member that unpacks to more than " + std::to_string(limits_.ratio) + " times its length");
    return static_cast<std::size_t>(n);
  }

 private:
  struct close_archive {
    void operator()(zip_t* z) const noexcept { zip_discard(z); }
  };
  struct close_member {
    void operator()(zip_file_t* f) const noexcept { zip_fclose(f); }
  };

  static failure too_long() { return make_failure(error::limit_exceeded, "a member that is too long"); }

  static failure of(zip_error_t& why) {
    const int code = zip_error_code_zip(&why);
    const bool ours = code == ZIP_ER_MEMORY || code == ZIP_ER_READ || code == ZIP_ER_SEEK || code == ZIP_ER_TELL;
    auto out = make_failure(ours ? error::store_failed : error::malformed_document,
                            std::string("the archive: ") + zip_error_strerror(&why));
    return out;
  }

  archive_limits limits_;
  file_pointer file_;
  std::uint64_t size_ = 0;
  std::unique_ptr<zip_t, close_archive> archive_;
  std::unique_ptr<zip_file_t, close_member> member_;
  std::uint64_t packed_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t all_ = 0;
};

static_assert(archive_reader<reader>);

}  // namespace edensync::zip
