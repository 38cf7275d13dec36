// A passive site is asked what a real Eden was asked, in the same order, and must answer the same.
#include "edensync/site/passive_site.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/site/peer_date.hpp"
#include "golden/support/answers.hpp"
#include "golden/support/deviations.hpp"
#include "golden/support/exchange.hpp"
#include "golden/support/replayed_site.hpp"

namespace edensync::test::golden {
namespace {

// Cases build on each other: all of them are run when the first one is looked at.
struct replay {
  struct outcome {
    std::string name;
    comparison found;
  };
  std::vector<outcome> outcomes;

  explicit replay(const std::filesystem::path& recordings) {
    replayed_site there(recordings);
    follower behind(there);
    world both;
    for (const auto& folder : cases_in(recordings / "passive")) {
      const auto request = read_http(folder / "request.http"), recorded = read_http(folder / "response.http");
      const auto query = parse_sync_query(request.target());
      const auto now = parse_http_date(recorded.headers.get("Date")).value();
      const auto ours = there.ask(request, now);
      const auto sent = parse_tree(request.body);
      if (sent) both.hear(*sent);
      if (sent && recorded.status() == 200)
        for (const auto& each : sent->children) both.ours_only.erase(each["uuid"]);
      outcomes.push_back({folder.filename().string().substr(4),
                          compare_answers(recorded, ours, masks(now), both, query ? query->msince : std::nullopt)});
      if (sent && recorded.status() != 200)
        // What it refused altogether is not there.
        for (const auto& each : sent->children) both.ours_only.insert(each["uuid"]);
      auto theirs = parse_tree(recorded.body);
      const auto mine = parse_tree(ours.body);
      if (outcomes.back().found.difference.empty() || !theirs || !mine) continue;
      std::set<std::string> here, there_too;
      collect_uids(*mine, here);
      collect_uids(*theirs, there_too);
      std::set_difference(here.begin(), here.end(), there_too.begin(), there_too.end(),
                          std::inserter(both.ours_only, both.ours_only.end()));
      both.hide_unknown(*theirs);
      behind.adopt(*theirs, query ? query->resource : std::string());
    }
  }
};

const comparison& outcome_of(const replay& done, const std::string& name) {
  for (const auto& o : done.outcomes)
    if (o.name == name) return o.found;
  throw std::runtime_error("no such case: " + name);
}

names recorded_names() { return names_of(recorded_cases("passive")); }
names own_names() { return names_of(cases_in(own_recordings() / "passive")); }

deviations& listed() {
  static deviations all("passive");
  return all;
}
deviations& listed_of_own() {
  static deviations all("own");
  return all;
}

void settle(deviations& list, const std::string& name, const comparison& found) {
  list.settle(name, found.difference.empty(), found.difference, found.remedies);
}

void run_recorded(const std::string& name) {
  static const replay done(*recorded("eden-wire"));
  settle(listed(), name, outcome_of(done, name));
}

void run_own(const std::string& name) {
  static const replay done(own_recordings());
  settle(listed_of_own(), name, outcome_of(done, name));
}

EDENSYNC_GOLDEN_CASES(passive, recorded_names, run_recorded);
EDENSYNC_GOLDEN_CASES(own, own_names, run_own);

BOOST_AUTO_TEST_CASE(no_difference_of_requests_is_unlisted) {
  if (recorded("eden-wire")) {
    listed().report("recorded requests");
    listed().expect_all_used();
  }
  listed_of_own().report("own requests");
  listed_of_own().expect_all_used();
}

}  // namespace
}  // namespace edensync::test::golden
