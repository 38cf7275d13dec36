// Copies that are made while others write.
#include "edensync/sqlite/copy_file.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "edensync/laws/change_feed.hpp"
#include "edensync/sqlite/account_table.hpp"
#include "edensync/sqlite/check_file.hpp"
#include "edensync/sqlite/store.hpp"
#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;
namespace sample = laws::sample;

namespace {

sqlite::options at(std::string path) {
  sqlite::options how;
  how.path = std::move(path);
  return how;
}

std::size_t count(sqlite::store& s) {
  auto now = s.snapshot();
  std::size_t n = 0;
  auto all = now.changes({.resource = sample::site, .since = {}});
  for (stored_record each; all.next(each);) ++n;
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_copy_file)

BOOST_AUTO_TEST_CASE(a_copy_holds_whole_transactions_and_can_be_gone_on_from) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema()).value();
  constexpr std::size_t each = 5;
  const auto write = [&](int n) {
    auto t = store.begin(sample::at_second(n));
    for (std::size_t i = 0; i < each; ++i)
      t.insert(sample::make_site(std::to_string(n) + "-" + std::to_string(i))).value();
    t.commit();
  };
  write(0);
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    for (int n = 1; !enough; ++n) write(n);
  });
  for (int n = 0; n < 8; ++n) {
    const auto file = folder.file("copy" + std::to_string(n) + ".sqlite");
    sqlite::copy_file(at(folder.file("a.sqlite")), file);
    BOOST_TEST(sqlite::check_file(at(file)).empty());
    auto copy = sqlite::store::open(file, sample::make_schema()).value();
    const auto records = count(copy);
    BOOST_TEST(records >= each);
    BOOST_TEST(records % each == 0u);
    BOOST_TEST(copy.snapshot().sequence() == records);
    BOOST_TEST(copy.snapshot().epoch() != store.snapshot().epoch());
  }
  enough = true;
  writer.join();
}

BOOST_AUTO_TEST_CASE(what_a_copy_knows_of_peers_does_not_pretend_to_be_newer_than_it_is) {
  temporary_folder folder;
  auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema()).value();
  task_id task = 0;
  repository_id peer = 0;
  {
    auto t = store.begin(sample::at_second(1));
    peer = t.put_repository({.name = "Peer"});
    task = t.put_task({.repository = peer, .resource = "site"});
    t.set_watermark(task, direction::pull, {.time = timestamp{7}, .cursor = "e-9"});
    t.set_watermark(task, direction::push, {.time = timestamp{8}, .cursor = "3"});
    t.set_resume(task, resume_state{"e-1", "e-9", 4, std::nullopt});
    t.set_lease({.repository = peer, .owner = "somebody", .expires = timestamp{1000}, .fence = 2});
    t.set_run({.repository = peer, .owner = "somebody", .began = timestamp{900}, .cancel = true, .runs = 4});
    t.commit();
  }
  sqlite::copy_file(at(folder.file("a.sqlite")), folder.file("b.sqlite"));
  auto copy = sqlite::store::open(folder.file("b.sqlite"), sample::make_schema()).value();
  auto now = copy.snapshot();
  BOOST_TEST((now.get_watermark(task, direction::pull) == watermark{.time = timestamp{7}}));
  BOOST_TEST((now.get_watermark(task, direction::push) == watermark{.time = timestamp{8}, .cursor = "3"}));
  BOOST_TEST(!now.get_resume(task).has_value());
  BOOST_TEST(!now.get_lease(peer).has_value());
  BOOST_TEST(!now.get_run(peer).running());
  BOOST_TEST(!now.get_run(peer).cancel);
  BOOST_TEST(now.get_run(peer).runs == 4u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_file_is_named) {
  temporary_folder folder;
  { auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema()).value(); }
  {
    sqlite::connection db(at(folder.file("a.sqlite")), 256);
    db.run(
        "PRAGMA foreign_keys=OFF; CREATE TABLE one(id INTEGER PRIMARY KEY);"
        "CREATE TABLE two(id INTEGER PRIMARY KEY, one_id INTEGER REFERENCES one(id)); INSERT INTO two VALUES(1,7)");
  }
  const auto wrong = sqlite::check_file(at(folder.file("a.sqlite")));
  BOOST_TEST_REQUIRE(wrong.size() == 1u);
  BOOST_TEST(wrong[0] == "a record of two refers to one of one that is not there");
}

BOOST_AUTO_TEST_CASE(tables_that_are_missing_are_named_and_not_made_anew) {
  temporary_folder folder;
  const auto file = at(folder.file("a.sqlite"));
  const auto resources = sample::make_schema();
  { auto store = sqlite::store::open(file.path, resources).value(); }
  BOOST_TEST(sqlite::check_tables(file, *resources).empty());
  {
    sqlite::connection db(file, 256);
    db.run("DELETE FROM edensync_state");
  }
  BOOST_TEST(sqlite::check_tables(file, *resources) == std::vector<std::string>{"the table edensync_state is empty"},
             boost::test_tools::per_element());
  {
    sqlite::connection db(file, 256);
    db.run(
        "PRAGMA foreign_keys=OFF; DROP TABLE edensync_task; DROP TABLE edensync_lease; CREATE TABLE edensync_lease(a);"
        "DROP TABLE law_site");
  }
  for (int i = 0; i < 2; ++i) {
    const auto wrong = sqlite::check_tables(file, *resources);
    const auto names = [&](std::string_view words) {
      return std::find(wrong.begin(), wrong.end(), words) != wrong.end();
    };
    BOOST_TEST(names("the table edensync_task is missing"));
    BOOST_TEST(names("the table edensync_lease has no column fence"));
    BOOST_TEST(names("the table law_site is missing"));
    BOOST_TEST(!names("the table edensync_log is missing"));
  }
}

BOOST_AUTO_TEST_CASE(the_loss_of_the_accounts_is_noticed_and_not_made_good_for) {
  temporary_folder folder;
  const auto file = at(folder.file("a.sqlite"));
  const auto resources = sample::make_schema();
  { auto store = sqlite::store::open(file.path, resources).value(); }
  const auto run = [&](const char* sql) { sqlite::connection(file, 256).run(sql); };
  const auto lost = [&] {
    return sqlite::check_tables(file, *resources) == std::vector<std::string>{"the table edensync_account is missing"};
  };
  // One without accounts never had any.
  BOOST_TEST(sqlite::check_tables(file, *resources).empty());
  BOOST_TEST(sqlite::account_table(file).add({{"boss", access_level::administer}, "hash"}));
  BOOST_TEST(sqlite::account_table(file).all().size() == 1u);
  BOOST_TEST(sqlite::check_tables(file, *resources).empty());
  run("DROP TABLE edensync_account");
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(lost());
    BOOST_TEST(laws::fails_with(error::store_damaged, [&] { sqlite::account_table{file}; }));
  }
  sqlite::copy_file(file, folder.file("b.sqlite"));
  BOOST_TEST(sqlite::check_tables(at(folder.file("b.sqlite")), *resources).size() == 1u);
  // A table that was made before there was a mark gets it from whoever opens it.
  run("DELETE FROM edensync_setting");
  { const sqlite::account_table made(file); }
  run("DELETE FROM edensync_setting");
  { const sqlite::account_table known(file); }
  run("DROP TABLE edensync_account");
  BOOST_TEST(lost());
}

BOOST_AUTO_TEST_CASE(tables_of_the_layout_before_may_lack_columns_and_no_more) {
  temporary_folder folder;
  const auto file = at(folder.file("a.sqlite"));
  const auto resources = sample::make_schema();
  { auto store = sqlite::store::open(file.path, resources).value(); }
  const auto run = [&](const char* sql) { sqlite::connection(file, 256).run(sql); };
  run("ALTER TABLE edensync_decision DROP COLUMN twin; UPDATE edensync_state SET layout=layout-1");
  BOOST_TEST(sqlite::check_tables(file, *resources).empty());
  run("DROP TABLE edensync_task");
  BOOST_TEST(sqlite::check_tables(file, *resources) == std::vector<std::string>{"the table edensync_task is missing"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
