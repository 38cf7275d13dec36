// A site that holds what a real Eden held is asked for whole tables, and must give the same.
#include "edensync/exporter/exporter.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "edensync/site/peer_date.hpp"
#include "golden/support/answers.hpp"
#include "golden/support/deviations.hpp"
#include "golden/support/exchange.hpp"
#include "golden/support/replayed_site.hpp"

namespace edensync::test::golden {
namespace {

struct recording {
  std::string name;
  http_message request, answer;
};

// The recorded Eden's records, put together from all that it told of them.
struct all_exports {
  std::vector<std::pair<std::string, comparison>> outcomes;

  all_exports() {
    std::vector<recording> all;
    for (const auto& folder : recorded_cases("exports"))
      all.push_back({folder.filename().string().substr(4), read_http(folder / "request.http"),
                     read_http(folder / "response.http")});
    replayed_site there(*recorded("eden-wire"));
    follower behind(there);
    world both;
    for (const auto& each : all) {
      const auto document = parse_tree(each.answer.body);
      const auto query = parse_sync_query(each.request.target());
      if (!document || !query || !query->filters.empty()) continue;
      both.hear(*document);
      there.clock.set(parse_http_date(each.answer.headers.get("Date")).value());
      behind.adopt(*document, query->resource);
    }
    for (const auto& each : all) {
      const auto now = parse_http_date(each.answer.headers.get("Date")).value();
      const auto query = parse_sync_query(each.request.target());
      const auto ours = there.ask(each.request, now);
      outcomes.emplace_back(each.name,
                            compare_answers(each.answer, ours, masks(now), both, query ? query->msince : std::nullopt));
    }
  }
};

names export_names() { return names_of(recorded_cases("exports")); }

deviations& listed_exports() {
  static deviations all("exports");
  return all;
}

void run_case(const std::string& name) {
  static const all_exports done;
  for (const auto& [of, found] : done.outcomes)
    if (of == name) return listed_exports().settle(name, found.difference.empty(), found.difference, found.remedies);
  BOOST_ERROR("no such case: " << name);
}

EDENSYNC_GOLDEN_CASES(exports, export_names, run_case);

BOOST_AUTO_TEST_CASE(no_difference_of_exports_is_unlisted) {
  if (!recorded("eden-wire")) return;
  listed_exports().report("exports");
  listed_exports().expect_all_used();
}

}  // namespace
}  // namespace edensync::test::golden
