#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/reference.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"
#include "edensync/core/value.hpp"
#include "edensync/core/version_stamp.hpp"

namespace edensync {

/// Who made and owns a record, as Eden writes it: e-mail addresses and a role name; empty if unknown.
struct authorship {
  std::string created_by;
  std::string modified_by;
  std::string owned_by_user;
  std::string owned_by_group;

  friend bool operator==(const authorship&, const authorship&) = default;
};

/// One record as plain values: identity, version and content, without knowing where it is kept.
///
/// `fields` has one entry per field of the resource's descriptor, in its order; trailing entries may be missing, which
/// means absent.
struct record {
  resource_id resource = no_resource;
  uid uuid;
  version_stamp version;
  std::optional<timestamp> created_on;
  /// The record that this one was merged into; empty if it was not. Only with `version.deleted`.
  uid replaced_by;
  authorship authors;
  std::vector<value> fields;
};

/// The number of a repository in the ledger; 0 is this site itself.
using repository_id = std::int64_t;
inline constexpr repository_id this_site = 0;

/// The place of a change in the order in which changes were committed. Never repeats, never goes back. 0: before all.
using sequence_number = std::uint64_t;

/// A record as a store gives it out: with its handle, its place in the change order, and where this version came from.
struct stored_record : record {
  record_handle handle = record_handle::none;
  sequence_number sequence = 0;
  /// Its place when it was last written; before `sequence` if it was only touched since then.
  sequence_number written = 0;
  /// The repository whose import wrote this version, or `this_site` for the application's own writes.
  repository_id origin = this_site;
};

/// What a store knows of a record without reading its content.
struct found_record {
  record_handle handle = record_handle::none;
  version_stamp version;
  sequence_number sequence = 0;
  repository_id origin = this_site;
};

}  // namespace edensync
