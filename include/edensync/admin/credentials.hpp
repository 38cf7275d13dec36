#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/check_secret_vault.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/result.hpp"

namespace edensync::admin {

/// Makes a secret unreadable, or readable again: one half of a `secret_vault`. Empty: it stays as it is.
using secret_change = std::function<result<std::string>(std::string_view)>;

namespace detail {

// The password in `scheme://user:password@host`; empty if there is none. A password may hold an `@` itself: the last one
// before the path counts.
inline std::string_view password_in(std::string_view address) {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto begin = scheme + 3;
  const auto host = address.substr(begin, address.find_first_of("/?#", begin) - begin);
  const auto sign = host.rfind('@');
  if (sign == std::string_view::npos) return {};
  const auto colon = host.substr(0, sign).find(':');
  return colon == std::string_view::npos ? std::string_view() : host.substr(colon + 1, sign - colon - 1);
}

}  // namespace detail

/// Changes the password in an address such as that of a proxy. Errors: those of `change`.
inline result<std::string> with_password(std::string address, const secret_change& change) {
  const auto password = detail::password_in(address);
  if (password.empty() || !change) return address;
  const auto changed = change(password);
  if (!changed) return changed.error();
  const auto at = static_cast<std::size_t>(password.data() - address.data());
  return address.replace(at, password.size(), *changed);
}

/// Seals what is secret in a repository and differs from `before`, what is known of it already. Errors: those of `seal`.
inline result<repository> sealed(repository r, const repository& before, const secret_change& seal) {
  if (!seal) return r;
  if (r.password != before.password) {
    auto password = seal(r.password);
    if (!password) return password.error();
    r.password = std::move(*password);
  }
  if (r.proxy != before.proxy) {
    auto proxy = with_password(std::move(r.proxy), seal);
    if (!proxy) return proxy.error();
    r.proxy = std::move(*proxy);
  }
  return r;
}

/// A repository with its credentials readable, for whoever makes the connection: neither keep nor show it.
///
/// Errors: bad_setting of the vault, with the repository's name.
template <class Vault>
result<repository> opened(repository r, const Vault& vault) {
  static_assert(edensync::detail::check_secret_vault<Vault>::value);
  const secret_change open = [&](std::string_view text) { return vault.open(text); };
  auto password = open(r.password);
  if (!password) return make_failure(error::bad_setting, r.name + ": " + password.error().info.ours());
  auto proxy = with_password(r.proxy, open);
  if (!proxy) return make_failure(error::bad_setting, r.name + ": " + proxy.error().info.ours());
  r.password = std::move(*password);
  r.proxy = std::move(*proxy);
  return r;
}

}  // namespace edensync::admin
