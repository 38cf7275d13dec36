// Each row of the recorded table is one record that a real Eden received: what both sides held, and what became of it.
// `eden_exact` has to say the same. Where `standard` says something else, the row has to fall under a named weakness.
#include "edensync/policy/policy_set.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

#include "situations.hpp"
#include "support/recorded.hpp"

namespace edensync {
namespace {

using row = std::map<std::string, std::string>;

std::vector<std::string> cells(std::string_view line) {
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

std::vector<row> read_table(const std::filesystem::path& file) {
  std::istringstream in(test::read_file(file));
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

std::optional<master_index> index_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return std::stoi(text);
}

// An empty or unknown strategy in the URL is no strategy: all methods. Eden's common address drops it altogether.
decide_input input_of(const row& r) {
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

// What is left after a decision, in the words of the table.
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

after expected(const row& r) {
  const std::string& time = r.at("after_mtime_is");
  return {r.at("outcome"), r.at("after_deleted"), r.at("after_replaced"), r.at("after_value"),
          time == "now" ? time : r.at("after_modified_on")};
}

after effect(const decision& d, const decide_input& in) {
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

bool same_effect(const decision& a, const decision& b) {
  return a.what == b.what && a.write == b.write && a.modified_on == b.modified_on;
}

// The weakness of Eden because of which the two sets of rules differ here; empty if there is none to name.
std::string weakness(const decision& eden, const decision& ours, const decide_input& in) {
  const bool removes = in.erase || in.merge;
  const bool here_deleted = in.local && in.local->deleted;
  if (eden.what == action::update && eden.write == columns::none && ours.what == action::none)
    return "I1 modified_on set without data";
  if (eden.what == action::undelete && in.update == policy_name::keep_local && ours.what == action::none)
    return "I7 THIS undeletes";
  if (removes && here_deleted && eden.what == action::none && ours.what == action::erase &&
      in.local->modified_on != in.incoming.modified_on)
    return "I13 two deletions keep different times";
  if (removes && eden.what == ours.what && eden.modified_on == stamp_source::now &&
      ours.modified_on == stamp_source::incoming)
    return "I13 deletion stamped now";
  if (removes && !in.local && eden.what == action::none && ours.what == action::bury)
    return "-- deletion of an unknown record forgotten";
  if (in.merge && eden.why == rule::strategy_forbids && in.allowed.allows(method::erase) && ours.what == action::merge)
    return "-- merge forbidden where delete is allowed";
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(eden_exact_gives_every_recorded_row) {
  const auto file = test::recorded("eden-wire/policy_truth.csv");
  if (!file) return;
  std::size_t agree = 0;
  const auto rows = read_table(*file);
  for (const row& r : rows) {
    const decide_input in = input_of(r);
    const after got = effect(eden_exact::decide(in), in);
    if (got == expected(r))
      ++agree;
    else
      BOOST_ERROR("row " << r.at("id") << ": recorded " << expected(r) << "; decided " << got);
  }
  BOOST_TEST_MESSAGE("eden_exact: " << agree << " of " << rows.size() << " rows agree");
  BOOST_TEST(agree == rows.size());
  BOOST_TEST(rows.size() > 1000U);
}

BOOST_AUTO_TEST_CASE(standard_differs_only_where_eden_is_weak) {
  const auto file = test::recorded("eden-wire/policy_truth.csv");
  if (!file) return;
  std::map<std::string, std::size_t> counts;
  std::size_t same = 0;
  std::size_t dies = 0;
  for (const row& r : read_table(*file)) {
    const decide_input in = input_of(r);
    const decision eden = eden_exact::decide(in);
    const decision ours = standard::decide(in);
    if (r.at("http_status") == "500") {
      ++dies;
      BOOST_TEST((ours == decision{.why = rule::not_from_master}), "row " << r.at("id"));
    }
    if (same_effect(eden, ours)) {
      ++same;
      continue;
    }
    const std::string name = weakness(eden, ours, in);
    if (name.empty())
      BOOST_ERROR("row " << r.at("id") << " differs without a reason: Eden " << effect(eden, in) << "; standard "
                         << effect(ours, in));
    else
      ++counts[name];
  }
  BOOST_TEST_MESSAGE("standard: " << same << " rows as Eden");
  BOOST_TEST_MESSAGE("  of these " << dies << ": I3 skipped where Eden answers 500");
  for (const auto& [name, count] : counts) BOOST_TEST_MESSAGE("  differs in " << count << ": " << name);
  BOOST_TEST(counts.size() > 3U);
}

}  // namespace edensync
