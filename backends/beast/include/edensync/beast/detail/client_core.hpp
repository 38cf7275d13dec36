#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/log/spellings.hpp"
#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/detail/route.hpp"
#include "edensync/beast/nearness.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/traffic.hpp"

namespace edensync::beast::detail {

class conversation;

/// What the operations of one client share. Thread safety: may be shared.
class client_core {
 public:
  client_core(const std::string& address, std::string user, std::string password, client_options o)
      : way(find_route(address, o)), who{std::move(user), std::move(password)}, options(std::move(o)) {
    add_secrets(who.user, who.password);
    if (way.has_value() && way->proxy) add_secrets(way->proxy->user, way->proxy->password);
  }

  const result<route> way;
  const basic_credentials who;
  const client_options options;

  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> received{0};

  /// How near the peer was when it was last connected to.
  std::optional<nearness> reached() const {
    const int n = reached_;
    return n < 0 ? std::nullopt : std::optional(static_cast<nearness>(n));
  }
  void note_reached(std::optional<nearness> how) { reached_ = how ? static_cast<int>(*how) : -1; }

  /// What requests hold by which this client is believed, by the peer or by a proxy that reads them, in the forms in which
  /// they may repeat it.
  const std::vector<std::string>& secrets() const noexcept { return secrets_; }

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
  void add_secrets(const std::string& user, const std::string& password) {
    if (user.empty() || password.empty()) return;
    for (auto& form : spellings(password)) secrets_.push_back(std::move(form));
    for (const auto& text : {user + ":" + password, password}) {
      // Also where it is told without its padding, or with the letters of URLs.
      auto form = to_base64(text);
      form.resize(form.find_last_not_of('=') + 1);
      if (form.size() < 6) continue;
      secrets_.push_back(form);
      std::replace(form.begin(), form.end(), '+', '-');
      std::replace(form.begin(), form.end(), '/', '_');
      if (form != secrets_.back()) secrets_.push_back(std::move(form));
    }
  }

  std::vector<std::string> secrets_;
  std::atomic<int> reached_{-1};
  std::mutex mutex_;
  std::vector<std::weak_ptr<conversation>> running_;
};

}  // namespace edensync::beast::detail
