#pragma once

#include "edensync/core/repository.hpp"

namespace edensync {

/// Changes a repository as it stands in the ledger now, so that what an administrator changed meanwhile is kept.
template <class Transaction, class F>
void update_repository(Transaction& t, repository_id id, F&& change) {
  if (id == 0) return;
  for (auto& r : t.repositories())
    if (r.id == id) {
      change(r);
      t.put_repository(r);
      return;
    }
}

}  // namespace edensync
