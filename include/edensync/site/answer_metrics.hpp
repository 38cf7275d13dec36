#pragma once

#include "edensync/site/collect_metrics.hpp"
#include "edensync/site/plain_answer.hpp"

namespace edensync {

/// Answers how the site is, as Prometheus reads it. It tells the names of repositories and tables.
template <class Parts>
class answer_metrics final : public plain_answer {
 public:
  explicit answer_metrics(site<Parts>& s) {
    const auto m = collect_metrics(s);
    if (m)
      say(200, "text/plain; version=0.0.4; charset=utf-8", to_exposition(*m));
    else
      say_failed(503, m.error().code.message());
  }
};

}  // namespace edensync
