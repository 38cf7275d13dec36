#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/decision.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync::admin {

namespace detail {

inline std::string at_time(const std::optional<timestamp>& t) { return t ? to_text(*t) : "at an unknown time"; }

inline std::string version(const version_stamp& v, std::string_view did) {
  return std::string(v.deleted ? "deleted" : did) + " " + at_time(v.modified_on);
}

}  // namespace detail

/// A decision in words for people: what was done, why, what both versions were, and by which policies.
///
/// The loser's content stands in the decision as S3XML. Thread safety: pure.
inline std::string explanation(const decision_entry& d) {
  const auto& in = d.input;
  std::string out(to_text(d.outcome.what));
  out += ": " + std::string(to_text(d.outcome.why)) + ". Theirs: ";
  out += in.merge   ? "merged " + detail::at_time(in.incoming.modified_on)
         : in.erase ? "deleted " + detail::at_time(in.incoming.modified_on)
                    : detail::version(in.incoming, "changed");
  out += in.local ? "; ours: " + detail::version(*in.local, "changed") : "; ours: none";
  out += ". Update policy " + std::string(to_text(in.update));
  if (in.conflict) out += ", conflict policy " + std::string(to_text(*in.conflict));
  if (d.outcome.conflict != conflict_state::none)
    out += "; both had changed it since " + detail::at_time(in.last_sync) + ", and theirs was " +
           (d.outcome.conflict == conflict_state::refused ? "refused" : "accepted");
  if (!in.allowed.allows(in.merge   ? method::merge
                         : in.erase ? method::erase
                         : in.local ? method::update
                                    : method::create))
    out += "; strategy " + to_text(in.allowed);
  return out + ".";
}

}  // namespace edensync::admin
