#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/detail/route.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/traffic.hpp"

namespace edensync::beast::detail {

class conversation;

/// What the operations of one client share. Thread safety: may be shared.
class client_core {
 public:
  client_core(const std::string& address, std::string user, std::string password, client_options o)
      : way(find_route(address, o)), who{std::move(user), std::move(password)}, options(std::move(o)) {}

  const result<route> way;
  const basic_credentials who;
  const client_options options;

  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> received{0};

  traffic counted() const { return {requests, sent, received}; }

  void enter(const std::shared_ptr<conversation>& one) {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [](const auto& w) { return w.expired(); });
    running_.push_back(one);
  }

  /// Calls `f` for every running conversation; none of them ends meanwhile.
  template <class F>
  void for_each(F f) {
    const std::lock_guard lock(mutex_);
    for (const auto& w : running_)
      if (const auto one = w.lock()) f(*one);
  }

  /// Forgets a conversation, and waits for a `for_each` that is under way.
  void leave(const std::shared_ptr<conversation>& one) {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [&](const auto& w) { return w.expired() || w.lock() == one; });
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<conversation>> running_;
};

}  // namespace edensync::beast::detail
