#pragma once

#include <optional>
#include <string>
#include <utility>

#include "edensync/core/repository.hpp"
#include "edensync/site/typed_uuid.hpp"
#include "edensync/admin/finding.hpp"

namespace edensync::admin {

/// Whether the identifier of a repository that was typed in is the peer's; none if nothing speaks against it.
///
/// Errors: those of the store, thrown.
template <class Reader>
std::optional<finding> check_uuid(Reader& ledger, const repository& r, std::string subject) {
  const auto told = read_typed_uuid(ledger, r.id);
  if (!told || r.uuid.empty()) return std::nullopt;
  if (told->empty())
    return finding{std::move(subject), answer::unknown,
                   "the peer was not asked yet whether its UUID is " + r.uuid.text(), "the next run asks"};
  return finding{std::move(subject), answer::no,
                 "the peer says that its UUID is " + told->text() + ", and " + r.uuid.text() + " was typed in",
                 "see whether URL and UUID are of the same site; eden-site repository set --uuid takes the right one"};
}

}  // namespace edensync::admin
