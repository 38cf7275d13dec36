// refused: edensync: ledger_writer needs forget_before(timestamp)
#include "edensync/concepts/check_store.hpp"
#include "edensync/memory/store.hpp"

// A copy of the skeleton in which an operation has another name.
#ifndef EDENSYNC_CORRECTED
#define forget_before forget_until
#endif
#include "edensync/skeleton/store.hpp"
