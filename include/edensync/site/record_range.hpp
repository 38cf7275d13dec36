#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/site/compared_records.hpp"

namespace edensync {

/// A part of the records of a site: those for whose uid's hash these are the first bytes. So parts are of about the same
/// size whatever the uids look like.
struct record_range {
  static constexpr unsigned deepest = 4;

  /// The bytes as a number.
  std::uint32_t prefix = 0;
  /// How many they are; 0: all records.
  unsigned depth = 0;

  /// The part of this depth in which a uid is.
  static record_range of(std::string_view uuid, unsigned depth) {
    const auto place = hash_of(uuid).high >> 32U;
    return {depth == 0 ? 0 : static_cast<std::uint32_t>(place >> (8 * (deepest - depth))), depth};
  }
  friend auto operator<=>(const record_range&, const record_range&) = default;
};

/// Writes it as two hexadecimal digits for each byte; the whole as `*`.
inline std::string to_text(record_range r) {
  if (r.depth == 0) return "*";
  char digits[9];
  const auto end = std::to_chars(digits, digits + sizeof digits, r.prefix, 16).ptr;
  const auto n = static_cast<std::size_t>(end - digits);
  return std::string(2 * r.depth - n, '0') + std::string(digits, n);
}

/// Reads it; none if the text is something else.
inline std::optional<record_range> parse_range(std::string_view text) {
  if (text == "*") return record_range{};
  record_range r{0, static_cast<unsigned>(text.size() / 2)};
  if (text.empty() || text.size() % 2 != 0 || r.depth > record_range::deepest) return std::nullopt;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), r.prefix, 16);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return r;
}

/// How many records there are in a part, and what they sum up to.
struct range_sum {
  std::uint64_t count = 0;
  content_hash sum;

  void add(const compared_record& r) {
    ++count;
    sum += r.hash;
  }
  friend bool operator==(const range_sum&, const range_sum&) = default;
};

/// Some parts of the same depth, and for each of them the sums of its 256 parts.
///
/// Precondition: the depth is less than the deepest.
class range_sums {
 public:
  explicit range_sums(std::vector<record_range> parts) : parts_(std::move(parts)), sums_(parts_.size() * 256) {
    std::sort(parts_.begin(), parts_.end());
  }

  void add(const compared_record& r) {
    const auto child = record_range::of(r.uuid, depth() + 1);
    if (auto* s = find(child)) s->add(r);
  }

  /// Null if the part is in none of those.
  range_sum* find(record_range child) {
    if (child.depth != depth() + 1) return nullptr;
    const record_range parent{child.prefix >> 8U, depth()};
    const auto at = std::lower_bound(parts_.begin(), parts_.end(), parent);
    if (at == parts_.end() || *at != parent) return nullptr;
    return &sums_[static_cast<std::size_t>(at - parts_.begin()) * 256 + (child.prefix & 255U)];
  }

  /// Calls `f(range, sum)` for each part of a part in which there is something.
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t i = 0; i < sums_.size(); ++i)
      if (sums_[i].count != 0) f(range(i), sums_[i]);
  }

  /// Calls `f(range, sum, other's sum)` for each part of a part in which the sums differ. Precondition: the same parts.
  template <class F>
  void for_each_difference(const range_sums& other, F&& f) const {
    for (std::size_t i = 0; i < sums_.size(); ++i)
      if (sums_[i] != other.sums_[i]) f(range(i), sums_[i], other.sums_[i]);
  }

  range_sum total() const {
    range_sum all;
    for (const auto& s : sums_) {
      all.count += s.count;
      all.sum += s.sum;
    }
    return all;
  }

  /// Of the parts themselves.
  unsigned depth() const { return parts_.front().depth; }

 private:
  record_range range(std::size_t i) const {
    return {parts_[i / 256].prefix << 8U | static_cast<std::uint32_t>(i % 256), depth() + 1};
  }

  std::vector<record_range> parts_;
  std::vector<range_sum> sums_;
};

}  // namespace edensync
