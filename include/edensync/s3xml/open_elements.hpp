#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "edensync/core/reference.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::s3xml {

/// The elements of a document that are open, outermost first. Their memory is used again.
class open_elements {
 public:
  enum class kind : std::uint8_t { root, record, data, reference };

  /// The element being built (more than one with records within references) and the record in it.
  struct place {
    std::uint32_t level = 0;
    std::uint32_t part = 0;
  };

  struct frame {
    kind what = kind::root;
    /// A deletion: nothing within it is read.
    bool closed = false;
    /// A reference that its own content has to supply with a target.
    bool wants_target = false;
    place at;
    /// The present field, and the one expected next.
    std::uint32_t field = 0;
    std::uint32_t next = 0;
    resource_id target = no_resource;
    const resource_schema* resource = nullptr;
    /// Which fields of the record were given.
    std::vector<char> seen;

    /// Makes the field of that name the present one. Fields come in the order of the descriptor, some left out.
    bool find_field(std::string_view name) {
      const auto all = resource->fields();
      const auto found = [&](std::uint32_t i) {
        if (all[i].name != name) return false;
        field = i;
        next = i + 1;
        return true;
      };
      const auto from = next;
      for (auto i = from; i < all.size(); ++i)
        if (found(i)) return true;
      for (std::uint32_t i = 0; i < from; ++i)
        if (found(i)) return true;
      return false;
    }
  };

  bool empty() const noexcept { return depth_ == 0; }

  /// The innermost element, or the one that many around it. Lifetime: until the next `push`.
  frame& top(std::size_t around = 0) { return frames_[depth_ - 1 - around]; }

  frame& push(kind what) {
    if (depth_ == frames_.size()) frames_.emplace_back();
    frame& f = frames_[depth_++];
    f.what = what;
    f.closed = f.wants_target = false;
    return f;
  }

  void pop() { --depth_; }

 private:
  std::vector<frame> frames_;
  std::size_t depth_ = 0;
};

/// The component that a nested record is, none if its master has no such component.
///
/// Table and alias say it. Without an alias it is the one named like the table, or the only one of that table.
/// Source: spec/s3xml.md §4.2.
inline const component_link* find_component(const schema& s, const resource_schema& master, std::string_view table,
                                            std::string_view alias) {
  const component_link* only = nullptr;
  const auto usual = table.substr(table.find('_') + 1);
  bool several = false;
  for (const auto& c : master.components()) {
    if (s[c.resource].name() != table) continue;
    if (c.alias == (alias.empty() ? usual : alias)) return &c;
    several = only != nullptr;
    only = &c;
  }
  return alias.empty() && !several ? only : nullptr;
}

}  // namespace edensync::s3xml
