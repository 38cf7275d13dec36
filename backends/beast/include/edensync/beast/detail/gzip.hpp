#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"

namespace edensync::beast::detail {

inline constexpr std::size_t piece_size = std::size_t{64} * 1024;

/// zlib's window bits, and the bit that says gzip instead of zlib's own wrapping.
inline constexpr int gzip_window = 15 + 16;

inline Bytef* zlib_bytes(const char* bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes));  // zlib's interface does not say const
}

/// Undoes gzip piece by piece, and refuses bombs.
class inflater {
 public:
  explicit inflater(unsigned max_ratio) : max_ratio_(max_ratio), out_(piece_size) {
    if (inflateInit2(&z_, gzip_window) != Z_OK) throw std::bad_alloc();
  }
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;
  ~inflater() { inflateEnd(&z_); }

  /// Gives what comes out to `sink(std::string_view) -> result<void>`.
  ///
  /// Errors: the sink's; `broken_transfer` for corrupt data and for bombs.
  template <class Sink>
  result<void> feed(std::string_view in, Sink&& sink) {
    z_.next_in = zlib_bytes(in.data());
    z_.avail_in = static_cast<uInt>(in.size());
    in_total_ += in.size();
    for (;;) {
      if (at_end_) {
        if (z_.avail_in == 0) return {};
        inflateReset(&z_);  // gzip files may follow each other
        at_end_ = false;
      }
      z_.next_out = zlib_bytes(out_.data());
      z_.avail_out = static_cast<uInt>(out_.size());
      const int status = inflate(&z_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return make_failure(error::broken_transfer, std::string("the compressed answer is corrupt") +
                                                        (z_.msg ? std::string(": ") + z_.msg : ""));
      const std::size_t n = out_.size() - z_.avail_out;
      out_total_ += n;
      if (out_total_ > free_output && out_total_ - free_output > in_total_ * max_ratio_)
        return make_failure(error::broken_transfer, "the compressed answer grows more than " +
                                                        std::to_string(max_ratio_) + " times, like a bomb");
      if (n != 0)
        if (auto r = sink(std::string_view(out_.data(), n)); r.has_error()) return r;
      if (status == Z_STREAM_END)
        at_end_ = true;
      else if (z_.avail_in == 0 && z_.avail_out != 0)
        return {};
      else if (status == Z_BUF_ERROR && n == 0)
        return {};
    }
  }

  /// Errors: `broken_transfer` if something is missing.
  result<void> finish() const {
    if (at_end_ && in_total_ != 0) return {};
    return make_failure(error::broken_transfer, "the compressed answer is not complete");
  }

 private:
  static constexpr std::uint64_t free_output = std::uint64_t{1} << 20;

  z_stream z_{};
  std::uint64_t max_ratio_;
  std::vector<char> out_;
  std::uint64_t in_total_ = 0;
  std::uint64_t out_total_ = 0;
  bool at_end_ = false;
};

/// Makes gzip piece by piece.
class deflater {
 public:
  deflater() {
    // The fastest level: an office's line is slower than it, and a server's processors are shared.
    if (deflateInit2(&z_, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;
  ~deflater() { deflateEnd(&z_); }

  /// Appends what comes out to `out`, which may be nothing before the end.
  void feed(std::string_view in, std::string& out, bool end) {
    z_.next_in = zlib_bytes(in.data());
    z_.avail_in = static_cast<uInt>(in.size());
    do {
      const std::size_t had = out.size();
      out.resize(had + std::max<std::size_t>(in.size() / 4, 4096));
      z_.next_out = zlib_bytes(out.data() + had);
      z_.avail_out = static_cast<uInt>(out.size() - had);
      deflate(&z_, end ? Z_FINISH : Z_NO_FLUSH);
      out.resize(out.size() - z_.avail_out);
    } while (z_.avail_out == 0);
  }

 private:
  z_stream z_{};
};

}  // namespace edensync::beast::detail
