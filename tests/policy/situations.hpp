#pragma once

#include <array>
#include <optional>

#include "edensync/policy/policy_set.hpp"

// Words to write tables of decisions with: a situation, what each policy makes of it, and the outcomes.
namespace edensync::situations {

using enum policy_name;

inline constexpr timestamp before{1000};
inline constexpr timestamp agreed{2000};  // the last synchronisation
inline constexpr timestamp early{3000};
inline constexpr timestamp middle{4000};
inline constexpr timestamp late{5000};

/// A version; by default one that came straight from its birthplace, so that MASTER lets it pass.
constexpr version_stamp live(std::optional<timestamp> t, std::optional<master_index> mci = 1) {
  return {t, mci, false};
}
constexpr version_stamp dead(std::optional<timestamp> t, std::optional<master_index> mci = 1) { return {t, mci, true}; }

struct situation {
  decide_input in;

  constexpr situation under(policy_name p) const {
    situation s = *this;
    s.in.update = p;
    return s;
  }
  constexpr situation conflict(std::optional<policy_name> p, timestamp last_sync = agreed) const {
    situation s = *this;
    s.in.conflict = p;
    s.in.last_sync = last_sync;
    return s;
  }
  constexpr situation tie(content_order o) const {
    situation s = *this;
    s.in.tie = o;
    return s;
  }
  constexpr situation allowing(strategy allowed) const {
    situation s = *this;
    s.in.allowed = allowed;
    return s;
  }
  constexpr situation links() const {
    situation s = *this;
    s.in.has_links = true;
    return s;
  }
};

/// An incoming version that meets a local one, or nothing.
constexpr situation meets(version_stamp incoming, std::optional<version_stamp> local, bool merge = false) {
  situation s;
  s.in.erase = incoming.deleted;
  s.in.merge = merge;
  s.in.incoming = incoming;
  s.in.local = local;
  return s;
}
constexpr situation arrives(version_stamp incoming, bool merge = false) { return meets(incoming, std::nullopt, merge); }
inline constexpr bool as_merge = true;

/// The decisions under THIS, OTHER, NEWER and MASTER, in this order: a row of the specification's tables.
using row = std::array<decision, 4>;

template <class Rules>
constexpr row decided(const situation& s) {
  return {Rules::decide(s.under(keep_local).in), Rules::decide(s.under(take_remote).in),
          Rules::decide(s.under(take_newer).in), Rules::decide(s.under(take_master).in)};
}
constexpr row eden(const situation& s) { return decided<eden_exact>(s); }
constexpr row ours(const situation& s) { return decided<standard>(s); }
constexpr row all(decision d) { return {d, d, d, d}; }

constexpr decision kept(rule why) { return {.why = why}; }
constexpr decision written(action a, rule why) {
  return {a, columns::received, stamp_source::incoming, why, conflict_state::none};
}
constexpr decision created(rule why) { return written(action::create, why); }
constexpr decision updated(rule why) { return written(action::update, why); }
constexpr decision undeleted(rule why) { return written(action::undelete, why); }
constexpr decision stamped(action a, stamp_source s, rule why) {
  return {a, columns::none, s, why, conflict_state::none};
}
constexpr decision erased(stamp_source s, rule why) { return stamped(action::erase, s, why); }
constexpr decision merged(stamp_source s, rule why) { return stamped(action::merge, s, why); }
inline constexpr auto incoming = stamp_source::incoming;
inline constexpr auto now = stamp_source::now;

/// The same decision, taken after a conflict was let through.
constexpr decision accepted(decision d) {
  d.conflict = conflict_state::accepted;
  return d;
}
inline constexpr decision refused{.why = rule::conflict_refused, .conflict = conflict_state::refused};

}  // namespace edensync::situations
