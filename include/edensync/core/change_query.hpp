#pragma once

#include <optional>

#include "edensync/core/record.hpp"

namespace edensync {

/// Which changes of one resource a reader is asked for.
///
/// A record matches if it was committed after `after`, and, where `since` is given, if its arrival or its modified_on
/// is not before `since`. The arrival of a batch is the later of its commit and one second after the youngest
/// modified_on ever served, so that a peer who asks again from its youngest record plus one second misses nothing
/// (design §8, spec/import.md I8).
struct change_query {
  resource_id resource = no_resource;
  sequence_number after = 0;
  std::optional<timestamp> since;
  bool include_deleted = true;
};

}  // namespace edensync
