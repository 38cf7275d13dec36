#pragma once

#include <optional>

#include "edensync/core/result.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/site/site.hpp"
#include "edensync/admin/site_choices.hpp"

namespace edensync::admin {

/// Forgets what of the log, and of decisions, is older than the site's administrator wants to keep; to be called now and
/// then.
///
/// Errors: those of the store. Thread safety: as the site.
template <class Parts>
result<void> forget_old_log(site<Parts>& s) {
  const auto before = edensync::detail::guarded([&]() -> std::optional<timestamp> {
    auto ledger = s.store().snapshot();
    const auto kept = read_choices(ledger).log_retention;
    if (kept == 0) return std::nullopt;
    return s.now() - kept;
  });
  if (!before) return before.error();
  if (!*before) return {};
  return s.ledger([&](auto& t) { t.forget_before(**before); });
}

}  // namespace edensync::admin
