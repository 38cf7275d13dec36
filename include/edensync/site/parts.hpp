#pragma once

#include <concepts>

#include "edensync/concepts/check_clock.hpp"
#include "edensync/concepts/check_event_source.hpp"
#include "edensync/concepts/check_file_store.hpp"
#include "edensync/concepts/check_store.hpp"
#include "edensync/concepts/record_store.hpp"
#include "edensync/concepts/uid_source.hpp"
#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/policy/check_policy_set.hpp"

namespace edensync {

/// What a bag of parts inherits so that it need name only what differs: the policies.
///
/// A bag is a struct of aliases: `store`, `clock`, `uid_source`, `event_source` and `policies`; `archive` and `file_store`
/// if there are any. Example:
///
///     struct field_office : edensync::default_parts {
///       using store = edensync::sqlite::store;
///       using clock = edensync::system_clock;
///       using uid_source = edensync::random_uid_source;
///       using event_source = edensync::expat::event_source;
///     };
struct default_parts {
  using policies = standard;
};

namespace detail {

template <class P>
inline constexpr bool names_all_parts = requires {
  typename P::store;
  typename P::clock;
  typename P::uid_source;
  typename P::event_source;
  typename P::policies;
};
template <class P>
inline constexpr bool uid_source_is_uid_source = uid_source<typename P::uid_source>;

template <class P>
concept has_file_store = requires {
  typename P::file_store;
};

// Stands for the store of files where the bag of parts names none.
struct no_file_store {};

template <class P>
struct file_store_of {
  using type = no_file_store;
};
template <has_file_store P>
struct file_store_of<P> {
  static_assert(check_file_store<typename P::file_store>::value);
  using type = typename P::file_store;
};

// One sentence for each requirement: the first line of the compiler's complaint.
template <class P>
struct check_parts {
  static_assert(names_all_parts<P>,
                "edensync: the bag of parts must name store, clock, uid_source, event_source and policies; "
                "see docs/concepts/parts.md");
  static_assert(check_record_store<typename P::store>::value);  // says itself what is missing
  static_assert(check_clock<typename P::clock>::value);
  static_assert(uid_source_is_uid_source<P>,
                "edensync: uid_source needs make() -> uid; see docs/concepts/uid_source.md");
  static_assert(check_event_source<typename P::event_source>::value);
  static_assert(check_policy_set<typename P::policies>::value);
  static constexpr bool value = true;
};

}  // namespace detail

}  // namespace edensync
