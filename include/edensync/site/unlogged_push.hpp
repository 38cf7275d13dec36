#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/repository.hpp"
#include "edensync/site/unlogged_import.hpp"

namespace edensync {

/// What pushes that this site answers have committed, of which no line of the log tells yet.
///
/// Any number may be under way at once, of one repository, too: each has a line, by a name of its own, in one setting.
struct unlogged_push {
  std::string name;
  repository_id repository = 0;
  std::int64_t decisions_until = 0;
  unlogged_import import{};
};

namespace detail {

inline constexpr std::string_view unlogged_pushes_key = "unlogged_pushes";

// All lines but that of this name; each ends with a line feed.
inline std::string without_push(std::string_view lines, std::string_view name) {
  std::string out;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n') + 1);
    if (line.empty()) break;
    if (!(line.starts_with(name) && line.substr(name.size()).starts_with(' '))) out += line;
    lines.remove_prefix(line.size());
  }
  return out;
}

}  // namespace detail

/// To be called with each batch, in its transaction. Errors: those of the store, thrown.
template <class Transaction>
void keep_unlogged(Transaction& t, const unlogged_push& p) {
  auto lines = detail::without_push(t.setting(detail::unlogged_pushes_key).value_or(""), p.name);
  lines += p.name + ' ' + std::to_string(p.repository) + ' ' + std::to_string(p.decisions_until) + ' ' +
           detail::to_text(p.import) + '\n';
  t.set_setting(detail::unlogged_pushes_key, lines);
}

/// To be called with the line of the log. Errors: those of the store, thrown.
template <class Transaction>
void forget_unlogged_push(Transaction& t, std::string_view name) {
  const auto kept = t.setting(detail::unlogged_pushes_key);
  if (!kept || kept->empty()) return;
  if (auto rest = detail::without_push(*kept, name); rest != *kept) t.set_setting(detail::unlogged_pushes_key, rest);
}

/// Errors: those of the store, thrown.
template <class Reader>
std::vector<unlogged_push> unlogged_pushes(Reader&& ledger) {
  std::vector<unlogged_push> all;
  const auto kept = ledger.setting(detail::unlogged_pushes_key).value_or("");
  for (std::string_view rest = kept; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : rest.size());
    const auto end = line.find(' ');
    if (end == std::string_view::npos) continue;
    unlogged_push p{.name = std::string(line.substr(0, end))};
    line.remove_prefix(end + 1);
    if (!detail::take_number(line, p.repository) || !detail::take_number(line, p.decisions_until)) continue;
    auto import = detail::parse_unlogged(line);
    if (!import) continue;
    p.import = std::move(*import);
    all.push_back(std::move(p));
  }
  return all;
}

}  // namespace edensync
