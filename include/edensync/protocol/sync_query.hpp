#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"
#include "edensync/protocol/percent.hpp"

namespace edensync {

/// One condition of a request, `[table]key=value`, decoded but not looked into; see `url_filter`.
struct filter_term {
  /// The table it applies to; `~`: the one that is asked for.
  std::string table = "~";
  /// `~.name__like`
  std::string key;
  std::string value;

  friend bool operator==(const filter_term&, const filter_term&) = default;
};

/// What the address of a pull or push says (spec/protocol.md §3.1, §3.3, §4.1).
struct sync_query {
  std::string resource;
  /// It is asked for at the table's own address, `/PREFIX/NAME/sync.xml`. Only there are pages, and there deletions come
  /// only if they are asked for.
  bool at_table = false;
  /// Who asks.
  uid repository;
  std::optional<timestamp> msince;
  /// Push only. None: not said, so the receiver's defaults apply.
  std::optional<strategy> allowed;
  /// Push only, from the sender's point of view: the receiver mirrors them (`mirror`).
  std::optional<policy_name> update;
  std::optional<policy_name> conflict;
  bool include_deleted = false;
  /// False if the request says `mcomponents=None`. An Eden says so unless it is told otherwise, and gets the components
  /// from another Eden all the same.
  bool components = true;
  /// A page of masters, understood only with `limit`, and only `at_table`.
  std::optional<std::uint64_t> start;
  std::optional<std::uint64_t> limit;
  std::vector<filter_term> filters;

  friend bool operator==(const sync_query&, const sync_query&) = default;
};

namespace detail {

// Eden escapes nothing but the values of filters. What would break the address is escaped here as well.
inline std::string plain(std::string_view text) { return percent_encode(text, "/:,@!$()*'[]|;"); }

inline std::string common_target(const sync_query& q) {
  const auto repository = "repository=" + plain(q.repository.text());
  const auto underscore = q.resource.find('_');
  if (q.at_table && underscore != std::string::npos)
    return '/' + plain(q.resource.substr(0, underscore)) + '/' + plain(q.resource.substr(underscore + 1)) +
           "/sync.xml?" + repository;
  return "/sync/sync.xml?resource=" + plain(q.resource) + '&' + repository;
}

inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

// `/sync/sync.xml` names no table; `/PREFIX/NAME/sync.xml` does. Either may stand below an application's path. Asked for
// S3JSON, an Eden answers with S3XML all the same.
inline std::optional<std::string> table_of_path(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos || (path.substr(dot) != ".xml" && path.substr(dot) != ".s3json"))
    return std::nullopt;
  path = path.substr(0, dot);
  constexpr std::string_view last = "/sync";
  if (!path.ends_with(last)) return std::nullopt;
  path.remove_suffix(last.size());
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto name = path.substr(slash + 1);
  if (name == "sync") return std::string();
  path = path.substr(0, slash);
  const auto before = path.rfind('/');
  if (before == std::string_view::npos) return std::nullopt;
  const auto prefix = path.substr(before + 1);
  // Put together, a prefix that begins with an underscore could not be told from an empty one.
  if (name.empty() || prefix.empty() || prefix.front() == '_') return std::nullopt;
  return std::string(prefix) + '_' + std::string(name);
}

}  // namespace detail

/// The address of a pull below the peer's base URL, in Eden's order and escaping.
inline std::string pull_target(const sync_query& q) {
  std::string out = detail::common_target(q);
  if (q.msince) out += "&msince=" + to_text(*q.msince);
  if (!q.components) out += "&mcomponents=None";
  if (q.include_deleted) out += "&include_deleted=True";
  if (q.at_table && q.limit) {
    if (q.start) out += "&start=" + std::to_string(*q.start);
    out += "&limit=" + std::to_string(*q.limit);
  }
  for (const auto& f : q.filters)
    out += "&[" + detail::plain(f.table) + "]" + detail::plain(f.key) + '=' + percent_encode(f.value);
  return out;
}

/// The address of a push below the peer's base URL, in Eden's order and escaping.
inline std::string push_target(const sync_query& q) {
  std::string out = detail::common_target(q);
  if (q.allowed) out += "&strategy=" + to_text(*q.allowed);
  if (q.update) out += "&update_policy=" + std::string(to_text(*q.update));
  if (q.conflict) out += "&conflict_policy=" + std::string(to_text(*q.conflict));
  if (q.msince) out += "&msince=" + to_text(*q.msince);
  return out;
}

/// Reads the address of a pull or push, whatever stands before `/sync/sync.xml` or `/PREFIX/NAME/sync.xml`.
///
/// None if the path is another one. Parameters that cannot be understood count as absent, as at an Eden: `resource` is
/// then empty, and it is for the caller to refuse that. Unlike an Eden, both forms of the address are read completely, but
/// for a page, which is read at the table's own address only.
/// Source: spec/protocol.md §3.3, §4.2.
inline std::optional<sync_query> parse_sync_query(std::string_view target) {
  const auto question = target.find('?');
  auto table = detail::table_of_path(target.substr(0, question));
  if (!table) return std::nullopt;
  sync_query q;
  q.resource = *table;
  q.at_table = !table->empty();
  if (question == std::string_view::npos) return q;
  std::optional<std::int64_t> start, limit;
  for (auto& [name, text] : parse_form(target.substr(question + 1))) {
    if (name.starts_with('[')) {
      const auto end = name.find(']');
      if (end == std::string::npos || end + 1 == name.size()) continue;
      std::string of = name.substr(1, end - 1);
      if (of.empty() || (!q.resource.empty() && of == q.resource)) of = "~";
      q.filters.push_back({std::move(of), name.substr(end + 1), std::move(text)});
    } else if (name == "resource") {
      if (table->empty()) q.resource = std::move(text);
    } else if (name == "repository") {
      q.repository = uid(std::move(text));
    } else if (name == "msince") {
      q.msince = parse_timestamp(text);
    } else if (name == "strategy") {
      q.allowed = parse_strategy(text);
    } else if (name == "update_policy") {
      q.update = parse_policy(text);
    } else if (name == "conflict_policy") {
      q.conflict = parse_policy(text);
    } else if (name == "include_deleted") {
      q.include_deleted = true;
    } else if (name == "mcomponents" || name == "components") {
      q.components = text != "None" && text != "none" && text != "NONE";
    } else if (name == "start") {
      start = detail::whole_number(text);
    } else if (name == "limit") {
      limit = detail::whole_number(text);
    }
  }
  if (limit && q.at_table) {
    q.limit = *limit < 0 ? 1 : *limit == 0 ? 20 : static_cast<std::uint64_t>(*limit);
    if (start && *start >= 0) q.start = static_cast<std::uint64_t>(*start);
  }
  return q;
}

/// The filters of a plain request such as `/sync/dataset.xml?~.code=DEMO`, where they stand without brackets.
///
/// `sync.xml` does not look at these (recorded). Other parameters are left out. Source: spec/protocol.md §8.1, §9.2.
inline std::vector<filter_term> parse_plain_filters(std::string_view target) {
  std::vector<filter_term> out;
  const auto question = target.find('?');
  if (question == std::string_view::npos) return out;
  for (auto& [name, text] : parse_form(target.substr(question + 1))) {
    const bool context = name.starts_with('(') && name.find(')') != std::string::npos;
    if (!name.starts_with('[') && !name.starts_with('_') && (context || name.find('.') != std::string::npos))
      out.push_back({"~", std::move(name), std::move(text)});
  }
  return out;
}

/// Takes out of a request what an Eden would not look at: the conflict policy, and at the address that all tables share
/// (`/sync/sync.xml`) the update policy and the strategy as well. Source: spec/protocol.md §3.3, §4.2; import.md I5.
inline void drop_what_eden_drops(sync_query& q) {
  q.conflict.reset();
  if (q.at_table) return;
  q.allowed.reset();
  q.update.reset();
}

/// The terms of a filter as a task holds it, such as `~.name__like=Foo%2A&~.status=1` (spec/protocol.md §8.1).
///
/// `table` is the one the filter is for; `~` or empty: the task's own.
inline std::vector<filter_term> parse_filter(std::string_view table, std::string_view query) {
  std::vector<filter_term> out;
  for (auto& [key, text] : parse_form(query))
    out.push_back({table.empty() ? "~" : std::string(table), std::move(key), std::move(text)});
  return out;
}

}  // namespace edensync
