// refused: edensync: log_sink needs write(log_event) noexcept -> void
#include "edensync/log/logged_refusals.hpp"

#include "edensync/memory/manual_clock.hpp"

// A sink that may throw would end the work that it was to tell of.
namespace {

struct careless_sink {
#ifdef EDENSYNC_CORRECTED
  void write(const edensync::log_event&) noexcept {}
#else
  void write(const edensync::log_event&) {}
#endif
};

}  // namespace

static_assert(sizeof(edensync::logged_refusals<careless_sink, edensync::memory::manual_clock>) > 0);
