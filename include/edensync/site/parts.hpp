#pragma once

#include <concepts>

#include "edensync/concepts/clock.hpp"
#include "edensync/concepts/file_store.hpp"
#include "edensync/concepts/record_store.hpp"
#include "edensync/concepts/uid_source.hpp"
#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/policy/policy_set.hpp"

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
inline constexpr bool store_is_record_store = record_store<typename P::store>;
template <class P>
inline constexpr bool clock_is_clock = clock<typename P::clock>;
template <class P>
inline constexpr bool uid_source_is_uid_source = uid_source<typename P::uid_source>;
template <class P>
inline constexpr bool event_source_is_xml_event_source = xml_event_source<typename P::event_source>;
template <class P>
inline constexpr bool policies_is_policy_set = policy_set<typename P::policies>;

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
  static_assert(file_store<typename P::file_store>,
                "edensync: parts::file_store must model file_store (begin, open); see docs/concepts/file_store.md");
  using type = typename P::file_store;
};

// One sentence for each requirement: the first line of the compiler's complaint.
template <class P>
struct check_parts {
  static_assert(names_all_parts<P>,
                "edensync: the bag of parts must name store, clock, uid_source, event_source and policies; "
                "see docs/concepts/parts.md");
  static_assert(store_is_record_store<P>,
                "edensync: parts::store must model record_store; see docs/concepts/record_store.md");
  static_assert(clock_is_clock<P>, "edensync: parts::clock must model clock (now); see docs/concepts/clock.md");
  static_assert(uid_source_is_uid_source<P>,
                "edensync: parts::uid_source must model uid_source (make); see docs/concepts/uid_source.md");
  static_assert(event_source_is_xml_event_source<P>,
                "edensync: parts::event_source must model xml_event_source (feed, finish); "
                "see docs/concepts/xml_event_source.md");
  static_assert(policies_is_policy_set<P>,
                "edensync: parts::policies must model policy_set (decide); see docs/concepts/policy_set.md");
  static constexpr bool value = true;
};

}  // namespace detail

}  // namespace edensync
