#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"

namespace edensync {

/// The operators of filters (spec/protocol.md §8.4). `type_of` is "typeof".
enum class filter_operator { eq, ne, lt, le, gt, ge, like, belongs, contains, anyof, type_of };

/// What is written before the `=` of a filter: `SELECTOR[|SELECTOR…][__OP][!]`.
struct filter_key {
  std::vector<std::string> selectors;
  filter_operator op = filter_operator::eq;
  bool inverted = false;
};

/// One member of a filter's value; none: null.
using filter_member = std::optional<std::string>;

namespace detail {

// Where the operator begins: at the first `__` behind which there are small letters and underscores only.
inline std::size_t operator_of_key(std::string_view text) {
  for (auto at = text.find("__"); at != std::string_view::npos; at = text.find("__", at + 1)) {
    const auto rest = text.substr(at + 2);
    if (!rest.empty() && rest.find_first_not_of("_abcdefghijklmnopqrstuvwxyz") == std::string_view::npos) return at;
  }
  return std::string_view::npos;
}

inline std::string_view without_underscores(std::string_view s) {
  while (s.starts_with('_')) s.remove_prefix(1);
  while (s.ends_with('_')) s.remove_suffix(1);
  return s;
}

}  // namespace detail

/// Reads a key. Errors: `bad_filter` for what an Eden takes for no filter (no dot and no context, an underscore at the
/// beginning, `$filter`), and for an operator that does not exist or cannot be evaluated here.
inline result<filter_key> parse_filter_key(std::string_view text) {
  filter_key key;
  const auto bad = [whole = std::string(text)](std::string_view what) {
    return make_failure(error::bad_filter, std::string(what) + " in " + whole);
  };
  if (text == "$filter") return bad("expressions are not supported");
  if (text.starts_with('_')) return bad("a key that begins with _ is no filter");
  const bool context = text.starts_with('(') && text.find(')') != std::string_view::npos;
  if (!context && text.find('.') == std::string_view::npos) return bad("a field is written ~.FIELD");
  while (text.ends_with('!')) {
    key.inverted = true;
    text.remove_suffix(1);
  }
  if (const auto at = detail::operator_of_key(text); at != std::string_view::npos) {
    const auto name = detail::without_underscores(text.substr(at));
    text = text.substr(0, at);
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
                     {"typeof", filter_operator::type_of},
                     {"", filter_operator::eq}};
    bool known = false;
    for (const auto& o : operators)
      if (o.name == name) {
        key.op = o.op;
        known = true;
      }
    if (!known) return bad("no such operator: " + std::string(name));
  } else {
    while (text.ends_with('_')) text.remove_suffix(1);
  }
  while (!text.empty()) {
    const auto bar = text.find('|');
    if (const auto one = text.substr(0, bar); !one.empty()) key.selectors.emplace_back(one);
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
  }
  if (key.selectors.empty()) return bad("no field");
  return key;
}

/// Reads a value: a comma separates members unless it stands in double quotes, which are taken off at both ends; `\"` is
/// a quote; an unquoted `NONE` or `None` is null. There is always at least one member. Source: spec/protocol.md §8.3.
inline std::vector<filter_member> parse_filter_value(std::string_view text) {
  std::vector<filter_member> out;
  const auto flush = [&](std::string_view word) {
    if (word == "NONE" || word == "None") {
      out.emplace_back();
      return;
    }
    while (word.starts_with('"')) word.remove_prefix(1);
    while (word.ends_with('"') && !word.ends_with("\\\"")) word.remove_suffix(1);
    auto& member = out.emplace_back(std::string()).value();
    for (std::size_t i = 0; i < word.size(); ++i)
      if (!word.substr(i).starts_with("\\\"")) member += word[i];
  };
  bool quoted = false, escaped = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && !escaped) {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      flush(text.substr(begin, i - begin));
      begin = i + 1;
    }
    escaped = text[i] == '\\';
  }
  flush(text.substr(begin));
  return out;
}

}  // namespace edensync
