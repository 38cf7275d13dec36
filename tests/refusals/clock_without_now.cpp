// refused: edensync: clock needs now() -> timestamp
#include "edensync/memory/parts.hpp"
#include "edensync/site/site.hpp"
#include "edensync/expat/event_source.hpp"

struct stopped_clock {
#ifdef EDENSYNC_CORRECTED
  edensync::timestamp now() const { return {}; }
#endif
};

struct bag : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
  using clock = stopped_clock;
};

static_assert(sizeof(edensync::site<bag>) > 0);
