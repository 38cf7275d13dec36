#pragma once

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/memory/store.hpp"

namespace edensync::memory {

/// What a site in memory is made of: everything that asks the world, replaced by what a test decides.
struct parts {
  using store = memory::store;
  using clock = manual_clock;
  using uid_source = counting_uid_source;
};

}  // namespace edensync::memory
