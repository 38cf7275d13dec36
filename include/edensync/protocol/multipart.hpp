#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

/// The boundary that a `multipart/…` type names; empty for other types. Lifetime: that of the text.
inline std::string_view multipart_boundary(std::string_view content_type) {
  const auto same = [](std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
             return std::tolower(x) == std::tolower(y);
           });
  };
  constexpr std::string_view multipart = "multipart/", name = "boundary=";
  if (!same(content_type.substr(0, multipart.size()), multipart)) return {};
  for (auto at = content_type.find(';'); at != std::string_view::npos; at = content_type.find(';', at + 1)) {
    auto rest = content_type.substr(at + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!same(rest.substr(0, name.size()), name)) continue;
    rest.remove_prefix(name.size());
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      return rest.substr(0, rest.find('"'));
    }
    return rest.substr(0, rest.find_first_of("; \t"));
  }
  return {};
}

/// Takes the documents out of a multipart body, piece by piece.
///
/// A part counts if its name or its file name ends with `.xml`, as in Eden; the others are passed over. Memory is bounded:
/// nothing but the end of what was fed is kept.
/// Errors: `bad_request` for a part with more than 16 KiB of headers, and what the taker returns. Thread safety: one thread
/// at a time. Source: spec/protocol.md §4.3; RFC 7578, RFC 2046 §5.1.
class multipart_reader {
 public:
  explicit multipart_reader(std::string_view boundary) : mark_("\r\n--" + std::string(boundary)) {}

  /// `take(text)` is called for every piece of a part that counts.
  template <class Take>
  result<void> feed(std::string_view piece, Take&& take) {
    held_ += piece;
    for (;;) {
      if (at_ == place::done) {
        held_.clear();
        return {};
      }
      if (at_ == place::head) {
        const auto end = held_.find("\r\n\r\n");
        if (held_.starts_with("--")) {
          at_ = place::done;
        } else if (end == std::string::npos) {
          if (held_.size() > head_limit) return make_failure(error::bad_request, "a part has too many headers");
          return {};
        } else {
          counts_ = names_xml(std::string_view(held_).substr(0, end));
          // The line end before a boundary belongs to it: an empty part begins with it.
          held_.erase(0, end + 2);
          at_ = place::content;
          skip_ = 2;
        }
        continue;
      }
      const auto end = held_.find(mark_);
      // What may be the beginning of a boundary waits for the rest of it.
      const auto ready = end != std::string::npos ? end : held_.size() - std::min(held_.size(), mark_.size() + 1);
      if (auto done = give(ready, take); !done) return done;
      if (end == std::string::npos) return {};
      held_.erase(0, mark_.size());
      at_ = place::head;
    }
  }

 private:
  enum class place { preamble, head, content, done };
  static constexpr std::size_t head_limit = std::size_t{16} << 10;

  template <class Take>
  result<void> give(std::size_t n, Take& take) {
    const auto skipped = std::min(skip_, n);
    skip_ -= skipped;
    auto given = result<void>();
    if (at_ == place::content && counts_ && n > skipped)
      given = take(std::string_view(held_).substr(skipped, n - skipped));
    held_.erase(0, n);
    return given;
  }

  static bool names_xml(std::string_view head) {
    for (auto at = head.find("name=\""); at != std::string_view::npos; at = head.find("name=\"", at + 1)) {
      const auto text = head.substr(at + 6);
      if (text.substr(0, text.find('"')).ends_with(".xml")) return true;
    }
    return false;
  }

  std::string mark_;
  // The first boundary may stand at the very beginning.
  std::string held_ = "\r\n";
  place at_ = place::preamble;
  std::size_t skip_ = 0;
  bool counts_ = false;
};

}  // namespace edensync
