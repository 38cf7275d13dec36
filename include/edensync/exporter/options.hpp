#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/change_query.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// Says whether a record may be sent. It may read from the reader that is exported from.
using record_filter = std::function<bool(const stored_record&)>;

/// A part of the masters, in the order in which they are written.
struct master_page {
  /// So many are passed over.
  std::optional<std::uint64_t> start{};
  std::uint64_t limit = 0;
};

/// Which records an export holds, and how they are written.
struct export_options {
  /// The masters.
  change_query masters;
  /// Masters up to this sequence number were received by an earlier, interrupted export: they are not written again, but
  /// what they refer to is.
  sequence_number written_before = 0;
  /// Masters up to this sequence number are passed over, as those of an earlier page are.
  sequence_number passed_until = 0;
  /// Only some of the masters behind that; none: all.
  std::optional<master_page> page;
  /// By resource; applies to a record wherever it occurs. To an edensync site all deletions are told, because a deleted
  /// record may have lost what the filter looks at; to an Eden those that pass, as it tells them itself.
  std::map<resource_id, record_filter> filters;
  bool components = true;
  /// Records whose present version came from this repository are not sent back to it; 0: none.
  repository_id echo_of = 0;
  /// The receiver is an edensync site: it is told empty fields, sequence numbers, deleted components and targets.
  bool native = false;
  /// A receiver that is no edensync site is told empty fields as well, as empty elements.
  bool nulls = false;
  /// Records that were not created here are left out, unless they frame something for the receiver they came from: under
  /// MASTER an Eden dies of one that it does not have (spec/import.md I3).
  bool first_hand = false;
  /// How far references are followed (Eden's MAXDEPTH).
  std::uint32_t depth = 10;
  /// How many components, and how many bytes of their texts, are written inside one master for an edensync site, whose
  /// reader takes only so much in one element; further ones stand by themselves behind it. An Eden takes any number, but
  /// none that stand by themselves.
  std::size_t element_components = 5000;
  std::size_t element_bytes = std::size_t{4} << 20;
  /// A record with a text of more bytes, as a reader counts them, or of thrice as many bytes altogether is left out and
  /// reported: a reader would refuse it, and with it the whole document, each time.
  std::size_t text_bytes = xml_limits{}.text;
  /// The same for a list of references to more records.
  std::size_t list_members = 10000;
  /// This site's domain and URL for the root element.
  std::string domain;
  std::string url;
  /// The e-mail addresses of authors and owners are written (X15).
  bool authors = false;
  /// Upload fields whose files are here are written, with their address below `url`.
  bool uploads = false;
  /// Further attributes of the root element, each with a blank in front, escaped.
  std::string root_attributes;
  /// Asked before every record; true ends the export with `error::cancelled`.
  std::function<bool()> cancelled;
};

/// A record that was not written because it is too long.
struct left_out_record {
  resource_id resource = no_resource;
  uid uuid;
  /// The field that is too long, or the longest of several.
  std::uint32_t field = 0;
  /// Of the whole record, as it would have been written.
  std::size_t bytes = 0;
};

/// What an export held.
struct export_report {
  std::uint64_t masters = 0;
  std::uint64_t components = 0;
  std::uint64_t dependencies = 0;
  std::uint64_t bytes = 0;
  /// Records that were too long; the list names the first fifty.
  std::uint64_t too_long = 0;
  std::vector<left_out_record> left_out;
  /// Records that were left out because they are second-hand.
  std::uint64_t second_hand = 0;
  /// Records that were read, whether they were written or not.
  std::uint64_t read = 0;
  /// The youngest modified_on of the masters.
  std::optional<timestamp> youngest;
  /// The sequence number of the last master.
  sequence_number last = 0;

  std::uint64_t records() const { return masters + components + dependencies; }

  /// Adds what another export held that went on behind this one.
  export_report& operator+=(const export_report& more) {
    masters += more.masters;
    components += more.components;
    dependencies += more.dependencies;
    bytes += more.bytes;
    too_long += more.too_long;
    second_hand += more.second_hand;
    left_out.insert(left_out.end(), more.left_out.begin(), more.left_out.end());
    read += more.read;
    youngest = std::max(youngest, more.youngest);
    last = std::max(last, more.last);
    return *this;
  }
};

}  // namespace edensync
