#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/site/clock_skew.hpp"
#include "edensync/site/site.hpp"
#include "edensync/admin/check_uuid.hpp"
#include "edensync/admin/finding.hpp"

namespace edensync::admin {

namespace detail {

template <class Reader>
void check_marks(Reader& ledger, const repository& r, const sync_task& t, timestamp now, std::vector<finding>& out) {
  // What a peer's clock has reached may lie ahead of this one's.
  const auto latest = now + std::max<std::int64_t>(read_clock_skew(ledger, r.id).value_or(0), 0) + 60;
  const auto pulled = ledger.get_watermark(t.id, direction::pull), pushed = ledger.get_watermark(t.id, direction::push);
  const std::string subject = "watermarks " + r.name + " " + t.resource;
  std::uint64_t sent = 0;
  std::from_chars(pushed.cursor.data(), pushed.cursor.data() + pushed.cursor.size(), sent);
  if (pulled.time > latest || pushed.time > latest)
    out.push_back({subject, answer::no, "one lies in the future",
                   "what changes until then may be passed over: see the clocks of both sites"});
  else if (sent > ledger.sequence())
    out.push_back(
        {subject, answer::no, "more was sent than there ever was here",
         "the database is older than its peers know: make the resource anew, so that everything is sent again"});
  else
    out.push_back({subject,
                   answer::yes,
                   pulled.time ? "pulled up to " + to_text(*pulled.time) + " UTC" : "nothing was pulled yet",
                   {}});
}

// One that was given back expires at the beginning of time.
template <class Reader>
void check_lease(Reader& ledger, const repository& r, timestamp now, std::vector<finding>& out) {
  const auto held = ledger.get_lease(r.id);
  const auto until = held ? to_text(held->expires) + " UTC" : std::string();
  if (held && held->expires > now)
    out.push_back(
        {"lease " + r.name, answer::yes, "a run is under way, or ended badly; it is held until " + until, {}});
  else if (held && held->expires != timestamp{})
    out.push_back({"lease " + r.name, answer::unknown, "a run ended badly: it was held until " + until,
                   "the next worker goes on with it"});
}

}  // namespace detail

/// Looks whether what a site remembers of its peers makes sense: tables of tasks, watermarks, leases, what waits.
///
/// Changes nothing. Errors: those of the store. Thread safety: as the site.
template <class Parts>
result<std::vector<finding>> check_site(site<Parts>& s) {
  return edensync::detail::guarded([&] {
    std::vector<finding> out;
    auto ledger = s.store().snapshot();
    const auto now = s.now();
    const bool named = ledger.setting("uuid").has_value();
    out.push_back({"UUID", named ? answer::yes : answer::no, named ? *ledger.setting("uuid") : "there is none",
                   named ? "" : "eden-site init makes one"});
    const bool tables = s.resources().size() != 0;
    out.push_back({"schema", tables ? answer::yes : answer::no,
                   std::to_string(s.resources().size()) + " tables are described",
                   tables ? "" : "eden-site schema add"});
    // All there are; what came from repositories is told with them.
    auto by_hand = ledger.count_quarantined(this_site);
    for (const auto& r : ledger.repositories()) {
      if (auto typed = check_uuid(ledger, r, "UUID " + r.name)) out.push_back(std::move(*typed));
      for (const auto& t : ledger.tasks(r.id)) {
        if (s.resources().find(t.resource) == no_resource)
          out.push_back({"resource " + r.name + " " + t.resource, answer::no, "this site has no table " + t.resource,
                         "describe it (eden-site schema add), or remove the resource"});
        detail::check_marks(ledger, r, t, now, out);
      }
      detail::check_lease(ledger, r, now, out);
      const auto waiting = ledger.count_quarantined(r.id);
      by_hand -= waiting;
      if (waiting != 0)
        out.push_back({"quarantine " + r.name, answer::unknown, std::to_string(waiting) + " records wait",
                       "see the log for what is wrong with them"});
    }
    if (by_hand != 0)
      out.push_back({"quarantine of imports", answer::unknown, std::to_string(by_hand) + " records wait",
                     "eden-site quarantine list says what is wrong with them"});
    if (const auto open = ledger.count_open_references(); open != 0)
      out.push_back({"references", answer::unknown, std::to_string(open) + " wait for a record that is not here", {}});
    return out;
  });
}

}  // namespace edensync::admin
