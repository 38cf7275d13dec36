#pragma once

#include <memory>
#include <utility>

#include "edensync/site/pull.hpp"
#include "edensync/site/push.hpp"
#include "edensync/site/register_with.hpp"
#include "edensync/site/synchronize.hpp"

namespace edensync {

/// The role of the site that calls: it registers at a peer, pulls from it and pushes to it.
///
/// Every function gives an operation without doing anything; whoever has a connection drives it (`operation`): a client
/// of a backend, or a loopback. What became of it stands in the operation afterwards, and in the log.
/// Lifetime: the site outlives the role and its operations. Thread safety: as the site; operations one thread each.
template <class Parts>
class active_site {
 public:
  explicit active_site(site<Parts>& s) : site_(s) {}

  /// The whole run with a repository. Errors stand in its report.
  std::unique_ptr<synchronize<Parts>> synchronize_with(repository_id id, run_hooks hooks = {}) {
    return std::make_unique<synchronize<Parts>>(site_, id, std::move(hooks));
  }

  /// Only the registration.
  std::unique_ptr<register_with<Parts>> register_at(const repository& peer) {
    return std::make_unique<register_with<Parts>>(site_, peer);
  }

  /// Only the pull, or the push, of one task; without a lease, so see to it that no run is under way.
  std::unique_ptr<pull<Parts>> pull_task(const repository& peer, const sync_task& t) {
    return std::make_unique<pull<Parts>>(site_, peer, t, no_hooks_, nullptr);
  }
  std::unique_ptr<push<Parts>> push_task(const repository& peer, const sync_task& t) {
    return std::make_unique<push<Parts>>(site_, peer, t, no_hooks_, nullptr);
  }

 private:
  site<Parts>& site_;
  run_hooks no_hooks_;
};

}  // namespace edensync
