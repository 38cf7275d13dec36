#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "edensync/core/incoming_record.hpp"

namespace edensync::s3xml {

/// Builds one element after the other in the same memory.
///
/// Whoever is given the finished element may move it out, or swap another one in its place: that one's memory is used
/// next. A record that is begun holds what its memory held before; the reader overwrites all of it.
class element_builder {
 public:
  /// Records begun so far.
  std::size_t size() const noexcept { return used_; }

  /// Begins a record. Lifetime: the reference holds until the next one is begun.
  incoming_record& add() {
    if (used_ == element_.size()) {
      if (spare_.empty()) {
        element_.emplace_back();
      } else {
        element_.push_back(std::move(spare_.back()));
        spare_.pop_back();
      }
    }
    return element_[used_++];
  }

  incoming_record& operator[](std::size_t i) { return element_[i]; }
  const incoming_record& operator[](std::size_t i) const { return element_[i]; }

  /// The element with all records begun; the next one begins afterwards.
  incoming_element& finish() {
    while (element_.size() > used_) {
      if (spare_.size() < spare_limit) spare_.push_back(std::move(element_.back()));
      element_.pop_back();
    }
    used_ = 0;
    return element_;
  }

  /// Drops what was begun.
  void clear() noexcept { used_ = 0; }

 private:
  static constexpr std::size_t spare_limit = 64;
  incoming_element element_;
  std::vector<incoming_record> spare_;
  std::size_t used_ = 0;
};

}  // namespace edensync::s3xml
