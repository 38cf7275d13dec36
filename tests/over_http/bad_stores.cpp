// Files that are full, locked or no database, under sites that talk over sockets.
#include <fstream>

#include "wire.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

constexpr int few_pages = 300;

std::string many_offices() {
  std::vector<element> all;
  for (int i = 0; i < 2000; ++i)
    all.push_back(an_office("many" + std::to_string(i), 1).data("phone1", std::string(1000, '1')));
  return document(all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_stores)

BOOST_AUTO_TEST_CASE(no_space_where_a_push_arrives) {
  wire w(at_once(), at_once(few_pages));
  w.add_task();
  w.expect_works();
  const auto before = w.base.contents();
  const auto known = w.base.lines();
  const auto answer = w.push(many_offices());
  BOOST_TEST(answer.status == 503u);
  BOOST_TEST(answer.body.find("no space left") != std::string::npos, answer.body);
  BOOST_TEST(answer.body.find(w.base.file) == std::string::npos, answer.body);  // nobody else's business
  w.base.expect_line(known, {"push/incoming receive error org_office", "no space left", w.base.file});
  BOOST_TEST(w.base.contents() == before, boost::test_tools::per_element());
  w.expect_works();
}

BOOST_AUTO_TEST_CASE(no_space_where_a_pull_ends) {
  wire w(at_once(few_pages));
  const auto task = w.add_task("org_office", sync_mode::pull);
  BOOST_TEST(w.run().ok());
  w.add_task("org_organisation", sync_mode::pull);
  const auto mark = w.mark(task, direction::pull);
  for (int i = 0; i < 2; ++i)
    w.base.self
        .write([&](auto& t) {
          for (int n = 0; n < 1000; ++n) {
            office o;
            o.name = "many" + std::to_string(n);
            o.phone1 = std::string(1000, '1');
            t.put(o);
          }
        })
        .value();
  organisation o;
  o.name = "of the other task";
  w.base.self.put(o).value();
  const auto known = w.field.lines();
  const auto r = w.run();
  BOOST_TEST_REQUIRE(r.transfers.size() == 2u);
  expect_failure(first_failure(r), error::store_full, {"no space left", w.field.file});
  w.field.expect_line(known, {"pull/outgoing import error org_office", "no space left", w.field.file});
  BOOST_TEST((w.mark(task, direction::pull) == mark));
  // The next task had its turn, and of the first one there is nothing.
  BOOST_TEST(!r.transfers[1].error);
  BOOST_TEST_REQUIRE(w.field.contents().size() == 1u);
  BOOST_TEST(w.field.contents()[0].find("of the other task") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(locked_where_a_push_arrives) {
  wire w;
  const auto task = w.add_task();
  w.expect_works();
  const auto mark = w.mark(task, direction::push);
  const auto before = w.base.contents();
  w.field.put("new");
  const auto known = w.field.lines();
  {
    const locked by_another(w.base.file);
    const auto r = w.run();
    expect_failure(first_failure(r), error::peer_failed, {"status 503", "in use by somebody else"});
    BOOST_TEST((r.transfers.back().way == direction::push));
  }
  // The base can write nothing down; the field office does.
  w.field.expect_line(known, {"push/outgoing send fatal org_office", "503", "in use by somebody else"});
  BOOST_TEST((w.mark(task, direction::push) == mark));
  BOOST_TEST(w.base.contents() == before, boost::test_tools::per_element());
  w.expect_works();
  BOOST_TEST(w.base.has("new"));
}

BOOST_AUTO_TEST_CASE(locked_where_the_run_begins) {
  wire w;
  const auto task = w.add_task();
  w.expect_works();
  w.base.put("new");
  const auto mark = w.mark(task, direction::pull);
  const auto before = w.field.contents();
  {
    const locked by_another(w.field.file);
    const auto r = w.run();
    expect_failure(first_failure(r), error::store_locked, {"in use by somebody else", w.field.file});
    BOOST_TEST(r.transfers.empty());
  }
  BOOST_TEST((w.mark(task, direction::pull) == mark));
  BOOST_TEST(w.field.contents() == before, boost::test_tools::per_element());
  w.expect_works();
  BOOST_TEST(w.field.has("new"));
}

BOOST_AUTO_TEST_CASE(no_database) {
  temporary_folder folder;
  const auto path = folder.file("site.sqlite");
  std::ofstream(path) << std::string(5000, 'x');
  const auto opened = sqlite::store::open(path, relief(), at_once());
  BOOST_TEST_REQUIRE(opened.has_error());
  expect_failure(opened.error(), error::store_damaged, {"not a database", path});
}

BOOST_AUTO_TEST_SUITE_END()
