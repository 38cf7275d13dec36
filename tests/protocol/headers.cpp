#include "edensync/protocol/headers.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

// The names are the protocol between versions: whoever changes one must change this test, and then the version.
BOOST_AUTO_TEST_CASE(names_stay) {
  BOOST_TEST(headers::version == "Edensync-Version");
  BOOST_TEST(headers::cursor == "Edensync-Cursor");
  BOOST_TEST(headers::resume == "Edensync-Resume");
}

}  // namespace edensync
