#pragma once

#include <concepts>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/concepts/site_ledger.hpp"
#include "edensync/core/write_context.hpp"

namespace edensync {

namespace can {

template <class T>
concept insert = requires(T t, const record& r) {
  { t.insert(r) } -> std::same_as<write_result>;
};
// Writes the fields that are not absent, and the version: `deleted` and `replaced_by` always; modified_on, mci,
// created_on and authors where they are given.
template <class T>
concept update = requires(T t, const record& r, record_handle h) {
  { t.update(h, r) } -> std::same_as<write_result>;
};
// Writes one field and leaves version and origin as they are.
template <class T>
concept patch = requires(T t, resource_id resource, record_handle h, std::uint32_t field, const value& v) {
  { t.patch(resource, h, field, v) } -> std::same_as<write_result>;
};
// Gives the record another uid; what points to it, or was merged into it, follows. Refused if the uid is taken.
template <class T>
concept rename = requires(T t, resource_id resource, record_handle h, const uid& id) {
  { t.rename(resource, h, id) } -> std::same_as<write_result>;
};
// From here on `insert` and `update` set this origin instead of the one that `begin` was given.
template <class T>
concept write_as = requires(T t, repository_id origin) {
  t.write_as(origin);
};
// Puts the record at the end of the change order and leaves all else as it is.
template <class T>
concept touch = requires(T t, resource_id resource, record_handle h) {
  t.touch(resource, h);
};
template <class T>
concept commit = requires(T t) {
  t.commit();
};

}  // namespace can

/// Writes records and ledger entries that become visible together or not at all.
///
/// Each write gives the record a new sequence number, higher than all before it in any resource; the order of numbers is
/// the order of commits. `insert` and `update` also set its origin from the write context. The destructor rolls back
/// what was not committed. A refused write leaves the transaction usable and the record as it was. A cursor may see what
/// is written after its beginning, but gives no record twice.
/// A deleted record needs no fields; a live one its mandatory ones, and no other live record has its unique content.
/// A single reference without a handle is kept as null (its target is not here: see `add_open_reference`), a list keeps
/// the uids of targets that are not here. One that leads to a resource to which its field cannot point is refused.
/// Optional: `t.contended()` says whether another writer waits; a long import then commits early and lets it in.
/// Errors: `failure_exception` if the store fails; a refusal is a value.
template <class T>
concept record_transaction = record_reader<T> && ledger_writer<T> && can::insert<T> && can::update<T> &&
    can::patch<T> && can::rename<T> && can::write_as<T> && can::touch<T> && can::commit<T>;

namespace can {

// The last committed state.
template <class S>
concept snapshot = requires(S s) {
  s.snapshot();
};
// The same, for an answer to a pull: what is committed afterwards arrives later than all that it holds (change_query).
template <class S>
concept serve = requires(S s) {
  s.serve();
};
template <class S>
concept begin = requires(S s, const write_context& w) {
  s.begin(w);
};

}  // namespace can

/// Keeps records and the ledger of one site.
///
/// Optional: `s.try_begin(w)` gives an `std::optional` transaction, none if somebody else writes; it does not wait.
/// `s.check_place()` fails if what it has opened is not what lies in its place now (`keeps_its_place`).
/// Laws: `record_store`, `site_ledger`, `concurrency` and `random_operations` in `edensync::laws`.
/// Thread safety: the store may be shared; its snapshots and transactions may not. One transaction at a time: `begin`
/// waits, and fails with `error::store_locked` if it waited too long.
template <class S>
concept record_store = can::snapshot<S> && can::serve<S> && can::begin<S> && requires(S s, const write_context& w) {
  { s.snapshot() } -> record_reader;
  { s.snapshot() } -> ledger_reader;
  { s.serve() } -> record_reader;
  { s.begin(w) } -> record_transaction;
};

/// A store that can tell whether its file was removed, replaced, overwritten or cut under it: `check_place` fails then.
template <class S>
concept keeps_its_place = requires(S s) {
  s.check_place();
};

}  // namespace edensync
