#pragma once

#include "edensync/memory/parts.hpp"
#include "edensync/site/parts.hpp"
#include "edensync/expat/event_source.hpp"

namespace simulation {

/// What both sites are made of, unless a test plants something else.
struct parts : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
};

}  // namespace simulation
