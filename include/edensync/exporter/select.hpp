#pragma once

#include "edensync/exporter/options.hpp"

namespace edensync {

/// Whether a record passes the filter of its resource. Deletions always pass to an edensync site. Pure.
inline bool passes_filter(const export_options& o, const stored_record& r) {
  const auto f = o.filters.find(r.resource);
  return f == o.filters.end() || (r.version.deleted && o.native) || f->second(r);
}

/// Whether the receiver is where this version came from. Pure.
inline bool is_echo(const export_options& o, const stored_record& r) { return o.echo_of != 0 && r.origin == o.echo_of; }

/// Whether the record is left out because it was not created here. Pure.
inline bool is_second_hand(const export_options& o, const stored_record& r) {
  return o.first_hand && r.version.mci.value_or(0) != 0 && !is_echo(o, r);
}

/// Whether a dependency is, or will be, written as a master of the same export. `arrived`: the number of the first change
/// that is new by its arrival, where the masters are chosen by a time. Pure.
inline bool is_master(const export_options& o, const stored_record& r, sequence_number arrived) {
  const bool is_new = !o.masters.since || r.sequence >= arrived || r.version.modified_on >= o.masters.since;
  return r.resource == o.masters.resource && is_new && r.sequence > o.masters.after && !is_echo(o, r);
}

}  // namespace edensync
