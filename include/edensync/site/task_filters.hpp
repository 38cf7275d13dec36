#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/exporter/filter_evaluator.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/protocol/url_filter.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The filters of a task as the triples of a request: table, key, value, decoded. `~` is the task's own table.
///
/// Several values of one key stand together, where the first of them stands (spec/protocol.md §8.1).
inline std::vector<filter_term> filter_terms(const sync_task& task) {
  std::vector<filter_term> out;
  for (const auto& f : task.filters)
    for (auto& term : parse_filter(f.table == task.resource ? "~" : f.table, f.query)) {
      const auto same = std::find_if(out.rbegin(), out.rend(),
                                     [&](const filter_term& t) { return t.table == term.table && t.key == term.key; });
      out.insert(same == out.rend() ? out.end() : same.base(), std::move(term));
    }
  return out;
}

/// The filters that a set of terms means, by resource.
///
/// `now` is what relative times count from.
/// `how`: read strictly, a term that cannot be understood is an error (configuration); otherwise it is left out, as Eden
/// leaves it out, and told to `ignored`; but `bad_request` for a value of which an Eden dies.
inline result<std::map<resource_id, url_filter>> read_filters(const std::vector<filter_term>& terms, resource_id master,
                                                              const schema& s, filter_reading how, timestamp now,
                                                              std::vector<std::string>* ignored = nullptr) {
  std::map<resource_id, url_filter> out;
  for (const auto& t : terms) {
    const resource_id r = t.table == "~" || t.table.empty() ? master : s.find(t.table);
    auto added = r == no_resource ? result<void>(make_failure(error::bad_filter, "no such table: " + t.table))
                                  : out.try_emplace(r, s, r).first->second.add(t, how, now);
    if (added) continue;
    if (how == filter_reading::strict || added.error().code == error::bad_request) return added.error();
    if (ignored != nullptr) ignored->push_back(added.error().text());
  }
  std::erase_if(out, [](const auto& each) { return each.second.empty(); });
  return out;
}

namespace detail {

// The tables of which a document about `master` may hold records: its own, those of components, and what any of them
// refers to.
inline std::set<resource_id> tables_about(resource_id master, const schema& s) {
  std::set<resource_id> found{master};
  std::vector<resource_id> open{master};
  const auto add = [&](resource_id r) {
    if (found.insert(r).second) open.push_back(r);
  };
  while (!open.empty()) {
    const auto& r = s[open.back()];
    open.pop_back();
    for (const auto& c : r.components()) add(c.resource);
    for (std::uint32_t i = 0; i < r.fields().size(); ++i)
      for (const auto to : r.targets(i)) add(to);
  }
  return found;
}

}  // namespace detail

/// Whether the filters of a task can be understood, and are of tables that its documents can hold records of: what an
/// administrator enters is refused if not.
///
/// Errors: `bad_filter`, with the term and what is wrong with it; `unknown_resource` for the task's table.
inline result<void> check_filters(const sync_task& task, const schema& s, timestamp now) {
  const auto master = s.find(task.resource);
  if (master == no_resource) return make_failure(error::unknown_resource, task.resource);
  auto terms = filter_terms(task);
  for (auto& t : terms)
    if (t.table == "~" || t.table.empty()) t.table = task.resource;  // as it is told if it is refused
  const auto read = read_filters(terms, master, s, filter_reading::strict, now);
  if (!read) return read.error();
  const auto about = detail::tables_about(master, s);
  for (const auto& [resource, filter] : *read)
    if (!about.contains(resource))
      return make_failure(error::bad_filter, "[" + std::string(s[resource].name()) + "]: no document about " +
                                                 task.resource + " holds records of this table");
  return {};
}

/// Filters as an exporter asks them. Lifetime: the reader, which is the one that is exported from, and the schema outlive
/// them. Thread safety: that of the reader.
template <record_reader Reader>
std::map<resource_id, record_filter> bind_filters(std::map<resource_id, url_filter> filters, Reader& reader) {
  std::map<resource_id, record_filter> out;
  const auto recent = std::make_shared<recent_records<Reader>>(reader);
  for (auto& [resource, f] : filters) {
    auto each = std::make_shared<filter_evaluator<Reader>>(reader, std::move(f), recent);
    out.emplace(resource, [each](const stored_record& r) { return (*each)(r); });
  }
  return out;
}

}  // namespace edensync
