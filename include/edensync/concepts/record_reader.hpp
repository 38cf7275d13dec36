#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/write_context.hpp"

namespace edensync {

/// Gives records one after the other; nothing is read ahead of `next` that need not be.
template <class C>
concept record_cursor = requires(C c, stored_record& into) {
  // Fills `into` with the next record, all fields present or null; false if there is none.
  { c.next(into) } -> std::same_as<bool>;
};

/// A to-do list of records that may be larger than memory; each record is taken once.
template <class S>
concept record_spool = requires(S s, const spool_entry& e) {
  // Adds an entry unless its record was ever added; says whether it was new.
  { s.add(e) } -> std::same_as<bool>;
  // Takes out the oldest entry.
  { s.next() } -> std::same_as<std::optional<spool_entry>>;
};

namespace can {

template <class R>
concept find = requires(R r, resource_id resource, const uid& id) {
  { r.find(resource, id) } -> std::same_as<std::optional<found_record>>;
};
// The records, at most two, that have this content in this field; those that are not deleted come first. A reference
// counts with the resource that it leads to.
template <class R>
concept find_key = requires(R r, resource_id resource, std::uint32_t field, const value& v) {
  { r.find_key(resource, field, v) } -> std::same_as<std::vector<found_record>>;
};
// The first record that has all contents that the query names.
template <class R>
concept find_match = requires(R r, const match_query& m) {
  { r.find_match(m) } -> std::same_as<std::optional<found_record>>;
};
// All fields, present or null; references with resource, uid and handle, which in lists is none as long as the target is
// not here. Fails if there is no such record.
template <class R>
concept load = requires(R r, resource_id resource, record_handle h, stored_record& into) {
  { r.load(resource, h, into) } -> std::same_as<void>;
};
// In commit order; each record at most once, in its present state.
template <class R>
concept changes = requires(R r, const change_query& q) {
  { r.changes(q) } -> record_cursor;
};
// The records of `resource` whose reference `field` points to one of `masters`, which are records of `of`, and that were
// committed after `after`, in any order. `masters` need not live longer than the call.
template <class R>
concept components = requires(R r, resource_id resource, std::uint32_t field, resource_id of,
                              std::span<const record_handle> masters, sequence_number after) {
  { r.components(resource, field, of, masters, after) } -> record_cursor;
};
// Every reference, in any resource, that points to the record `h` of `resource`: single ones and those in lists.
template <class R>
concept referrers = requires(R r, resource_id resource, record_handle h) {
  { r.referrers(resource, h) } -> std::same_as<std::vector<referrer>>;
};
// The number of the last change in this state.
template <class R>
concept sequence = requires(R r) {
  { r.sequence() } -> std::same_as<sequence_number>;
};
// Changes only if the store was made anew: a cursor of another epoch means nothing here.
template <class R>
concept epoch = requires(R r) {
  { r.epoch() } -> std::same_as<std::string>;
};
template <class R>
concept spool = requires(R r) {
  { r.spool() } -> record_spool;
};

}  // namespace can

/// Reads records: every store's snapshots and transactions.
///
/// All reads of one reader see the same state (snapshot); a transaction also sees its own writes. Deleted records are
/// found like others. Optional: `r.find_version(resource, id, moment, into)` is `find`; if the record is of that moment,
/// `into` also holds what a document can change, in references only the handle, in lists only the uids: what an import of
/// unchanged records does most; `r.count(q)` is the number of records that `r.changes(q)` gives;
/// `r.arrived(moment)` is the number of the first change that arrived not before a moment, or one behind the last;
/// `r.can_be_pointed_to(resource, handle)` says whether a deleted record can still be referred to: without it, any can.
/// Errors: `failure_exception`. Lifetime: cursors and spools end before their reader.
/// Thread safety: one thread at a time per reader; different readers may work at once.
template <class R>
concept record_reader = can::find<R> && can::find_key<R> && can::find_match<R> && can::load<R> && can::changes<R> &&
    can::components<R> && can::referrers<R> && can::sequence<R> && can::epoch<R> && can::spool<R>;

}  // namespace edensync
