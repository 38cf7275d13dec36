#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/policy/policy_set.hpp"
#include "support/recorded.hpp"

// The recorded table of what a real Eden made of one record each: how a row is read, and what it says.
namespace edensync::test::policy_truth {

using row = std::map<std::string, std::string>;

inline std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else if (c != '\r')
      out.back() += c;
  }
  return out;
}

inline std::vector<row> read_table(std::string text) {
  std::istringstream in(std::move(text));
  std::string line;
  std::getline(in, line);
  const auto names = cells(line);
  std::vector<row> rows;
  while (std::getline(in, line)) {
    const auto values = cells(line);
    BOOST_REQUIRE_EQUAL(values.size(), names.size());
    row r;
    for (std::size_t i = 0; i < names.size(); ++i) r[names[i]] = values[i];
    rows.push_back(std::move(r));
  }
  return rows;
}

inline std::vector<row> read_table(const std::filesystem::path& file) { return read_table(read_file(file)); }

inline std::optional<master_index> index_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return std::stoi(text);
}

/// The circumstances as they worked at the Eden.
///
/// An empty or unknown strategy in the URL is no strategy: all methods. Eden's common address drops it altogether.
inline decide_input input_of(const row& r) {
  decide_input in;
  in.erase = r.at("op") == "delete";
  in.merge = r.at("op") == "merge";
  in.incoming = {parse_timestamp(r.at("remote_mtime")), index_of(r.at("item_mci")), in.erase || in.merge};
  if (r.at("orig") != "absent")
    in.local =
        version_stamp{parse_timestamp(r.at("local_mtime")), index_of(r.at("orig_mci")), r.at("orig") == "deleted"};
  in.last_sync = parse_timestamp(r.at("last_sync_applied"));
  in.update = parse_policy(r.at("update_policy_applied")).value();
  in.conflict = parse_policy(r.at("conflict_policy_applied"));
  if (r.at("channel") != "sync-url") in.allowed = parse_strategy(r.at("strategy")).value_or(strategy{});
  in.has_links = r.at("item_has_reference") == "1";
  return in;
}

/// What is left after a decision, in the words of the table.
struct after {
  std::string outcome;
  std::string deleted;
  std::string replaced;
  std::string value;
  std::string modified_on;

  friend bool operator==(const after&, const after&) = default;
  friend std::ostream& operator<<(std::ostream& out, const after& a) {
    return out << a.outcome << ", deleted " << a.deleted << ", replaced " << a.replaced << ", value " << a.value
               << ", modified_on " << a.modified_on;
  }
};

inline after expected(const row& r) {
  const std::string& time = r.at("after_mtime_is");
  return {r.at("outcome"), r.at("after_deleted"), r.at("after_replaced"), r.at("after_value"),
          time == "now" ? time : r.at("after_modified_on")};
}

inline after effect(const decision& d, const decide_input& in) {
  if (!in.local && d.what != action::create) return {"not created", "", "", "", ""};
  after a;
  const bool content = d.write == columns::received;
  switch (d.what) {
    case action::create: a.outcome = "created"; break;
    case action::update:
      // Writing the time that is there already cannot be seen.
      a.outcome = content                                            ? "updated"
                  : in.local->modified_on == in.incoming.modified_on ? "unchanged"
                                                                     : "only modified_on changed";
      break;
    case action::undelete: a.outcome = content ? "undeleted with remote values" : "undeleted with local values"; break;
    case action::erase: a.outcome = "deleted"; break;
    case action::merge: a.outcome = "merged"; break;
    case action::none:
    case action::bury: a.outcome = "unchanged"; break;
  }
  const bool removed = d.what == action::erase || d.what == action::merge;
  a.deleted = removed || (d.what == action::none && in.local->deleted) ? "1" : "0";
  a.replaced = d.what == action::merge ? "1" : "0";
  a.value = content ? "remote" : "local";
  const auto text = [](std::optional<timestamp> t) { return t ? to_text(*t) : "now"; };
  switch (d.modified_on) {
    case stamp_source::now: a.modified_on = "now"; break;
    case stamp_source::incoming: a.modified_on = text(in.incoming.modified_on); break;
    case stamp_source::local: a.modified_on = text(in.local->modified_on); break;
  }
  return a;
}

inline bool same_effect(const decision& a, const decision& b) {
  return a.what == b.what && a.write == b.write && a.modified_on == b.modified_on;
}

/// The weakness of Eden because of which the two sets of rules differ here, as the list of deviations calls it; empty if
/// there is none to name.
inline std::string weakness(const decision& eden, const decision& ours, const decide_input& in) {
  const bool removes = in.erase || in.merge;
  const bool here_deleted = in.local && in.local->deleted;
  if (eden.what == action::update && eden.write == columns::none && ours.what == action::none)
    return "time-without-data";
  if (eden.what == action::undelete && in.update == policy_name::keep_local && ours.what == action::none)
    return "undeleted-under-this";
  if (removes && here_deleted && eden.what == action::none && ours.what == action::erase &&
      in.local->modified_on != in.incoming.modified_on)
    return "two-deletions-two-times";
  if (removes && eden.what == ours.what && eden.modified_on == stamp_source::now &&
      ours.modified_on == stamp_source::incoming)
    return "deletion-stamped-now";
  if (removes && !in.local && eden.what == action::none && ours.what == action::bury)
    return "unknown-deletion-forgotten";
  if (in.merge && eden.why == rule::strategy_forbids && in.allowed.allows(method::erase) && ours.what == action::merge)
    return "merge-although-delete-is-allowed";
  return {};
}

}  // namespace edensync::test::policy_truth
