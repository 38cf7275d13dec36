#pragma once

#include <string>
#include <vector>

#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/adopted_table.hpp"
#include "edensync/sqlite/adopting.hpp"

namespace edensync::sqlite {

namespace detail {

template <class Work>
result<std::string> with_adopting(const options& how, dry_run dry, Work work) {
  try {
    return adopting(how, dry).within(work);
  } catch (const failure_exception& e) {
    return e.why();
  }
}

}  // namespace detail

/// Makes the tables of an application those of resources: from then on a `store` over the same file reads and writes them,
/// and what anybody else writes is numbered and stamped, by triggers, as a change made here. Gives the SQL that did it.
///
/// The tables stay as they are; beside each stands one with identities, versions, and deleted records. To adopt again is
/// harmless: what happened while nobody watched is then taken up, as far as it can be seen.
/// `tables`: all that are to be adopted, with those that are already.
/// All of it happens or nothing. No store may have the file open; the application may. `dry_run::yes` changes nothing.
/// Errors: bad_schema if a table cannot be adopted, with the reason; those of a store.
inline result<std::string> adopt(const options& how, const schema& s, const std::vector<adopted_table>& tables,
                                 dry_run dry = dry_run::no) {
  return detail::with_adopting(how, dry, [&](detail::adopting& a) { a.adopt(s, tables); });
}

/// Takes everything away that `adopt` made, so that the schema of the database is what it was. Gives the SQL that did it.
///
/// `what_is_known::keep` leaves identities and deleted records for the next `adopt`, for an application that is to make its
/// tables anew. Otherwise tables of the site go as well, if `adopt` made them and no store has records of its own there.
/// All of it happens or nothing. No store may have the file open.
/// Errors: bad_schema if records of a store refer to adopted ones; those of a store.
inline result<std::string> release(const options& how, what_is_known known = what_is_known::forget,
                                   dry_run dry = dry_run::no) {
  return detail::with_adopting(how, dry, [&](detail::adopting& a) { a.release(known); });
}

}  // namespace edensync::sqlite
