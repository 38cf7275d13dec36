// refused: edensync: parts::clock must model clock (now)
#include "support/sites.hpp"

struct stopped_clock {
#ifdef EDENSYNC_CORRECTED
  edensync::timestamp now() const { return {}; }
#endif
};

struct bag : edensync::test::parts {
  using clock = stopped_clock;
};

static_assert(sizeof(edensync::site<bag>) > 0);
