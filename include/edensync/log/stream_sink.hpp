#pragma once

#include <exception>
#include <mutex>
#include <ostream>
#include <string>

#include "edensync/concepts/log_sink.hpp"
#include "edensync/log/event_text.hpp"

namespace edensync {

/// How a line of a process's log looks: for programs (`event_json`) or for people (`event_text`).
enum class event_form : std::uint8_t { text, json };

/// A `log_sink` that writes a line for each event to a stream, and leaves those out that matter less than is wanted.
///
/// Lifetime: the stream outlives it. Thread safety: may be shared; nobody else writes to the stream meanwhile.
class stream_sink {
 public:
  explicit stream_sink(std::ostream& to, event_form how = event_form::text, event_level from = event_level::info)
      : to_(to), how_(how), from_(from) {}

  void write(const log_event& e) noexcept {
    if (e.level < from_) return;
    try {
      const auto line = (how_ == event_form::json ? event_json(e) : event_text(e)) + '\n';
      const std::lock_guard guard(lock_);
      to_ << line << std::flush;
    } catch (const std::exception&) {
      return;  // who cannot write cannot complain either
    }
  }

 private:
  std::ostream& to_;
  event_form how_;
  event_level from_;
  std::mutex lock_;
};

static_assert(log_sink<stream_sink>);

}  // namespace edensync
