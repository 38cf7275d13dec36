#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace eden_pair {

/// What the user did wrong, to be shown with a hint at --help.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A command, its options (each `--name value`), and the words without a dash.
struct arguments {
  arguments(int count, char** words) {
    for (int i = 1; i < count; ++i) {
      const std::string_view word = words[i];
      if (!word.starts_with("--")) {
        others.emplace_back(word);
      } else if (word == "--help" || i + 1 == count) {
        options[std::string(word.substr(2))];
      } else {
        options[std::string(word.substr(2))] = words[++i];
      }
    }
  }

  std::string text(const std::string& name) const {
    const auto found = options.find(name);
    if (found == options.end() || found->second.empty()) throw usage_error("--" + name + " is missing");
    return found->second;
  }
  bool has(const std::string& name) const { return options.contains(name); }

  std::int64_t number(const std::string& name, std::int64_t otherwise) const {
    if (!has(name)) return otherwise;
    const std::string digits = text(name);
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (ec != std::errc() || end != digits.data() + digits.size()) throw usage_error("--" + name + " is not a number");
    return n;
  }

  std::map<std::string, std::string> options;
  std::vector<std::string> others;
};

}  // namespace eden_pair
