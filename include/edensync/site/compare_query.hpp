#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/record_range.hpp"

namespace edensync {

/// What an edensync site is asked when two are compared, at an address that no Eden has.
///
/// It is answered with a line for each thing, and a last line `end EPOCH-SEQUENCE`: for sums `RANGE COUNT HASH`, a line for each
/// part of a part in which there is something, or only `equal`; for records `VERSION HASH UID`, the version being the time
/// or `-`, with `!` behind it for a deletion, and the uid escaped as in an address.
struct compare_query {
  static constexpr std::string_view path = "/edensync/compare";
  /// More are refused.
  static constexpr std::size_t most_split = 64, most_listed = 1024;

  std::string resource;
  /// The resource of which it is a component; empty: all records count. Filters are then those of that one.
  std::string of;
  std::vector<filter_term> filters;
  /// Of the same depth, at least one.
  std::vector<record_range> ranges;
  /// The records themselves are asked for; otherwise the sums of the ranges' parts.
  bool records = false;
  /// The whole, as the asker has it: the answer is short if it is the same.
  std::optional<content_hash> known;
};

inline std::string to_target(const compare_query& q) {
  std::string out = std::string(compare_query::path) + "?resource=" + detail::plain(q.resource);
  if (!q.of.empty()) out += "&of=" + detail::plain(q.of);
  if (q.records) out += "&records=True";
  if (q.known) out += "&known=" + to_text(*q.known);
  for (const auto& f : q.filters)
    out += "&[" + detail::plain(f.table) + "]" + detail::plain(f.key) + '=' + percent_encode(f.value);
  out += "&ranges=";
  for (const auto& r : q.ranges) out += (out.ends_with('=') ? "" : ",") + to_text(r);
  return out;
}

/// Reads it; none if it cannot be understood.
inline std::optional<compare_query> parse_compare_query(std::string_view target) {
  compare_query q;
  for (auto& [name, text] : parse_form(target.substr(std::min(target.find('?'), target.size() - 1) + 1))) {
    if (name == "resource") q.resource = std::move(text);
    if (name == "of") q.of = std::move(text);
    if (name == "records") q.records = true;
    if (name == "known") q.known = parse_hash(text);
    const auto end = name.find(']');
    if (name.starts_with('[') && end != std::string::npos)
      q.filters.push_back({name.substr(1, end - 1), name.substr(end + 1), std::move(text)});
    if (name != "ranges") continue;
    for (std::string_view rest = text; !rest.empty();) {
      const auto comma = rest.find(',');
      const auto r = parse_range(rest.substr(0, comma));
      if (!r || (!q.ranges.empty() && r->depth != q.ranges.front().depth)) return std::nullopt;
      q.ranges.push_back(*r);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  const bool splits = !q.records && !q.ranges.empty();
  if (q.resource.empty() || q.ranges.empty() || (splits && q.ranges.front().depth == record_range::deepest) ||
      q.ranges.size() > (splits ? compare_query::most_split : compare_query::most_listed))
    return std::nullopt;
  return q;
}

}  // namespace edensync
