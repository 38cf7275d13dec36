#pragma once

#include <functional>

#include "edensync/concepts/record_store.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// Answers whether the site's records can be read, and are still those that it began with, and whether what else is asked
/// is well; nothing more: anybody may ask.
template <class Parts>
class answer_health final : public plain_answer {
 public:
  explicit answer_health(site<Parts>& s, const std::function<bool()>& is_well = {}) {
    const auto well = detail::guarded([&] {
      if constexpr (keeps_its_place<decltype(s.store())>) s.store().check_place();
      return s.store().snapshot().setting("uuid").has_value() && (!is_well || is_well());
    });
    const bool ok = well && *well;
    say(ok ? 200 : 503, "text/plain; charset=utf-8", ok ? "ok\n" : "not ok\n");
    head_.headers.set("Cache-Control", "no-store");
  }
};

}  // namespace edensync
