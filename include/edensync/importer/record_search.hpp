#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"

namespace edensync {

/// What may be asked of the records that are here by whoever looks for the twin of an incoming one.
///
/// It sees what the import has written so far. Errors: `failure_exception`. Lifetime: the call that it is given to.
class record_search {
 public:
  record_search() = default;
  record_search(const record_search&) = delete;
  record_search& operator=(const record_search&) = delete;
  virtual ~record_search() = default;

  virtual std::optional<found_record> find(resource_id resource, const uid& id) = 0;
  /// At most two records with this content, live ones first.
  virtual std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) = 0;
  virtual std::optional<found_record> find_match(const match_query& q) = 0;
  virtual stored_record load(resource_id resource, record_handle h) = 0;
};

/// Finds the twin of a record that has no uid in common with it: a rule of the application's own for one resource.
///
/// References of the incoming record carry handles where their targets are here. Gives the handle of a record of the
/// same resource, deleted or not, or none. An exception ends the import with a failure.
using twin_finder = std::function<record_handle(const record& incoming, record_search& here)>;

/// How twins are looked for where the uid does not tell (spec/import.md §4).
struct twin_rules {
  /// The application's own, by resource; they stand in place of the resource's `duplicate_rule`.
  const std::map<resource_id, twin_finder>* finders = nullptr;
  /// They are asked for records with a uid as well, and what they or a unique key find takes over that uid.
  bool synchronise_uuids = false;
};

}  // namespace edensync
