#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace edensync {

/// What an import does to a record. Eden's "delete" is called `erase` here, because the word is taken in C++.
enum class method : std::uint8_t { create = 1, update = 2, erase = 4, merge = 8 };

/// The methods that a task allows: Eden's "strategy".
class strategy {
 public:
  constexpr strategy() = default;
  constexpr strategy(std::initializer_list<method> methods) : bits_(0) {
    for (const method m : methods) add(m);
  }

  /// Allows one more method.
  constexpr void add(method m) { bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(m)); }

  constexpr bool allows(method m) const { return (bits_ & static_cast<std::uint8_t>(m)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(strategy, strategy) = default;

 private:
  std::uint8_t bits_ = 15;
};

/// The wire word of a method: create, update, delete, merge.
constexpr std::string_view to_text(method m) {
  switch (m) {
    case method::create: return "create";
    case method::update: return "update";
    case method::erase: return "delete";
    case method::merge: return "merge";
  }
  return "";
}

/// The comma-separated wire form of a strategy, in Eden's order.
inline std::string to_text(strategy s) {
  std::string out;
  for (const method m : {method::create, method::update, method::erase, method::merge}) {
    if (!s.allows(m)) continue;
    if (!out.empty()) out += ',';
    out += to_text(m);
  }
  return out;
}

/// Reads a comma-separated strategy; unknown words are ignored, as Eden ignores them. None if no word is known.
inline std::optional<strategy> parse_strategy(std::string_view text) {
  strategy s(std::initializer_list<method>{});
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    for (const method m : {method::create, method::update, method::erase, method::merge})
      if (word == to_text(m)) s.add(m);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  if (s.empty()) return std::nullopt;
  return s;
}

}  // namespace edensync
