#pragma once

#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// Takes the references off the waiting list that a record is about to be given anew: those in fields that the edit names.
/// What it does not speak of goes on waiting.
template <class Transaction>
void forget_open_references(Transaction& t, const record& edit, record_handle h) {
  for (const auto& open : t.open_references_of(edit.resource, h))
    if (open.field < edit.fields.size() && !is_absent(edit.fields[open.field])) t.erase_open_reference(open.id);
}

}  // namespace edensync
