#pragma once

#include <optional>
#include <string>

#include "edensync/core/repository.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

namespace detail {

inline std::string typed_uuid_key(repository_id peer) { return "typed_uuid." + std::to_string(peer); }

}  // namespace detail

/// Whether a repository's identifier was typed in and is not known to be the peer's: gives the one that the peer has told
/// instead, empty if it was not asked yet. None: nothing speaks against it.
///
/// As long as there is something, each run asks the peer once more. Errors: those of the store, thrown.
template <class Reader>
std::optional<uid> read_typed_uuid(Reader& ledger, repository_id peer) {
  const auto kept = ledger.setting(detail::typed_uuid_key(peer));
  if (!kept || kept->empty()) return std::nullopt;
  return *kept == "?" ? uid() : uid(*kept);
}

/// Keeps it. Errors: those of the store, thrown.
template <class Writer>
void keep_typed_uuid(Writer& ledger, repository_id peer, const std::optional<uid>& told) {
  if (!told && !read_typed_uuid(ledger, peer)) return;
  ledger.set_setting(detail::typed_uuid_key(peer), !told ? "" : told->empty() ? "?" : told->text());
}

}  // namespace edensync
