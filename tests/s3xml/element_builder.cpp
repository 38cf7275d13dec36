#include "edensync/s3xml/element_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

using edensync::incoming_element;
using edensync::s3xml::element_builder;

BOOST_AUTO_TEST_SUITE(element_builder_)

BOOST_AUTO_TEST_CASE(gives_as_many_records_as_were_begun) {
  element_builder b;
  for (const std::size_t n : {3U, 1U, 2U, 0U, 70U, 5U}) {
    for (std::size_t i = 0; i < n; ++i) b.add().sequence = i + 1;
    BOOST_TEST(b.size() == n);
    const auto& e = b.finish();
    BOOST_TEST(e.size() == n);
    for (std::size_t i = 0; i < n; ++i) BOOST_TEST(e[i].sequence == i + 1);
    BOOST_TEST(b.size() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(the_element_may_be_moved_out_or_swapped) {
  element_builder b;
  b.add().sequence = 1;
  const incoming_element mine = std::move(b.finish());
  b.add().sequence = 2;
  b.add().sequence = 3;
  BOOST_TEST(b.finish().size() == 2U);
  BOOST_TEST(mine[0].sequence == 1U);
  incoming_element large(10);
  b.add().sequence = 4;
  std::swap(b.finish(), large);
  BOOST_TEST(large.size() == 1U);
  BOOST_TEST(large[0].sequence == 4U);
  b.add().sequence = 5;
  BOOST_TEST(b.finish().size() == 1U);
}

BOOST_AUTO_TEST_CASE(memory_is_used_again) {
  element_builder b;
  b.add().content.uuid.assign(std::string(100, 'x'));
  const auto* memory = b[0].content.uuid.text().data();
  b.finish();
  b.add().content.uuid.assign(std::string(90, 'y'));
  BOOST_TEST(static_cast<const void*>(b[0].content.uuid.text().data()) == static_cast<const void*>(memory));
}

BOOST_AUTO_TEST_SUITE_END()
