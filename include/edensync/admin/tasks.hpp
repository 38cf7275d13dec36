#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/site/known_until.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync::admin {

/// The words for modes, as administrators write them.
constexpr std::string_view to_text(sync_mode m) {
  switch (m) {
    case sync_mode::pull: return "pull";
    case sync_mode::push: return "push";
    case sync_mode::both: return "both";
    case sync_mode::none: return "none";
  }
  return "";
}

/// Reads the word for a mode. None if it is unknown.
constexpr std::optional<sync_mode> parse_sync_mode(std::string_view text) {
  for (const auto m : {sync_mode::pull, sync_mode::push, sync_mode::both, sync_mode::none})
    if (text == to_text(m)) return m;
  return std::nullopt;
}

/// Reads a strategy and refuses words that are none, unlike `parse_strategy`. Errors: bad_setting.
inline result<strategy> strict_strategy(std::string_view text) {
  strategy all(std::initializer_list<method>{});
  for (auto rest = text; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto one = parse_strategy(rest.substr(0, comma));
    if (!one) return make_failure(error::bad_setting, "a strategy is some of create,update,delete,merge");
    for (const method m : {method::create, method::update, method::erase, method::merge})
      if (one->allows(m)) all.add(m);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  if (all.empty()) return make_failure(error::bad_setting, "a strategy is some of create,update,delete,merge");
  return all;
}

/// Reads a filter as it stands in an address: `[table]key=value`, or `key=value` for the task's own table.
///
/// Errors: bad_setting if it has not this shape; what it means is checked with its task.
inline result<task_filter> parse_task_filter(std::string_view text) {
  task_filter f;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return make_failure(error::bad_setting, "the filter's bracket is not closed");
    f.table = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  }
  if (f.table.empty()) f.table = "~";
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos)
    return make_failure(error::bad_setting, "a filter is written [table]key=value");
  f.query = text;
  return f;
}

/// The opposite of `parse_task_filter`.
inline std::string to_text(const task_filter& f) { return '[' + (f.table.empty() ? "~" : f.table) + ']' + f.query; }

/// The tasks of the repositories of a site: what is synchronised with each of them, and how.
///
/// A repository has one task for a table at most. Each change is a transaction of its own.
/// Errors: no_such_entry, unknown_resource, bad_filter, bad_setting, and those of the store. Lifetime: the site outlives
/// it. Thread safety: as the site.
template <class Parts>
class tasks {
 public:
  explicit tasks(site<Parts>& s) : site_(s) {}

  result<std::vector<sync_task>> of(repository_id r) { return site_.tasks(r); }

  /// Gives it with its number. Errors: bad_setting also if the repository has a task for that table.
  result<sync_task> add(sync_task t) {
    if (auto good = check(t); !good) return good.error();
    return site_.ledger([&](auto& ledger) {
      for (const auto& other : ledger.tasks(t.repository))
        if (other.resource == t.resource)
          throw_failure(error::bad_setting, t.resource + " is already configured for this repository");
      t.id = ledger.put_task(t);
      return std::move(t);
    });
  }

  /// Changes one as `how` does, and gives what it is now. With other filters other records travel: then the next push, and
  /// the next pull, exchange everything that passes (spec/model.md §5, M10). So does the next push of a task that is not
  /// under MASTER any more, because that kept records away.
  result<sync_task> change(repository_id r, std::string_view resource, const std::function<void(sync_task&)>& how) {
    return site_.ledger([&](auto& ledger) {
      auto t = in(ledger, r, resource);
      const auto before = t;
      how(t);
      t.id = before.id;
      t.repository = r;
      t.resource = before.resource;
      if (auto good = check(t); !good) throw failure_exception(good.error());
      ledger.put_task(t);
      const bool filters = !same_filters(before, t);
      const bool master = before.update == policy_name::take_master && t.update != policy_name::take_master;
      // What was left out, or refused, before would never come by itself.
      const bool wider = filters || widens(before.allowed, t.allowed) || (t.components && !before.components);
      if (wider || master) ledger.set_watermark(t.id, direction::push, {});
      if (wider) {
        ledger.set_watermark(t.id, direction::pull, {});
        ledger.set_resume(t.id, std::nullopt);
        keep_known_until(ledger, t.id, std::nullopt);
      }
      return t;
    });
  }

  result<void> remove(repository_id r, std::string_view resource) {
    return site_.ledger([&](auto& ledger) { ledger.erase_task(in(ledger, r, resource).id); });
  }

 private:
  template <class Reader>
  static sync_task in(Reader& ledger, repository_id r, std::string_view resource) {
    for (auto& t : ledger.tasks(r))
      if (t.resource == resource) return t;
    throw_failure(error::no_such_entry, std::string(resource) + " is not configured for this repository");
  }

  static bool widens(strategy before, strategy after) {
    for (const auto m : {method::create, method::update, method::erase, method::merge})
      if (after.allows(m) && !before.allows(m)) return true;
    return false;
  }

  static bool same_filters(const sync_task& a, const sync_task& b) {
    return std::equal(a.filters.begin(), a.filters.end(), b.filters.begin(), b.filters.end(),
                      [](const auto& x, const auto& y) { return x.table == y.table && x.query == y.query; });
  }

  result<void> check(const sync_task& t) {
    if (site_.resources().find(t.resource) == no_resource)
      return make_failure(error::unknown_resource, t.resource + ": no field description of it was added");
    if (t.allowed.empty()) return make_failure(error::bad_setting, "the strategy is empty");
    return check_filters(t, site_.resources(), site_.now());
  }

  site<Parts>& site_;
};

}  // namespace edensync::admin
