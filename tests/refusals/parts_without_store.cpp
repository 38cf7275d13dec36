// refused: edensync: the bag of parts must name store, clock, uid_source, event_source and policies
#include "edensync/memory/parts.hpp"
#include "edensync/site/site.hpp"
#include "edensync/expat/event_source.hpp"

struct incomplete : edensync::default_parts {
#ifdef EDENSYNC_CORRECTED
  using store = edensync::memory::store;
#endif
  using clock = edensync::memory::manual_clock;
  using uid_source = edensync::memory::counting_uid_source;
  using event_source = edensync::expat::event_source;
};

static_assert(sizeof(edensync::site<incomplete>) > 0);
