#pragma once

#include <string>
#include <utility>

#include "edensync/concepts/check_log_sink.hpp"
#include "edensync/concepts/clock.hpp"
#include "edensync/core/diagnostics.hpp"
#include "edensync/core/refused_request.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/log/line_limit.hpp"

namespace edensync {

/// Tells a sink of the requests that a server turned away by itself, as `refused`.
///
/// What is refused for one reason to one address is told once in a minute, and no more than `line_limit` allows however
/// many addresses there are; the next event says how many others there were.
/// Lifetime: sink and clock outlive it. Thread safety: may be shared, if the clock may.
template <class Sink, clock Clock>
class logged_refusals {
  static_assert(detail::check_log_sink<Sink>::value);

 public:
  logged_refusals(Sink& sink, Clock& clock) : sink_(sink), clock_(clock) {}

  void operator()(const refused_request& r) {
    const auto now = clock_.now();
    if (!limit_.worth_a_line(r.from + ' ' + r.why, now)) return;
    // Words of the other side's protocol may be in it.
    auto words = diagnostics(r.from.empty() ? std::string() : r.from.substr(0, 100), r.why).text();
    if (const auto others = limit_.take_left_out(); others != 0)
      words += " (" + std::to_string(others) + " more were refused since the last of these lines)";
    sink_.write({.at = now,
                 .level = event_level::warning,
                 .event = "refused",
                 .method = std::string(utf8_beginning(r.method, 20)),
                 .path = std::string(utf8_beginning(r.path, 300)),
                 .status = r.status,
                 .message = std::move(words)});
  }

 private:
  Sink& sink_;
  Clock& clock_;
  line_limit limit_;
};

}  // namespace edensync
