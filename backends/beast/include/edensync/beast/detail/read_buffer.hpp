#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace edensync::beast::detail {

/// Bytes received and not yet understood. It grows up to its capacity only when a peer sends that much at once, so an
/// idle connection costs little.
class read_buffer {
 public:
  explicit read_buffer(std::size_t capacity) : capacity_(capacity) {}

  /// Where to receive into; empty if the buffer is full.
  std::span<char> room() {
    if (end_ == bytes_.size() && bytes_.size() < capacity_)
      bytes_.resize(std::min(capacity_, std::max(first_size, bytes_.size() * 4)));
    if (begin_ != 0) {
      std::copy(at(begin_), at(end_), at(0));
      end_ -= begin_;
      begin_ = 0;
    }
    return std::span<char>(bytes_).subspan(end_);
  }

  void commit(std::size_t n) { end_ += n; }

  std::string_view data() const { return {bytes_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t n) { begin_ += n; }
  void clear() { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t first_size = 4096;

  std::vector<char>::iterator at(std::size_t i) { return bytes_.begin() + static_cast<std::ptrdiff_t>(i); }

  std::size_t capacity_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace edensync::beast::detail
