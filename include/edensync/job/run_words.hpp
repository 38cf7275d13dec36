#pragma once

#include <optional>
#include <string>

#include "edensync/core/diagnostics.hpp"
#include "edensync/log/redact.hpp"
#include "edensync/site/run_report.hpp"

namespace edensync {

/// What a run did, for people: a line for each transfer. Pure.
inline std::string run_words(const run_report& r) {
  std::string out;
  for (const auto& t : r.transfers) {
    const bool pull = t.way == direction::pull;
    out += (pull ? "pull " : "push ") + t.resource;
    if (!t.file.empty()) out += (pull ? " from " : " to ") + diagnostics({}, t.file).peer();
    out += ": ";
    if (t.error) {
      out += "failed: " + redact(t.error->text()) + '\n';
      continue;
    }
    const auto counts = pull ? std::optional(t.imported.total) : t.peer_counts;
    out += std::to_string(pull ? t.imported.total.received : t.exported.records()) + " records";
    if (counts)
      out += ", " + std::to_string(counts->created) + " created, " + std::to_string(counts->updated) + " updated, " +
             std::to_string(counts->deleted) + " deleted";
    if (!pull && t.peer_refused != 0) out += ", " + std::to_string(t.peer_refused) + " refused there";
    if (t.given_up) out += ", then the archive was given up: " + redact(t.given_up->text());
    if (t.waiting != 0) out += ", " + std::to_string(t.waiting) + " in quarantine";
    out += '\n';
  }
  if (r.identity) out += "registration: failed: " + redact(r.identity->text()) + '\n';
  for (const auto& what : r.untold) out += "cannot be told beforehand: " + what + '\n';
  return out;
}

/// Why not all records of a run could be exchanged, in one sentence; empty if they were. Pure.
inline std::string why_not_all(const run_report& r) {
  if (r.error) return redact(r.error->text());
  for (const auto& t : r.transfers)
    if (t.error) return t.resource + ": " + redact(t.error->text());
  return {};
}

/// The same, also if it is not sure that the peer is the right one. Pure.
inline std::string why_not(const run_report& r) {
  auto why = why_not_all(r);
  if (why.empty() && r.identity) why = redact(r.identity->text());
  return why;
}

}  // namespace edensync
