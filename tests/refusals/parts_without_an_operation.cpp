// refused: edensync: clock needs now() -> timestamp
// refused: edensync: uid_source needs make() -> uid
// refused: edensync: policy_set needs decide(decide_input) -> decision, static
// refused: edensync: xml_event_source needs a constructor from (xml_handler&, const xml_limits&)
// refused: edensync: xml_event_source needs finish() -> result<void>
// refused: edensync: record_store needs snapshot() -> record_reader and ledger_reader
// refused: edensync: record_store needs serve() -> record_reader
// refused: edensync: record_store needs begin(write_context) -> record_transaction
#include "edensync/site/parts.hpp"

#include "edensync/memory/parts.hpp"

// Bags of parts of which one part lacks something.
namespace {

struct source {
  source(edensync::xml_handler&, const edensync::xml_limits&);
  edensync::result<void> feed(std::string_view);
  edensync::result<void> finish();
};
struct whole : edensync::default_parts, edensync::memory::parts {
  using event_source = source;
};

#ifndef EDENSYNC_CORRECTED
struct tells_no_time : whole {
  struct clock {
    void now();
  };
};
struct names_nobody : whole {
  struct uid_source {
    std::string make();
  };
};
struct decides_nothing : whole {
  struct policies {
    static bool decide(const edensync::decide_input&);
  };
};
struct tells_nobody : whole {
  struct event_source {
    edensync::result<void> feed(std::string_view);
    edensync::result<void> finish();
  };
};
struct never_ends : whole {
  struct event_source : source {
    using source::source;
    void finish() = delete;
  };
};
struct shows_nothing : whole {
  struct store : edensync::memory::store {
    void snapshot() = delete;
  };
};
struct serves_nobody : whole {
  struct store : edensync::memory::store {
    void serve() = delete;
  };
};
struct takes_nothing : whole {
  struct store : edensync::memory::store {
    void begin() = delete;
  };
};
static_assert(edensync::detail::check_parts<tells_no_time>::value);
static_assert(edensync::detail::check_parts<names_nobody>::value);
static_assert(edensync::detail::check_parts<decides_nothing>::value);
static_assert(edensync::detail::check_parts<tells_nobody>::value);
static_assert(edensync::detail::check_parts<never_ends>::value);
static_assert(edensync::detail::check_parts<shows_nothing>::value);
static_assert(edensync::detail::check_parts<serves_nobody>::value);
static_assert(edensync::detail::check_parts<takes_nothing>::value);
#else
static_assert(edensync::detail::check_parts<whole>::value);
#endif

}  // namespace
