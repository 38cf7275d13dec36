// refused: edensync: ledger_reader needs setting(string_view) -> optional<string>
#include "edensync/memory/parts.hpp"
#include "edensync/site/parts.hpp"
#include "edensync/expat/event_source.hpp"

// Reads records and knows nothing of peers: enough for an exporter, not for a site.
struct records_only : edensync::memory::snapshot {
#ifndef EDENSYNC_CORRECTED
  void setting() = delete;
#endif
};
static_assert(edensync::record_reader<records_only>);

struct shelf {
  edensync::memory::store all;
  records_only snapshot() const { return {all.snapshot()}; }
  edensync::memory::snapshot serve() { return all.serve(); }
  edensync::memory::transaction begin(const edensync::write_context& w) { return all.begin(w); }
};

struct bag : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
  using store = shelf;
};

static_assert(edensync::detail::check_parts<bag>::value);
