#include "edensync/importer/compare.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/relief.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

content_order compare(const record& ours, const record& theirs, bool waits = false) {
  incoming_record in;
  in.content = theirs;
  return compare_content(relief()[organisations], ours, in, [&](std::uint32_t, const reference&) { return waits; });
}

record with(std::vector<value> fields) {
  record r;
  r.resource = organisations;
  r.fields = std::move(fields);
  return r;
}

reference to(std::string_view name, std::int64_t handle = 0) {
  return {organisations, id_of(name), static_cast<record_handle>(handle)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(importer_compare)

BOOST_AUTO_TEST_CASE(only_what_was_received_is_compared) {
  const auto ours = with({std::string("a"), std::string("RC")});
  BOOST_TEST((compare(ours, with({std::string("a")})) == content_order::equal));
  BOOST_TEST((compare(ours, with({value(), std::string("RC")})) == content_order::equal));
  BOOST_TEST((compare(ours, with({})) == content_order::equal));
  BOOST_TEST((compare(ours, with({std::string("b")})) == content_order::local_first));
  BOOST_TEST((compare(ours, with({std::string("Z")})) == content_order::incoming_first));
}

BOOST_AUTO_TEST_CASE(empty_comes_before_every_content) {
  BOOST_TEST((compare(with({null_value{}}), with({std::string()})) == content_order::local_first));
  BOOST_TEST((compare(with({std::string()}), with({null_value{}})) == content_order::incoming_first));
  BOOST_TEST((compare(with({}), with({null_value{}})) == content_order::equal));
}

// Two sites look at the same pair from opposite ends and have to name the same winner.
BOOST_AUTO_TEST_CASE(the_order_is_the_same_from_both_ends) {
  const std::vector<std::vector<value>> alternatives{
      {null_value{}, std::string("a"), std::string("b")},
      {null_value{}, std::string("a"), std::string("aa")},
      {null_value{}, to("a", 1), to("b", 2)},
      {null_value{}, std::vector<reference>{}, std::vector{to("a")}, std::vector{to("a"), to("b")},
       std::vector{to("b")}},
  };
  for (std::size_t field = 0; field < alternatives.size(); ++field)
    for (const auto& x : alternatives[field])
      for (const auto& y : alternatives[field]) {
        std::vector<value> a(field + 1), b(field + 1);
        a[field] = x;
        b[field] = y;
        const auto one = compare(with(a), with(b)), other = compare(with(b), with(a));
        BOOST_TEST(((one == content_order::equal) == (other == content_order::equal)));
        BOOST_TEST(((one == content_order::local_first) == (other == content_order::incoming_first)));
      }
}

BOOST_AUTO_TEST_CASE(references_are_compared_by_uid_or_by_what_they_were_found_to_be) {
  const auto refer = [](reference r) { return with({value(), value(), r}); };
  BOOST_TEST((compare(refer(to("a", 1)), refer(to("a", 1))) == content_order::equal));
  // The document calls by another uid what was found here by its unique key.
  BOOST_TEST((compare(refer(to("mine", 1)), refer(to("theirs", 1))) == content_order::equal));
  BOOST_TEST((compare(refer(to("a", 1)), refer(to("b", 2))) == content_order::local_first));
  // What waits here for the same record is the same; what waits for nothing is empty.
  BOOST_TEST((compare(with({}), refer(to("a")), true) == content_order::equal));
  BOOST_TEST((compare(with({}), refer(to("a")), false) == content_order::local_first));
}

BOOST_AUTO_TEST_SUITE_END()
