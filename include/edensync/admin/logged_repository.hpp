#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "edensync/core/result.hpp"
#include "edensync/site/site.hpp"
#include "edensync/admin/repositories.hpp"

namespace edensync::admin {

/// The number of a repository in the log: by its name or UUID, or by a name that it had once. One that was removed is known
/// as long as the log has lines of it.
///
/// Errors: no_such_entry, and those of the store.
template <class Parts>
result<repository_id> logged_repository(site<Parts>& s, const std::string& name) {
  const auto now = repositories<Parts>(s).find(name);
  if (now) return now->id;
  if (!(now.error().code == error::no_such_entry)) return now.error();
  return edensync::detail::guarded([&] {
    auto ledger = s.store().snapshot();
    const auto known = ledger.repositories();
    // Then several are called so.
    if (std::any_of(known.begin(), known.end(), [&](const repository& r) { return r.name == name; }))
      throw failure_exception(now.error());
    repository_id last = 0;
    std::int64_t after = 0;
    for (auto lines = ledger.log_after(0, after, 1000); !lines.empty(); lines = ledger.log_after(0, after, 1000))
      for (const auto& l : lines) {
        after = l.id;
        if (l.repository_name == name) last = l.repository;
      }
    if (last == 0)
      throw_failure(error::no_such_entry, "no repository is called " + name + ", and no line of the log is about one");
    return last;
  });
}

}  // namespace edensync::admin
