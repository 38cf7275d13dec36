#pragma once

#include <string>
#include <utility>

#include "edensync/concepts/check_log_sink.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/job/run_words.hpp"
#include "edensync/site/run_report.hpp"

namespace edensync {

/// Tells a sink that a run has ended, and before that of each of its transfers. `run_event` is what all of them have in
/// common: time, repository and number of the run.
template <class Sink>
void tell_run(Sink& sink, const log_event& run_event, const run_report& report, run_end how) {
  static_assert(detail::check_log_sink<Sink>::value);
  for (const auto& t : report.transfers) {
    const bool pull = t.way == direction::pull;
    auto e = run_event;
    e.event = "transfer";
    e.milliseconds.reset();
    e.method = pull ? "pull" : "push";
    e.resource = t.resource;
    e.counts = pull ? t.imported.total : t.peer_counts.value_or(record_counts{.received = t.exported.records()});
    (pull ? e.bytes_in : e.bytes_out) = t.bytes;
    if (const auto& why = t.error ? t.error : t.given_up) {
      e.level = event_level::warning;
      e.message = why->text();
    }
    sink.write(e);
  }
  auto e = run_event;
  e.event = "run ended";
  const auto why = why_not(report);
  e.level = how == run_end::completed && why.empty() ? event_level::info : event_level::warning;
  e.message = std::string(to_text(how)) + (why.empty() ? "" : ": " + why);
  sink.write(e);
}

}  // namespace edensync
