// What the site's ledger tells afterwards: how conflicts were decided, and the log.

#include <edensync/s3xml/reader.hpp>
#include <algorithm>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "node.hpp"

namespace eden_pair {

namespace {

/// The time of day in which a version was made; the day is the same for all of this.
std::string clock_time(const std::optional<edensync::timestamp>& t) {
  return t ? edensync::to_text(edensync::time_of(*t)) : "an unknown time";
}

std::string in_words(const edensync::value& v) {
  return std::visit(
      [](const auto& content) -> std::string {
        using type = std::remove_cvref_t<decltype(content)>;
        if constexpr (std::is_same_v<type, std::string>)
          return '"' + content + '"';
        else if constexpr (std::is_same_v<type, bool>)
          return content ? "yes" : "no";
        else if constexpr (std::is_arithmetic_v<type>)
          return std::to_string(content);
        else if constexpr (std::is_same_v<type, edensync::timestamp> || std::is_same_v<type, edensync::date>)
          return edensync::to_text(content);
        else if constexpr (std::is_same_v<type, edensync::reference>)
          return content.target.text();
        else
          return "nothing";
      },
      v);
}

/// Takes the first record of a document.
struct first_record {
  std::optional<edensync::record> taken;
  void element(edensync::incoming_element& e) {
    if (!taken && !e.empty()) taken = e.front().content;
  }
  void unknown_resource(std::string_view, const edensync::uid&) {}
};

std::optional<edensync::record> record_in(const std::string& document, const edensync::schema& s) {
  if (document.empty()) return std::nullopt;
  first_record sink;
  edensync::s3xml::reader<first_record> reader(s, {}, sink);
  edensync::expat::event_source source(reader, {});
  source.feed(document).value();
  source.finish().value();
  return sink.taken;
}

/// What the version that lost held and the present one does not; of a record that is gone, the beginning.
std::string what_was_lost(node& here, const edensync::decision_entry& d, std::string& name) {
  const auto resource = here.resources->find(d.resource);
  const auto& layout = (*here.resources)[resource];
  const auto lost = record_in(d.loser, *here.resources);
  edensync::stored_record now;
  auto reader = here.store.snapshot();
  if (const auto found = reader.find(resource, d.uuid)) reader.load(resource, found->handle, now);

  const auto first = [](const edensync::record& r) {
    return r.fields.empty() || !edensync::has_content(r.fields.front()) ? std::string() : in_words(r.fields.front());
  };
  name = first(now);
  if (!lost || lost->version.deleted) return {};
  if (name.empty()) name = first(*lost);
  std::string out;
  std::size_t named = 0;
  for (std::size_t i = 0; i < lost->fields.size() && named < 3; ++i) {
    if (!edensync::has_content(lost->fields[i])) continue;
    if (!now.version.deleted && i < now.fields.size() && now.fields[i] == lost->fields[i]) continue;
    out += (out.empty() ? "" : ", ") + std::string(layout.field(static_cast<std::uint32_t>(i)).name) + ' ' +
           in_words(lost->fields[i]);
    ++named;
  }
  return out;
}

void tell(node& here, const edensync::decision_entry& d) {
  const bool taken = d.outcome.what != edensync::action::none;
  const std::string theirs_did = d.input.merge ? "merged" : d.input.erase ? "deleted" : "changed";
  const std::string ours_did = d.input.local && d.input.local->deleted ? "deleted" : "changed";
  const std::string peer(here.peer_name()), own(here.own_name());
  std::string name;
  const auto lost = what_was_lost(here, d, name);

  std::cout << "  - " << d.resource << ' ' << name << " (…" << d.uuid.text().substr(d.uuid.text().size() - 4)
            << "): " << peer << ' ' << theirs_did << " it at " << clock_time(d.input.incoming.modified_on) << ", "
            << own << ' ' << ours_did << " it at "
            << clock_time(d.input.local ? d.input.local->modified_on : std::nullopt)
            << ".\n      Taken: the version of " << (taken ? peer : own) << ", because "
            << edensync::to_text(d.outcome.why) << " (update policy " << edensync::to_text(d.input.update)
            << ", conflict policy " << edensync::to_text(d.input.conflict.value_or(d.input.update)) << ").\n";
  const std::string& loser = taken ? own : peer;
  const std::string& loser_did = taken ? ours_did : theirs_did;
  if (loser_did == "deleted")
    std::cout << "      The deletion by " << loser << " is undone.\n";
  else if (!lost.empty())
    std::cout << "      What " << loser << " had is kept: " << lost << ".\n";
}

}  // namespace

void tell_decisions(node& here, const std::function<bool(const edensync::decision_entry&)>& wanted) {
  std::vector<edensync::decision_entry> all;
  for (const auto& r : here.site.resources())
    for (auto& d : here.site.decisions(r.name(), {}, 1000).value())
      if (wanted(d) && d.outcome.conflict != edensync::conflict_state::none) all.push_back(std::move(d));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  if (all.empty()) return;
  std::cout << "\n  Conflicts decided at " << here.own_name() << ":\n";
  for (const auto& d : all) tell(here, d);
}

void decisions(const arguments& given) {
  node here(given);
  const auto since = edensync::parse_timestamp(given.text("since"));
  if (!since) throw usage_error("--since is not a time like 2026-07-01T08:00:00");
  tell_decisions(here, [&](const auto& d) { return d.at >= *since; });
}

void print_log(const arguments& given) {
  node here(given);
  auto lines = here.site.log(static_cast<std::size_t>(given.number("last", 12))).value();
  std::reverse(lines.begin(), lines.end());
  for (const auto& l : lines)
    std::cout << "  " << edensync::to_text(l.at) << ' ' << std::left << std::setw(17) << l.resource << std::setw(14)
              << l.mode << std::setw(8) << edensync::to_text(l.result) << l.message << '\n';
}

}  // namespace eden_pair
