// What goes wrong with a file, and what is left of the records then.
#include "edensync/sqlite/store.hpp"

#include "edensync/laws/change_feed.hpp"
#include "edensync/laws/ledger_sample.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <unistd.h>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;
namespace sample = laws::sample;
using laws::fails_with;

namespace {

std::vector<std::string> names(const sqlite::store& s) { return sample::changed(s.snapshot()); }

sqlite::options tiny_timeout() {
  sqlite::options o;
  o.busy_timeout = std::chrono::milliseconds(20);
  return o;
}

// Another program, as far as SQLite can tell.
struct other_connection {
  explicit other_connection(const std::string& path) { BOOST_REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK); }
  ~other_connection() { sqlite3_close(db); }
  void run(const char* sql) { BOOST_REQUIRE_EQUAL(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK); }
  sqlite3* db = nullptr;
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What failed, in words.
template <class F>
std::string words_of(F&& f) {
  try {
    f();
  } catch (const failure_exception& e) {
    return e.why().text();
  }
  return {};
}

// The system as SQLite sees it, except that files can be neither made nor opened while `why` is not 0.
struct failing_system : sqlite3_vfs {
  failing_system() : sqlite3_vfs(*sqlite3_vfs_find(nullptr)), real(sqlite3_vfs_find(nullptr)) {
    real_open = xOpen;
    zName = "failing";
    xOpen = [](sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* opened) {
      if (why == 0) return real_open(self, path, file, flags, opened);
      file->pMethods = nullptr;
      return SQLITE_IOERR_SHMSIZE;
    };
    xGetLastError = [](sqlite3_vfs*, int, char*) { return why; };
    sqlite3_vfs_register(this, 1);
  }
  failing_system(const failing_system&) = delete;
  failing_system& operator=(const failing_system&) = delete;
  ~failing_system() {
    why = 0;
    sqlite3_vfs_unregister(this);
    sqlite3_vfs_register(real, 1);
  }

  sqlite3_vfs* real;
  static inline int (*real_open)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*) = nullptr;
  static inline int why = 0;
};

error code_of(const result<sqlite::store>& r) {
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST(!r.error().info.ours().empty());
  return static_cast<error>(r.error().code.value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_failures)

BOOST_AUTO_TEST_CASE(trying_to_begin_waits_neither_for_this_program_nor_for_another) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  sqlite::options o;
  o.busy_timeout = std::chrono::hours(1);  // if it waited, the test would not come to its end
  auto store = sqlite::store::open(path, sample::make_schema(), o).value();
  {
    auto open = store.begin({});
    BOOST_TEST(!store.try_begin({}).has_value());
  }
  other_connection other(path);
  other.run("BEGIN IMMEDIATE");
  BOOST_TEST(!store.try_begin({}).has_value());
  BOOST_TEST(!store.try_begin({}).has_value());
  other.run("COMMIT");
  {
    auto t = store.try_begin({});
    BOOST_TEST_REQUIRE(t.has_value());
    t->set_setting("a", "b");
    t->commit();
  }
  BOOST_TEST(store.snapshot().setting("a").value() == "b");
  // Whoever begins afterwards waits again.
  other.run("BEGIN IMMEDIATE");
  {
    std::jthread waits([&] {
      auto t = store.begin({});
      t.set_setting("a", "c");
      t.commit();
    });
    other.run("COMMIT");
  }
  BOOST_TEST(store.snapshot().setting("a").value() == "c");
}

BOOST_AUTO_TEST_CASE(a_database_that_somebody_else_writes_to_is_locked_for_writers_only) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  auto store = sqlite::store::open(path, sample::make_schema(), tiny_timeout()).value();
  laws::detail::put(store, "a", 0, 0);
  (void)store.serve();
  {
    other_connection other(path);
    other.run("BEGIN IMMEDIATE");
    BOOST_TEST(fails_with(error::store_locked, [&] { (void)store.begin({}); }));
    BOOST_TEST(names(store).size() == 1u);
    BOOST_TEST(sample::changed(store.serve()).size() == 1u);  // served before, so nothing is to be noted
    other.run("COMMIT");
  }
  laws::detail::put(store, "b", 1, 1);
  std::optional mine(store.begin({}));
  BOOST_TEST(fails_with(error::store_locked, [&] { (void)store.begin({}); }));
  BOOST_TEST(fails_with(error::store_locked, [&] { (void)store.serve(); }));
  BOOST_TEST(names(store).size() == 2u);
  mine.reset();
  BOOST_TEST(sample::changed(store.serve()).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_damaged) {
  temporary_folder folder;
  const std::string path = folder.file("text");
  std::ofstream(path) << std::string(5000, 'x');
  BOOST_TEST((code_of(sqlite::store::open(path, sample::make_schema())) == error::store_damaged));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_made_is_a_failure) {
  temporary_folder folder;
  BOOST_TEST(
      (code_of(sqlite::store::open(folder.file("no/such/folder"), sample::make_schema())) == error::store_failed));
  BOOST_TEST((code_of(sqlite::store::open(":memory:", sample::make_schema())) == error::store_failed));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  if (::access(folder.path().c_str(), W_OK) != 0)  // root may write everywhere
    BOOST_TEST((code_of(sqlite::store::open(folder.file("a"), sample::make_schema())) == error::store_failed));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(a_table_without_a_column_is_a_bad_schema) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  other_connection(path).run(
      "CREATE TABLE law_part(id INTEGER PRIMARY KEY, uuid TEXT, deleted INTEGER, sync_sequence INTEGER, sync_ahead "
      "TEXT, site_id INTEGER)");
  const auto opened = sqlite::store::open(path, sample::make_schema());
  BOOST_TEST((code_of(opened) == error::bad_schema));
  BOOST_TEST(opened.error().info.ours() == "the table law_part has no column mci");
}

BOOST_AUTO_TEST_CASE(a_schema_that_lets_a_field_point_to_more_tables_needs_a_column_more) {
  static constexpr std::array<field_descriptor, 2> about{
      field_descriptor{.name = "name", .type = field_type::string},
      field_descriptor{.name = "place_id", .type = field_type::reference, .target = "law_place"}};
  static constexpr std::array<field_descriptor, 2> taken{
      about[1], field_descriptor{.name = "place_id_of", .type = field_type::string}};
  const auto make = [](std::span<const field_descriptor> note, bool several) {
    std::vector<resource_descriptor> all{
        {.name = "law_site", .fields = sample::base_fields, .super_entities = sample::places},
        {.name = "law_note", .fields = note}};
    if (several) all.push_back({.name = "law_base", .fields = sample::base_fields, .super_entities = sample::places});
    return schema::make(all).value();
  };
  temporary_folder folder;
  BOOST_TEST(sqlite::store::open(folder.file("a.sqlite"), make(about, false)).has_value());
  const auto more = sqlite::store::open(folder.file("a.sqlite"), make(about, true));
  BOOST_TEST((code_of(more) == error::bad_schema));
  BOOST_TEST(more.error().info.ours() == "the table law_note has no column place_id_of");
  const auto clash = sqlite::store::open(folder.file("b.sqlite"), make(taken, true));
  BOOST_TEST((code_of(clash) == error::bad_schema));
  BOOST_TEST(clash.error().info.ours() == "law_note cannot have a field place_id_of beside place_id");
  BOOST_TEST(sqlite::store::open(folder.file("c.sqlite"), make(taken, false)).has_value());
}

BOOST_AUTO_TEST_CASE(tables_that_are_there_are_used_as_they_are) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  std::string epoch;
  {
    auto store = sqlite::store::open(path, sample::make_schema()).value();
    laws::detail::put(store, "a", 500, 0);
    epoch = store.snapshot().epoch();
  }
  other_connection(path).run(
      "DELETE FROM edensync_state; ALTER TABLE law_site ADD COLUMN own TEXT DEFAULT 'x';"
      "UPDATE law_site SET modified_on='2026-01-01 00:08:20.5'");
  auto store = sqlite::store::open(path, sample::make_schema()).value();
  BOOST_TEST(store.snapshot().epoch() != epoch);
  BOOST_TEST(names(store) == std::vector<std::string>{"a"});
  BOOST_TEST((store.serve().find(sample::site, uid("urn:uuid:a"))->version.modified_on == sample::second(500)));
  laws::detail::put(store, "b", 0, 0);
  BOOST_TEST(sample::changed(store.snapshot(), laws::detail::since(501)) == std::vector<std::string>{"b"});
}

BOOST_AUTO_TEST_CASE(tables_of_the_version_before_are_brought_up_to_date) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  {
    auto store = sqlite::store::open(path, sample::make_schema()).value();
    auto t = store.begin({});
    t.add_quarantine(laws::detail::make_quarantine(1, 1, "a"));
    t.add_decision({.resource = "law_site", .uuid = uid("a")});
    t.commit();
  }
  other_connection(path).run(
      "ALTER TABLE edensync_quarantine DROP COLUMN last_tried; ALTER TABLE edensync_decision DROP COLUMN twin;"
      "UPDATE edensync_state SET layout=4");
  for (int n = 0; n < 2; ++n) {
    auto store = sqlite::store::open(path, sample::make_schema()).value();
    auto now = store.snapshot();
    BOOST_TEST((now.quarantined(0, 0, 10).at(0).last_tried == sample::second(2)));
    BOOST_TEST(now.decisions("law_site", uid("a"), 10).at(0).twin.empty());
  }
  other_connection(path).run("UPDATE edensync_state SET layout=3");
  BOOST_TEST((sqlite::store::open(path, sample::make_schema()).error().code == error::store_damaged));
}

BOOST_AUTO_TEST_CASE(a_full_disk_loses_the_transaction_and_nothing_else) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  sqlite::options small;
  small.max_pages = 120;
  auto store = sqlite::store::open(path, sample::make_schema(), small).value();
  laws::detail::put(store, "a", 0, 0);
  {
    auto t = store.begin({});
    const auto fill = [&t] {
      for (int n = 0; n < 10000; ++n) {
        record r = sample::make_site("r" + std::to_string(n));
        sample::with(r, sample::comments, std::string(1000, 'x'));
        sample::add(t, r);
      }
    };
    BOOST_TEST(fails_with(error::store_full, fill));
    // SQLite may have ended the transaction, or not; what it must not do is to keep a part of it.
    try {
      if (t.insert(sample::make_site("alone"))) t.commit();
    } catch (const failure_exception&) {
    }
  }
  const auto left = names(store);
  BOOST_TEST((left.size() == 1u || left.size() > 10u));
  BOOST_TEST(left.front() == "a");
  laws::detail::put(store, "b", 1, 1);
  BOOST_TEST(names(store).size() == left.size() + 1);
}

BOOST_AUTO_TEST_CASE(errors_name_the_file) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  auto store = sqlite::store::open(path, sample::make_schema(), tiny_timeout()).value();
  {
    other_connection other(path);
    other.run("BEGIN IMMEDIATE");
    BOOST_TEST(contains(words_of([&] { (void)store.begin({}); }), "locked, file " + path));
  }
  const std::string text = folder.file("text");
  std::ofstream(text) << std::string(5000, 'x');
  const auto refused = sqlite::store::open(text, sample::make_schema());
  BOOST_TEST(contains(refused.error().text(), "not a database, file " + text));
  const std::string nowhere = folder.file("no/such/folder");
  BOOST_TEST(contains(sqlite::store::open(nowhere, sample::make_schema()).error().text(), "file " + nowhere));
}

// SQLite says SQLITE_FULL only where it writes pages.
BOOST_AUTO_TEST_CASE(an_input_or_output_error_is_a_full_disk_if_the_system_says_so) {
  temporary_folder folder;
  const std::string path = folder.file("a.sqlite");
  failing_system system;
  for (const auto& [why, expected] : {std::pair(ENOSPC, error::store_full), std::pair(EIO, error::store_failed)}) {
    system.why = why;
    const auto opened = sqlite::store::open(path, sample::make_schema());
    BOOST_TEST((code_of(opened) == expected));
    BOOST_TEST(contains(opened.error().text(), "I/O error, file " + path));
  }
  system.why = 0;
  BOOST_TEST(sqlite::store::open(path, sample::make_schema()).has_value());
}

// The file and its log as a power failure would leave them.
BOOST_AUTO_TEST_CASE(what_was_not_committed_is_not_in_the_file) {
  temporary_folder folder;
  sqlite::options o;
  o.cache_kib = 64;  // so that much of the transaction is in the log before its commit
  auto store = sqlite::store::open(folder.file("a.sqlite"), sample::make_schema(), o).value();
  laws::detail::put(store, "a", 0, 0);
  auto t = store.begin(sample::at_second(1));
  for (int n = 0; n < 500; ++n) {
    record r = sample::make_site("r" + std::to_string(n));
    sample::with(r, sample::comments, std::string(1000, 'x'));
    sample::add(t, r);
  }
  t.set_setting("k", "v");
  const auto copy = [&](const std::string& to) {
    for (const char* end : {"", "-wal"})
      std::filesystem::copy_file(folder.file("a.sqlite") + end, folder.file(to) + end);
    return sqlite::store::open(folder.file(to), sample::make_schema()).value();
  };
  BOOST_TEST(std::filesystem::file_size(folder.file("a.sqlite-wal")) > 200000u);
  auto before = copy("before");
  BOOST_TEST(names(before) == std::vector<std::string>{"a"});
  BOOST_TEST(!before.snapshot().setting("k"));
  t.commit();
  auto after = copy("after");
  BOOST_TEST(names(after).size() == 501u);
  BOOST_TEST((after.snapshot().setting("k") == "v"));
  BOOST_TEST(after.snapshot().sequence() == store.snapshot().sequence());
}

// The connections go on with what they remember; whoever asks is told.
BOOST_AUTO_TEST_CASE(a_file_that_is_changed_under_a_store_is_noticed) {
  namespace fs = std::filesystem;
  enum class way { none, removed, replaced, other_site, cut, emptied, overwritten, log_removed, log_replaced };
  for (const auto how : {way::none, way::removed, way::replaced, way::other_site, way::cut, way::emptied,
                         way::overwritten, way::log_removed, way::log_replaced}) {
    temporary_folder folder;
    const auto path = folder.file("a.sqlite"), other = folder.file("b.sqlite");
    // Closed once, so that everything is in the file itself.
    for (const auto& file : {path, other}) {
      auto made = sqlite::store::open(file, sample::make_schema()).value();
      auto t = made.begin(sample::at_second(1));
      for (int i = 0; i < 100; ++i) t.insert(sample::make_site(std::to_string(i))).value();
      t.commit();
    }
    auto store = sqlite::store::open(path, sample::make_schema()).value();
    BOOST_TEST(names(store).size() == 100u);
    laws::detail::put(store, "more", 2, 2);
    store.check_place();
    if (how == way::log_removed) fs::remove(path + "-wal");
    if (how == way::log_replaced) {
      std::ofstream(other) << std::string(8192, 'x');
      fs::rename(other, path + "-wal");
    }
    if (how == way::removed) fs::remove(path);
    if (how == way::replaced) fs::rename(other, path);
    if (how == way::other_site) {
      std::ifstream from(other, std::ios::binary);
      std::ofstream(path, std::ios::binary | std::ios::in) << from.rdbuf();
    }
    if (how == way::cut) fs::resize_file(path, fs::file_size(path) / 2);
    if (how == way::emptied) fs::resize_file(path, 0);
    if (how == way::overwritten) std::ofstream(path, std::ios::binary | std::ios::in) << std::string(8192, 'x');
    for (int i = 0; i < 2; ++i) BOOST_TEST_CONTEXT(static_cast<int>(how))
    BOOST_TEST(fails_with(error::store_damaged, [&] { store.check_place(); }) == (how != way::none));
  }
}

BOOST_AUTO_TEST_CASE(another_site_that_is_written_over_a_file_is_noticed_under_its_log) {
  for (const bool closed_before : {true, false}) {
    temporary_folder folder;
    const auto path = folder.file("a.sqlite"), other = folder.file("b.sqlite");
    for (const auto& file : {path, other}) {
      auto made = sqlite::store::open(file, sample::make_schema()).value();
      laws::detail::put(made, "a", 1, 1);
    }
    if (!closed_before) std::filesystem::remove(path);
    auto store = sqlite::store::open(path, sample::make_schema()).value();
    // Whoever reads meets these pages in the log, and never in the file.
    laws::detail::put(store, "b", 2, 2);
    store.check_place();
    if (!closed_before) std::filesystem::resize_file(other, std::filesystem::file_size(path));
    BOOST_TEST(std::filesystem::file_size(path) == std::filesystem::file_size(other));
    {
      std::ifstream from(other, std::ios::binary);
      std::ofstream(path, std::ios::binary | std::ios::in) << from.rdbuf();
    }
    for (int i = 0; i < 2; ++i)
      BOOST_TEST(fails_with(error::store_damaged, [&] { store.check_place(); }), "closed before: " << closed_before);
  }
}

BOOST_AUTO_TEST_CASE(a_database_that_is_made_compact_keeps_its_place) {
  temporary_folder folder;
  const auto path = folder.file("a.sqlite");
  other_connection(path).run("CREATE TABLE first(a); CREATE TABLE second(a)");
  auto store = sqlite::store::open(path, sample::make_schema()).value();
  laws::detail::put(store, "a", 1, 1);
  other_connection other(path);
  // The tables behind the first get other pages.
  other.run("DROP TABLE first; DROP TABLE second; VACUUM");
  // What is shorter than before would count as cut.
  for (int i = 0; i < 200; ++i) laws::detail::put(store, std::to_string(i), 2, 2);
  store.check_place();
  other.run("PRAGMA wal_checkpoint");
  store.check_place();
  store.check_place();
}

BOOST_AUTO_TEST_SUITE_END()
