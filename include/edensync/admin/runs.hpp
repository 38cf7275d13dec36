#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/site/site.hpp"
#include "edensync/admin/check_uuid.hpp"

namespace edensync::admin {

/// What is going on with a repository, in one word.
inline std::string_view run_phase(const run_state& s) {
  if (!s.running()) return s.requested ? "requested" : "idle";
  if (s.cancel) return "ending";
  if (s.resource.empty()) return "beginning";
  return s.way == direction::pull ? "pull" : "push";
}

/// How many seconds a run that is under way will go on, if it takes as long as the last one; none if nobody knows.
inline std::optional<std::int64_t> estimate(const run_state& s, timestamp now) {
  if (!s.running() || !s.began || s.runs == 0 || s.how != run_end::completed) return std::nullopt;
  return std::max<std::int64_t>(0, s.took - (now - *s.began));
}

/// What is not as it should be with a repository, in one sentence: why its last run could not do all of its work, or else
/// that its identifier is not known to be the peer's, as it is now. Empty if all is well. Errors: those of the store, thrown.
template <class Reader>
std::string run_message(Reader& ledger, const repository& r, const run_state& last) {
  if (!last.message.empty()) return last.message;
  const auto doubt = check_uuid(ledger, r, {});
  return doubt ? doubt->words : std::string();
}

/// Runs that an administrator asks for, watches and cancels. They are led by a worker, in whichever process that is.
///
/// Errors: those of the store. Lifetime: the site outlives it. Thread safety: as the site.
template <class Parts>
class runs {
 public:
  explicit runs(site<Parts>& s) : site_(s) {}

  result<run_state> of(repository_id r) {
    return edensync::detail::guarded([&] { return site_.store().snapshot().get_run(r); });
  }

  /// Asks for a run; gives how many have ended with the repository so far. One that is asked for already is not asked for
  /// twice; during a run it comes after that.
  result<std::uint64_t> request(repository_id r, std::string by = {}) {
    return site_.ledger([&](auto& t) {
      auto s = t.get_run(r);
      if (!s.requested) {
        s.requested = site_.now();
        s.requested_by = std::move(by);
        t.set_run(s);
      }
      return s.runs;
    });
  }

  /// Withdraws what is asked for, and lets what is under way end at the next record. Errors: no_such_entry if there is
  /// neither.
  result<void> cancel(repository_id r) {
    return site_.ledger([&](auto& t) {
      auto s = t.get_run(r);
      if (!s.running() && !s.requested) throw_failure(error::no_such_entry, "nothing is under way or asked for");
      s.requested.reset();
      s.cancel = s.running();
      t.set_run(s);
    });
  }

 private:
  site<Parts>& site_;
};

}  // namespace edensync::admin
