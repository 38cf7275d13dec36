#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/to_do_list.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::skeleton {

/// What stands in place of each operation until it is written.
[[noreturn]] inline void not_written_yet(std::string_view operation) {
  throw_failure(error::store_failed, "skeleton: " + std::string(operation) + " is not written yet");
}

/// Gives the records of one query, one after the other.
class cursor {
 public:
  /// Step 5. Fills `into` with the next record, every field of it present or null; false if there is none. Reads no more
  /// than it gives: a cursor may be over millions of records.
  bool next(stored_record& /*into*/) { not_written_yet("cursor::next"); }
};

/// Reads the records of one state; models `record_reader`. Deleted records are found like others.
class record_view {
 public:
  /// Step 3. By uid: one lookup in an index over (resource, uid).
  std::optional<found_record> find(resource_id, const uid&) const { not_written_yet("find"); }

  /// Step 6. At most two records with this content in this field, live ones first. A reference has a content of its own:
  /// the record that its handle means, in that resource. Null and absent have none, and find nothing.
  std::vector<found_record> find_key(resource_id, std::uint32_t, const value&) const { not_written_yet("find_key"); }

  /// Step 6. The first record with all contents; live ones first, then by handle (core/match_query.hpp). A store without
  /// indexes over such fields may walk the resource and ask `matches` of schema/matches.hpp.
  std::optional<found_record> find_match(const match_query&) const { not_written_yet("find_match"); }

  /// Step 3. The whole record. References get resource, uid and handle of what they point to now; in lists, which keep
  /// uids, the handle is looked up, none as long as nothing is there. Unknown handle: throws `no_such_record`.
  void load(resource_id, record_handle, stored_record& /*into*/) const { not_written_yet("load"); }

  /// Step 5. What was committed after `q.after`, in commit order. `q.since` looks at arrival or modified_on, whichever is
  /// later (core/change_query.hpp): keep an index over sequence numbers, and the first number of each arrival.
  cursor changes(const change_query&) const { not_written_yet("changes"); }

  /// Step 6. The records of `resource` whose reference `field` points to one of the masters, which are records of `of`.
  cursor components(resource_id, std::uint32_t, resource_id, std::span<const record_handle>, sequence_number) const {
    not_written_yet("components");
  }

  /// Step 6. Every reference to a record, from any resource, in lists too. `schema()[r].may_point_to(field, resource)`
  /// says which fields have to be looked at.
  std::vector<referrer> referrers(resource_id, record_handle) const { not_written_yet("referrers"); }

  /// Step 3. The number of the last change in this state; 0 in an empty store.
  sequence_number sequence() const { not_written_yet("sequence"); }

  /// Step 3. Made once, at random, when the store is made (a UUID will do), and kept with it.
  std::string epoch() const { not_written_yet("epoch"); }

  /// A to-do list. This one is in memory, which is enough to begin with.
  to_do_list spool() const { return {}; }

 protected:
  explicit record_view(std::shared_ptr<const edensync::schema> resources) : resources_(std::move(resources)) {}
  const edensync::schema& schema() const { return *resources_; }

 private:
  std::shared_ptr<const edensync::schema> resources_;
};

}  // namespace edensync::skeleton
