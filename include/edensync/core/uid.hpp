#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace edensync {

/// The universally unique identifier of a record, as stored: usually `urn:uuid:` and an RFC 4122 UUID.
///
/// Any non-empty text is allowed, because Eden allows it (spec/s3xml.md §5); an empty one means "none".
class uid {
 public:
  uid() = default;
  explicit uid(std::string text) : text_(std::move(text)) {}
  explicit uid(std::string_view text) : text_(text) {}
  explicit uid(const char* text) : text_(text) {}

  const std::string& text() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  bool is_urn() const noexcept { return text_.starts_with("urn:"); }

  /// Replaces the text and keeps the memory.
  void assign(std::string_view text) { text_.assign(text); }
  void clear() noexcept { text_.clear(); }

  friend bool operator==(const uid&, const uid&) = default;
  friend auto operator<=>(const uid&, const uid&) = default;

 private:
  std::string text_;
};

}  // namespace edensync

template <>
struct std::hash<edensync::uid> {
  std::size_t operator()(const edensync::uid& u) const noexcept { return std::hash<std::string>{}(u.text()); }
};
