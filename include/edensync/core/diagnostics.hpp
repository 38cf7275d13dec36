#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/utf8.hpp"

namespace edensync {

/// The words that go with an error: ours, and the peer's kept apart from them.
///
/// The peer's words are untrusted: they are cut to `peer_limit` bytes, at the end of a
/// character, and hold no control characters. They are never
/// put into markup, SQL or a format string.
/// Thread safety: a value.
class diagnostics {
 public:
  /// The most bytes that are kept of what a peer said.
  static constexpr std::size_t peer_limit = 500;

  diagnostics() = default;

  explicit diagnostics(std::string ours) : ours_(std::move(ours)) {}

  diagnostics(std::string ours, std::string_view theirs) : ours_(std::move(ours)) {
    for (const char c : utf8_beginning(theirs, peer_limit)) {
      const auto u = static_cast<unsigned char>(c);
      peer_ += u < 0x20 || u == 0x7f ? ' ' : c;
    }
  }

  /// What and where, in our words.
  const std::string& ours() const noexcept { return ours_; }

  /// What the peer said, cut and cleaned; empty if it said nothing.
  const std::string& peer() const noexcept { return peer_; }

  /// Both in one line for a log.
  std::string text() const { return peer_.empty() ? ours_ : ours_ + ": " + peer_; }

 private:
  std::string ours_;
  std::string peer_;
};

}  // namespace edensync
