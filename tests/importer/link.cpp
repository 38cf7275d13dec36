#include "edensync/importer/link.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/relief.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// Organisations that refer to others by their parent, their friends and what they were merged into.
struct link_fixture {
  import_batch batch;

  void add(std::string_view name, std::string_view parent = {}, std::vector<std::string> friends = {},
           std::string_view into = {}) {
    incoming_record r;
    r.content.resource = organisations;
    r.content.uuid = id_of(name);
    r.content.fields.resize(5);
    if (!parent.empty()) r.content.fields[2] = reference{organisations, id_of(parent)};
    std::vector<reference> list;
    for (const auto& f : friends) list.push_back({organisations, id_of(f)});
    if (!list.empty()) r.content.fields[3] = list;
    if (!into.empty()) r.content.replaced_by = id_of(into);
    incoming_element e{std::move(r)};
    batch.take(e, 0);
  }
  std::string order() {
    std::string out;
    for (const auto i : link_order(batch)) out += batch.items()[i].incoming->content.uuid.text().substr(9);
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_link, link_fixture)

BOOST_AUTO_TEST_CASE(without_references_the_order_stays) {
  for (const auto n : {"c", "a", "b"}) add(n);
  BOOST_TEST(order() == "cab");
  batch.clear();
  BOOST_TEST(order().empty());
}

BOOST_AUTO_TEST_CASE(targets_come_before_those_that_refer_to_them) {
  add("a", "c");
  add("b", {}, {"d", "c"});
  add("c", "e");
  add("d");
  add("e", "elsewhere");
  BOOST_TEST(order() == "ecadb");
}

BOOST_AUTO_TEST_CASE(survivors_come_before_the_merged) {
  add("a", {}, {}, "b");
  add("b");
  BOOST_TEST(order() == "ba");
}

BOOST_AUTO_TEST_CASE(a_cycle_is_left_open_where_the_walk_closes_it) {
  add("a", "b");
  add("b", "c");
  add("c", "a");
  BOOST_TEST(order() == "cba");
  batch.clear();
  add("a", "a");
  BOOST_TEST(order() == "a");
}

BOOST_AUTO_TEST_CASE(components_come_after_their_master_and_everything_once) {
  incoming_element e(3);
  for (std::size_t i = 0; i < 3; ++i) {
    e[i].content.resource = i == 0 ? offices : rooms;
    e[i].content.uuid = id_of(std::string(1, static_cast<char>('a' + i)));
    e[i].parent = i == 0 ? -1 : 0;
  }
  e[0].content.fields = {value(), value(), value(), reference{organisations, id_of("o")}};
  batch.take(e, 0);
  add("o");
  BOOST_TEST(order() == "oabc");
}

// A store's index of uids is walked from one end to the other, once for masters and once for components.
BOOST_AUTO_TEST_CASE(many_records_come_in_the_order_of_their_uids_masters_first) {
  constexpr int n = 2000;
  for (int i = 0; i < n; ++i) {
    add(std::to_string((i * 7919) % n + 10000));
  }
  const auto all = order();
  std::string sorted;
  for (int i = 0; i < n; ++i) sorted += std::to_string(i + 10000);
  BOOST_TEST(all == sorted);
  // What refers to another one comes behind it all the same.
  add("00000", std::to_string(n - 1 + 10000));
  BOOST_TEST(order() == std::to_string(n - 1 + 10000) + "00000" + sorted.substr(0, sorted.size() - 5));
}

// Neither the stack nor the time may grow faster than the batch.
BOOST_AUTO_TEST_CASE(a_long_chain_is_walked_without_recursion) {
  const int n = 100000;
  for (int i = 0; i < n; ++i) add(std::to_string(i), std::to_string(i + 1));
  const auto all = link_order(batch);
  BOOST_TEST_REQUIRE(all.size() == static_cast<std::size_t>(n));
  BOOST_TEST(all.front() == static_cast<std::uint32_t>(n - 1));
  BOOST_TEST(all.back() == 0u);
}

BOOST_AUTO_TEST_CASE(a_batch_finds_its_records_and_forgets_them) {
  for (int i = 0; i < 1000; ++i) add(std::to_string(i));
  for (int i = 0; i < 1000; ++i)
    BOOST_TEST_REQUIRE(batch.find(organisations, id_of(std::to_string(i))) ==
                       &batch.items()[static_cast<std::size_t>(i)]);
  BOOST_TEST(batch.find(offices, id_of("1")) == nullptr);
  BOOST_TEST(batch.find(organisations, id_of("1000")) == nullptr);
  incoming_element again(1);
  again[0].content.resource = organisations;
  again[0].content.uuid = id_of("7");
  BOOST_TEST(batch.holds_any_of(again));
  batch.clear();
  BOOST_TEST(!batch.holds_any_of(again));
  BOOST_TEST(batch.empty());
}

BOOST_AUTO_TEST_SUITE_END()
