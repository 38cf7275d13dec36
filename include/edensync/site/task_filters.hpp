#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/protocol/url_filter.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The filters of a task as the triples of a request: table, key, value. `~` is the task's own table.
inline std::vector<filter_term> filter_terms(const sync_task& task) {
  std::vector<filter_term> out;
  for (const auto& f : task.filters) {
    std::string_view rest = f.query;
    while (!rest.empty()) {
      const auto amp = rest.find('&');
      const auto pair = rest.substr(0, amp);
      const auto equals = pair.find('=');
      if (!pair.empty())
        out.push_back({f.table.empty() || f.table == task.resource ? "~" : f.table, std::string(pair.substr(0, equals)),
                       equals == std::string_view::npos ? std::string() : std::string(pair.substr(equals + 1))});
      if (amp == std::string_view::npos) break;
      rest.remove_prefix(amp + 1);
    }
  }
  return out;
}

/// The predicates that a set of filter terms means, by resource.
///
/// `now` is what relative times count from.
/// `strict`: a term that cannot be understood is an error (configuration); otherwise it is left out, as Eden leaves it
/// out, and told to `ignored`.
inline result<std::map<resource_id, record_filter>> compile_filters(const std::vector<filter_term>& terms,
                                                                    resource_id master, const schema& s, bool strict,
                                                                    timestamp now,
                                                                    std::vector<std::string>* ignored = nullptr) {
  std::map<resource_id, record_filter> out;
  for (const auto& t : terms) {
    const resource_id r = t.table == "~" || t.table.empty() ? master : s.find(t.table);
    auto one = r == no_resource ? result<record_filter>(make_failure(error::bad_filter, "no such table: " + t.table))
                                : compile_filter(t, s[r], now);
    if (!one) {
      if (strict) return one.error();
      if (ignored != nullptr) ignored->push_back(one.error().text());
      continue;
    }
    auto& all = out[r];
    if (all)
      all = [before = std::move(all), more = std::move(*one)](const record& x) { return before(x) && more(x); };
    else
      all = std::move(*one);
  }
  return out;
}

}  // namespace edensync
