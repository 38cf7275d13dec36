#include "edensync/skeleton/store.hpp"

#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

namespace {

struct factory {
  skeleton::store make(std::shared_ptr<const schema> resources) { return skeleton::store(std::move(resources)); }
};

// What stops the first law, in the words in which whoever copies the skeleton reads it.
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

BOOST_AUTO_TEST_CASE(the_laws_say_what_to_write_first) {
  BOOST_TEST(stopped_by([](factory& f) { laws::record_store(f); }) == "skeleton: insert is not written yet");
  BOOST_TEST(stopped_by([](factory& f) { laws::site_ledger(f); }) == "skeleton: set_setting is not written yet");
}

BOOST_AUTO_TEST_SUITE_END()
