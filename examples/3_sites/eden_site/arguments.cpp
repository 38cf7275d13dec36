#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace eden_site {

arguments::arguments(std::span<const std::string> words, std::span<const option> known) {
  bool only_others = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (only_others || !word.starts_with("--")) {
      if (!only_others && word.size() > 1 && word.starts_with('-'))
        throw usage_error("options are written in full: " + std::string(word));
      others_.emplace_back(word);
      continue;
    }
    if (word == "--") {
      only_others = true;
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    const auto found = std::find_if(known.begin(), known.end(), [&](const option& o) { return o.name == name; });
    if (found == known.end()) throw usage_error("there is no option --" + std::string(name) + " here");
    auto& values = given_[std::string(name)];
    if (!values.empty() && found->what != option::kind::many)
      throw usage_error("--" + std::string(name) + " stands twice");
    if (found->what == option::kind::flag) {
      if (equals != std::string_view::npos) throw usage_error("--" + std::string(name) + " takes no value");
      values.emplace_back();
    } else if (equals != std::string_view::npos) {
      values.emplace_back(word.substr(equals + 1));
    } else if (i + 1 == words.size() || words[i + 1].starts_with("--")) {
      throw usage_error("--" + std::string(name) + " needs a value");
    } else {
      values.push_back(words[++i]);
    }
  }
}

const std::string& arguments::text(std::string_view name) const {
  const auto found = given_.find(name);
  if (found == given_.end() || found->second.front().empty())
    throw usage_error("--" + std::string(name) + " is missing");
  return found->second.front();
}

std::optional<std::string> arguments::maybe(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::nullopt : std::optional(found->second.front());
}

const std::vector<std::string>& arguments::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = given_.find(name);
  return found == given_.end() ? none : found->second;
}

std::optional<bool> arguments::choice(std::string_view name) const {
  const bool no = has("no-" + std::string(name));
  if (!has(name)) return no ? std::optional(false) : std::nullopt;
  if (no) throw usage_error("--" + std::string(name) + " or --no-" + std::string(name) + ", not both");
  return true;
}

std::size_t arguments::number(std::string_view name, std::size_t otherwise, std::size_t most) const {
  if (!has(name)) return otherwise;
  const auto& digits = text(name);
  std::size_t n = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (wrong != std::errc() || end != digits.data() + digits.size())
    throw usage_error("--" + std::string(name) + " is no number");
  if (n > most) throw usage_error("--" + std::string(name) + " is at most " + std::to_string(most));
  return n;
}

}  // namespace eden_site
