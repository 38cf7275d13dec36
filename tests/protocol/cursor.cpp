#include "edensync/protocol/cursor.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

BOOST_AUTO_TEST_CASE(what_was_made_is_read) {
  BOOST_TEST(make_cursor("e7", 42) == "e7-42");
  for (const char* epoch : {"e7", "urn:uuid:0f1e-4000", "a.b_c"})
    for (const sequence_number n : {sequence_number{0}, sequence_number{42}, ~sequence_number{0}})
      BOOST_TEST((parse_cursor(make_cursor(epoch, n)) == sync_cursor{epoch, n}));
}

BOOST_AUTO_TEST_CASE(anything_else_is_none) {
  for (const char* text : {"", "0", "42", "-42", "e7-", "e7-x", "e7-4x", "e 7-4", "e7--", "e7-18446744073709551616",
                           "e7- 4", "e7-+4", "e\n-4"})
    BOOST_TEST(!parse_cursor(text).has_value(), text);
  BOOST_TEST(!parse_cursor(std::string(200, 'e') + "-1").has_value());
}

}  // namespace edensync
