#include "edensync/skeleton/store.hpp"

#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace edensync;

namespace {

struct factory {
  skeleton::store make(std::shared_ptr<const schema> resources) { return skeleton::store(std::move(resources)); }
};

// Count this up as you go. After 9, laws::record_store and laws::site_ledger are all that is needed.
constexpr int steps_written = 0;

// With which step each law can hold: what it uses is written then. All laws of the ledger come with step 7.
constexpr std::pair<int, std::string_view> steps[] = {
    {2, "a spool gives each once"},
    {3, "find finds what was committed"},
    {3, "every type comes back as written"},
    {3, "a version is found with its content"},
    {4, "update leaves what is absent"},
    {4, "references lead to records"},
    {5, "missing records are errors"},
    {5, "a refused write leaves the transaction usable"},
    {5, "changes come once, in commit order"},
    {5, "deleted records come if asked for"},
    {5, "since looks at arrival and modified_on"},
    {5, "patch and touch move to the end"},
    {6, "tombstones need no content"},
    {6, "keys are found"},
    {6, "referrers are found"},
    {6, "components are found"},
    {6, "resources are kept apart"},
    {6, "records are matched by several fields"},
    {6, "a record can be renamed"},
    {7, "a dropped transaction leaves no trace"},
    {7, "a transaction sees its own writes"},
    {7, "snapshots do not move"},
    {8, "what follows a served state arrives later"},
    {8, "a peer misses nothing"},
    {8, "a peer misses nothing while others write"},
    {9, "a store outlives its program"},
};

// What stops the laws, in the words in which whoever copies the skeleton reads it.
template <class Laws>
std::string stopped_by(Laws laws) {
  factory f;
  try {
    laws(f);
  } catch (const failure_exception& e) {
    return e.why().info.text();
  }
  return "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(skeleton_store)

BOOST_AUTO_TEST_CASE(the_laws_of_the_steps_that_are_written_hold) {
  factory f;
  for (const auto& [step, name] : steps)
    for (const auto& law : laws::record_store_laws<factory>)
      if (step <= steps_written && law.name == name) laws::check(law, f);
  if (steps_written >= 7) laws::site_ledger(f);
}

// From here on it is about the skeleton itself: leave it out of your copy.

BOOST_AUTO_TEST_CASE(each_law_belongs_to_a_step) {
  std::set<std::string_view> laws, named;
  for (const auto& law : laws::record_store_laws<factory>) laws.insert(law.name);
  for (const auto& [step, name] : steps) BOOST_TEST(named.insert(name).second, name);
  BOOST_TEST(laws == named, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_laws_say_what_to_write_first) {
  BOOST_TEST(stopped_by([](factory& f) { laws::record_store(f); }) == "skeleton: find is not written yet");
  BOOST_TEST(stopped_by([](factory& f) { laws::site_ledger(f); }) == "skeleton: set_setting is not written yet");
}

BOOST_AUTO_TEST_SUITE_END()
