#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/result.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// The right to synchronise one repository, taken in a transaction of its own, so that every process sees it.
///
/// It expires if its holder dies. Whoever takes it then gets a higher fence, and the old holder, should it wake up,
/// finds out before it commits its watermark.
/// Thread safety: one thread at a time.
template <class Parts>
class held_lease {
 public:
  /// How long a holder may be silent, in seconds.
  static constexpr std::int64_t term = 300;

  held_lease(site<Parts>& s, repository_id r) : site_(s) {
    mine_.repository = r;
    mine_.owner = s.make_uid().text();
  }
  /// The one that somebody else has taken for this run, if so, who also gives it back.
  held_lease(site<Parts>& s, repository_id r, const std::optional<lease>& lent) : held_lease(s, r) {
    if (lent) mine_ = *lent;
    lent_ = lent.has_value();
  }
  held_lease(const held_lease&) = delete;
  held_lease& operator=(const held_lease&) = delete;
  ~held_lease() { release(); }

  /// Errors: `busy` if somebody else holds it.
  result<void> take() {
    if (lent_) {
      auto still = site_.ledger([&](auto& t) { find(t); });
      held_ = still.has_value();
      return still;
    }
    auto done = site_.ledger([&](auto& t) {
      const auto other = t.get_lease(mine_.repository);
      const auto now = site_.now();
      if (other && other->owner != mine_.owner && other->expires > now)
        throw_failure(error::busy, "held until " + to_text(other->expires) + " UTC");
      mine_.fence = (other ? other->fence : 0) + 1;
      mine_.expires = now + term;
      t.set_lease(mine_);
    });
    held_ = done.has_value();
    return done;
  }

  /// Makes it last longer, when a third of its term is over. Errors: `busy` if it was lost.
  result<void> keep() {
    if (!held_ || mine_.expires - site_.now() > term * 2 / 3) return {};
    return site_.ledger([&](auto& t) {
      check(t);
      mine_.expires = site_.now() + term;
      t.set_lease(mine_);
    });
  }

  /// Throws `failure_exception` with `busy` if the lease is not held any more: call it before a commit that counts.
  template <class Transaction>
  void check(Transaction& t) const {
    if (held_) find(t);
  }

  void release() noexcept {
    if (!std::exchange(held_, false) || lent_) return;
    // If this fails the lease expires by itself.
    (void)site_.ledger([&](auto& t) {
      const auto now = t.get_lease(mine_.repository);
      if (!now || now->fence != mine_.fence) return;
      lease ended = mine_;
      ended.expires = {};
      t.set_lease(ended);
    });
  }

 private:
  template <class Transaction>
  void find(Transaction& t) const {
    const auto now = t.get_lease(mine_.repository);
    if (!now || now->fence != mine_.fence || now->owner != mine_.owner)
      throw_failure(error::busy, "the lease was taken over");
  }

  site<Parts>& site_;
  lease mine_;
  bool held_ = false;
  bool lent_ = false;
};

}  // namespace edensync
