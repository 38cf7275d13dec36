// Each row of the recorded table is one record that a real Eden received: what both sides held, and what became of it.
// `eden_exact` has to say the same. Where `standard` says something else, the row has to fall under a named weakness.
#include "edensync/policy/policy_set.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

#include "support/policy_truth.hpp"

namespace edensync {
namespace {

using namespace test::policy_truth;

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
