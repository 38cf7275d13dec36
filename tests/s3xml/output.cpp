#include "edensync/s3xml/output.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using edensync::s3xml::output;

BOOST_AUTO_TEST_SUITE(output_)

BOOST_AUTO_TEST_CASE(all_pieces_arrive_in_order) {
  std::string to = "before ", expected = to;
  {
    output o(to);
    for (std::size_t size = 0; size < 3000; size += 37) {
      const std::string piece(size, static_cast<char>('a' + size % 26));
      o.put(std::string_view(piece));
      o.put('.');
      o.put("<literal>");
      expected += piece + ".<literal>";
    }
    o.flush();
    BOOST_TEST(to == expected);
    o.put("end");
  }
  BOOST_TEST(to == expected + "end");
}

BOOST_AUTO_TEST_CASE(room_is_kept_when_advanced) {
  std::string to;
  output o(to);
  for (int i = 0; i < 1000; ++i) {
    char* const p = o.room(16);
    for (int k = 0; k < 16; ++k) p[k] = static_cast<char>('a' + k);
    o.advance(static_cast<std::size_t>(i % 17));
  }
  o.flush();
  BOOST_TEST(to.size() == 58U * 136U + 91U);
}

BOOST_AUTO_TEST_SUITE_END()
