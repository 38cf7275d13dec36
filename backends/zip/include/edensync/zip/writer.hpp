#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <zip.h>

#include "edensync/concepts/archive.hpp"
#include "edensync/zip/temporary_file.hpp"

namespace edensync::zip {

/// Writes ZIP archives with libzip, deflated, ZIP64 where it is needed; models `archive_writer`.
///
/// The archive is made in a temporary file, which goes with the writer. Thread safety: one thread at a time.
class writer {
 public:
  result<void> add(const std::string& name, member_source source, timestamp at) {
    if (!archive_)
      if (auto begun = begin(); !begun) return begun;
    auto given = std::make_unique<member>(member{std::move(source), &why_, {}});
    zip_source_t* const s = zip_source_function(archive_.get(), &writer::answer, given.get());
    if (s == nullptr) return of(*zip_get_error(archive_.get()));
    given.release();  // libzip gives it back with ZIP_SOURCE_FREE
    const auto number = zip_file_add(archive_.get(), name.c_str(), s, ZIP_FL_ENC_UTF_8);
    if (number < 0) {
      zip_source_free(s);
      return of(*zip_get_error(archive_.get()));
    }
    (void)zip_file_set_mtime(archive_.get(), static_cast<zip_uint64_t>(number), static_cast<time_t>(at.seconds), 0);
    // What is unpacked is its owner's only: records of people, and a site's database.
    constexpr zip_uint32_t owner_only = 0100600U << 16U;
    (void)zip_file_set_external_attributes(archive_.get(), static_cast<zip_uint64_t>(number), 0, ZIP_OPSYS_UNIX,
                                           owner_only);
    empty_ = false;
    return {};
  }

  result<std::uint64_t> finish() {
    if (!archive_)
      if (auto begun = begin(); !begun) return begun.error();
    if (empty_) {
      // libzip leaves no file for an archive without members; the end of its directory is all there is of one.
      archive_.reset();
      out_.reset(std::tmpfile());
      const std::string end = std::string("PK\5\6") + std::string(18, '\0');
      if (!out_ || std::fwrite(end.data(), 1, end.size(), out_.get()) != end.size() || std::fflush(out_.get()) != 0)
        return last_failure("a temporary file");
    } else {
      if (zip_close(archive_.get()) != 0) return why_ ? *why_ : of(*zip_get_error(archive_.get()));
      (void)archive_.release();
      out_.reset(std::fopen(place_->file().c_str(), "rb"));
      if (!out_) return last_failure("a temporary file");
    }
    if (::fseeko(out_.get(), 0, SEEK_END) != 0) return last_failure("a temporary file");
    const auto size = ::ftello(out_.get());
    std::rewind(out_.get());
    return static_cast<std::uint64_t>(size);
  }

  result<std::size_t> read(std::span<char> into) {
    if (!out_) return std::size_t{0};
    const auto n = std::fread(into.data(), 1, into.size(), out_.get());
    if (n == 0 && std::ferror(out_.get()) != 0) return last_failure("a temporary file");
    return n;
  }

 private:
  struct member {
    member_source source;
    std::optional<failure>* why;
    zip_error_t error;
  };
  struct discard {
    void operator()(zip_t* z) const noexcept { zip_discard(z); }
  };

  result<void> begin() {
    auto place = temporary_place::make();
    if (!place) return place.error();
    place_.emplace(std::move(*place));
    int code = 0;
    archive_.reset(zip_open(place_->file().c_str(), ZIP_CREATE | ZIP_EXCL, &code));
    if (archive_) return {};
    zip_error_t why;
    zip_error_init_with_code(&why, code);
    return of(why);
  }

  // What libzip asks of a member; no exception may go through it.
  static zip_int64_t answer(void* of, void* data, zip_uint64_t length, zip_source_cmd_t what) noexcept {
    auto* const m = static_cast<member*>(of);
    switch (what) {
      case ZIP_SOURCE_OPEN: zip_error_init(&m->error); return 0;
      case ZIP_SOURCE_READ: {
        auto n = read(*m, {static_cast<char*>(data), static_cast<std::size_t>(length)});
        if (n) return static_cast<zip_int64_t>(*n);
        if (!*m->why) *m->why = n.error();
        zip_error_set(&m->error, ZIP_ER_READ, 0);
        return -1;
      }
      case ZIP_SOURCE_CLOSE: return 0;
      case ZIP_SOURCE_STAT: {
        if (length < sizeof(zip_stat_t)) return -1;
        zip_stat_init(static_cast<zip_stat_t*>(data));
        return sizeof(zip_stat_t);
      }
      case ZIP_SOURCE_ERROR: return zip_error_to_data(&m->error, data, length);
      case ZIP_SOURCE_FREE: delete m; return 0;
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
      default: zip_error_set(&m->error, ZIP_ER_OPNOTSUPP, 0); return -1;
    }
  }

  static result<std::size_t> read(member& m, std::span<char> into) noexcept {
    try {
      return m.source(into);
    } catch (const failure_exception& e) {
      return e.why();
    } catch (const std::exception& e) {
      return make_failure(error::store_failed, e.what());
    }
  }

  static failure of(zip_error_t& why) {
    return make_failure(error::store_failed, std::string("the archive: ") + zip_error_strerror(&why));
  }

  // In this order: libzip closes before its file goes.
  std::optional<failure> why_;
  std::optional<temporary_place> place_;
  std::unique_ptr<zip_t, discard> archive_;
  file_pointer out_;
  bool empty_ = true;
};

static_assert(archive_writer<writer>);

}  // namespace edensync::zip
