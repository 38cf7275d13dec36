#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/s3xml/json_string.hpp"

namespace edensync::s3json {

/// A JSON value with all that is in it, in the order in which it came. Its memory is used again.
///
/// Lifetime: views hold until the next change. Precondition: less than 4 GiB. Thread safety: one thread at a time.
class value_tree {
 public:
  enum class kind : std::uint8_t { object, array, string, number, boolean, null };

  // Building it: keys before what they name, texts in pieces.
  void part(std::string_view piece) {
    if (!begun_) from_ = texts_.size();
    begun_ = true;
    texts_ += piece;
  }
  void key(std::string_view rest) {
    key_ = finish(rest);
    named_ = true;
  }
  void add(kind what, std::string_view rest) {
    const slice text = finish(rest);
    push(what).text = text;
  }
  void open(kind what) {
    open_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    push(what);
  }
  /// Ends the object or array opened last; gives its place.
  std::uint32_t close() {
    const auto at = open_.back();
    open_.pop_back();
    nodes_[at].end = static_cast<std::uint32_t>(nodes_.size());
    return at;
  }
  void clear() noexcept {
    nodes_.clear();
    open_.clear();
    texts_.clear();
    begun_ = named_ = false;
  }

  /// What it takes in memory.
  std::size_t bytes() const noexcept { return texts_.size() + nodes_.size() * sizeof(node); }

  kind what(std::uint32_t at) const { return nodes_[at].what; }
  bool is_container(std::uint32_t at) const { return what(at) == kind::object || what(at) == kind::array; }
  std::string_view key_of(std::uint32_t at) const { return view(nodes_[at].key); }
  /// What a string holds; a number or a word as it is written.
  std::string_view text(std::uint32_t at) const { return view(nodes_[at].text); }

  /// Calls `f(place)` for each value directly within an object or array.
  template <class F>
  void for_each(std::uint32_t at, F&& f) const {
    for (auto i = at + 1; i < nodes_[at].end; i = nodes_[i].end) f(i);
  }

  /// A name that an object holds twice; none if there is no such name.
  std::optional<std::string_view> duplicate(std::uint32_t at) {
    keys_.clear();
    for_each(at, [&](std::uint32_t i) { keys_.push_back(key_of(i)); });
    std::sort(keys_.begin(), keys_.end());
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    return twice == keys_.end() ? std::nullopt : std::optional(*twice);
  }

  /// Appends a value as JSON.
  void append_json(std::string& out, std::uint32_t at) const {
    if (what(at) == kind::string) return s3xml::append_json_string(out, text(at));
    if (!is_container(at)) {
      out += text(at);
      return;
    }
    const bool object = what(at) == kind::object;
    out += object ? '{' : '[';
    bool first = true;
    for_each(at, [&](std::uint32_t i) {
      if (!first) out += ", ";
      first = false;
      if (object) {
        s3xml::append_json_string(out, key_of(i));
        out += ": ";
      }
      append_json(out, i);
    });
    out += object ? '}' : ']';
  }

 private:
  struct slice {
    std::uint32_t from = 0;
    std::uint32_t size = 0;
  };
  struct node {
    kind what = kind::null;
    slice key, text;
    /// Behind all that is in it.
    std::uint32_t end = 0;
  };

  slice finish(std::string_view rest) {
    part(rest);
    begun_ = false;
    return {static_cast<std::uint32_t>(from_), static_cast<std::uint32_t>(texts_.size() - from_)};
  }
  node& push(kind what) {
    auto& n = nodes_.emplace_back();
    n.what = what;
    if (named_) n.key = key_;
    named_ = false;
    n.end = static_cast<std::uint32_t>(nodes_.size());
    return n;
  }
  std::string_view view(slice s) const { return std::string_view(texts_).substr(s.from, s.size); }

  std::vector<node> nodes_;
  std::vector<std::uint32_t> open_;
  std::string texts_;
  std::vector<std::string_view> keys_;
  slice key_;
  std::size_t from_ = 0;
  bool begun_ = false;
  bool named_ = false;
};

}  // namespace edensync::s3json
