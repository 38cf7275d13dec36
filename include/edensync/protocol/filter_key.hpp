#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"

namespace edensync {

/// The operators of filters (spec/protocol.md §8.4).
enum class filter_operator { eq, ne, lt, le, gt, ge, like, belongs, contains, anyof };

/// What is written before the `=` of a filter: `SELECTOR[|SELECTOR…][__OP][!]`.
struct filter_key {
  std::vector<std::string> selectors;
  filter_operator op = filter_operator::eq;
  bool inverted = false;
};

/// One member of a filter's value; none: null.
using filter_member = std::optional<std::string>;

/// Reads a key. Errors: `bad_filter` for an operator that does not exist or cannot be evaluated here.
inline result<filter_key> parse_filter_key(std::string_view text) {
  filter_key key;
  const std::string_view whole = text;
  while (text.ends_with('!')) {
    key.inverted = true;
    text.remove_suffix(1);
  }
  if (const auto at = text.find("__"); at != std::string_view::npos) {
    std::string_view name = text.substr(at + 2);
    text = text.substr(0, at);
    while (name.starts_with('_')) name.remove_prefix(1);
    while (name.ends_with('_')) name.remove_suffix(1);
    static constexpr struct {
      std::string_view name;
      filter_operator op;
    } operators[] = {{"eq", filter_operator::eq},
                     {"ne", filter_operator::ne},
                     {"lt", filter_operator::lt},
                     {"le", filter_operator::le},
                     {"gt", filter_operator::gt},
                     {"ge", filter_operator::ge},
                     {"like", filter_operator::like},
                     {"belongs", filter_operator::belongs},
                     {"contains", filter_operator::contains},
                     {"anyof", filter_operator::anyof},
                     // The same as belongs in tables without a hierarchy; references are refused elsewhere.
                     {"typeof", filter_operator::belongs},
                     {"", filter_operator::eq}};
    bool known = false;
    for (const auto& o : operators)
      if (o.name == name) {
        key.op = o.op;
        known = true;
      }
    if (!known)
      return make_failure(error::bad_filter, "no such operator: " + std::string(name) + " in " + std::string(whole));
  }
  while (!text.empty()) {
    const auto bar = text.find('|');
    if (const auto one = text.substr(0, bar); !one.empty()) key.selectors.emplace_back(one);
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
  }
  if (key.selectors.empty()) return make_failure(error::bad_filter, "no field in " + std::string(whole));
  return key;
}

/// Reads a value: a comma separates members unless it stands in double quotes; `\"` is a quote; an unquoted `NONE` or
/// `None` is null. There is always at least one member. Source: spec/protocol.md §8.3.
inline std::vector<filter_member> parse_filter_value(std::string_view text) {
  std::vector<filter_member> out;
  std::string word;
  bool quoted = false, was_quoted = false;
  const auto flush = [&] {
    if (!was_quoted && (word == "NONE" || word == "None"))
      out.emplace_back();
    else
      out.emplace_back(std::move(word));
    word.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
      word += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
      was_quoted = true;
    } else if (c == ',' && !quoted) {
      flush();
    } else {
      word += c;
    }
  }
  flush();
  return out;
}

}  // namespace edensync
