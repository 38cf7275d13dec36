#pragma once

#include "edensync/concepts/secret_vault.hpp"

// What the compiler says to who writes a vault: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class V>
struct check_secret_vault {
  static_assert(
      can::seal<V>,
      "edensync: secret_vault needs seal(string_view) const -> result<string>; see docs/concepts/secret_vault.md");
  static_assert(
      can::open_sealed<V>,
      "edensync: secret_vault needs open(string_view) const -> result<string>; see docs/concepts/secret_vault.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
