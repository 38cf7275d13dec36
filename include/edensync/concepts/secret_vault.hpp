#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

namespace can {

template <class V>
concept seal = requires(const V& v, std::string_view text) {
  { v.seal(text) } -> std::same_as<result<std::string>>;
};
template <class V>
concept open_sealed = requires(const V& v, std::string_view text) {
  { v.open(text) } -> std::same_as<result<std::string>>;
};

}  // namespace can

/// Seals credentials, so that what is written down of them is worth nothing without a key that lies elsewhere.
///
/// What is sealed is text that may stand in a URL, and says of itself that it is sealed. `open` gives back what never was
/// sealed, as it is, so that credentials from before can still be used.
/// Errors: bad_setting if there is no key, another key, or the text was changed. Thread safety: may be shared.
/// Source: spec/model.md M6.
template <class V>
concept secret_vault = can::seal<V> && can::open_sealed<V>;

}  // namespace edensync
