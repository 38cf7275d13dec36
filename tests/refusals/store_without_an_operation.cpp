// refused: edensync: record_store needs serve() -> record_reader
#include "edensync/memory/parts.hpp"
#include "edensync/site/site.hpp"
#include "edensync/expat/event_source.hpp"

// Everything that a store can do, but for one: it serves nobody.
struct deaf_store {
  edensync::memory::store all;
  edensync::memory::snapshot snapshot() const { return all.snapshot(); }
  edensync::memory::transaction begin(const edensync::write_context& w) { return all.begin(w); }
#ifdef EDENSYNC_CORRECTED
  edensync::memory::snapshot serve() { return all.serve(); }
#endif
};

struct bag : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
  using store = deaf_store;
};

static_assert(sizeof(edensync::site<bag>) > 0);
