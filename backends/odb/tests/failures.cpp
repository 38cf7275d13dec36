// What goes wrong outside of the store: other writers, full and foreign files.
#include "edensync/odb/store.hpp"

#include "edensync/laws/sample.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;
namespace s = edensync::laws::sample;

namespace {

auto fails_as(error code) {
  return [code](const failure_exception& e) { return e.why().code == code; };
}

struct odb_file {
  temporary_folder folder;
  std::string path = folder.file("site.sqlite");

  edensync::odb::store open(sqlite::options how = {}) const {
    how.path = path;
    how.busy_timeout = std::chrono::milliseconds(0);
    return {how, s::make_schema()};
  }

  static std::size_t records(const edensync::odb::store& from) {
    auto now = from.snapshot();
    return s::changed(now).size();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(odb_failures, odb_file)

BOOST_AUTO_TEST_CASE(a_writer_of_another_program_is_waited_for_and_then_told_of) {
  auto here = open(), there = open();
  auto writes = here.begin(s::at_second(0));
  BOOST_CHECK_EXCEPTION(there.begin(s::at_second(0)), failure_exception, fails_as(error::store_locked));
  BOOST_TEST(!there.try_begin(s::at_second(0)).has_value());
  BOOST_TEST(records(there) == 0u);
  s::add(writes, s::make_site("a"));
  writes.commit();
  BOOST_TEST(there.try_begin(s::at_second(0)).has_value());
  BOOST_TEST(records(there) == 1u);
}

BOOST_AUTO_TEST_CASE(a_writer_of_this_program_is_told_of_too) {
  auto store = open();
  const auto writes = store.begin(s::at_second(0));
  BOOST_CHECK_EXCEPTION(store.begin(s::at_second(0)), failure_exception, fails_as(error::store_locked));
  BOOST_TEST(!store.try_begin(s::at_second(0)).has_value());
}

BOOST_AUTO_TEST_CASE(a_full_file_loses_one_transaction_and_no_more) {
  auto store = open({.max_pages = 200});
  auto first = store.begin(s::at_second(0));
  s::add(first, s::make_site("first"));
  first.commit();
  {
    auto t = store.begin(s::at_second(1));
    const auto fill = [&] {
      for (int i = 0;; ++i) {
        auto r = s::make_site("site " + std::to_string(i));
        s::add(t, s::with(r, s::comments, std::string(2000, 'x')));
      }
    };
    BOOST_CHECK_EXCEPTION(fill(), failure_exception, fails_as(error::store_full));
    try {
      t.commit();
    } catch (const failure_exception& e) {
      BOOST_TEST((e.why().code == error::store_failed || e.why().code == error::store_full));
    }
  }
  BOOST_TEST(store.snapshot().find(s::site, uid("urn:uuid:first")).has_value());
  auto last = store.begin(s::at_second(2));
  s::add(last, s::make_site("last"));
  last.commit();
  BOOST_TEST(store.snapshot().find(s::site, uid("urn:uuid:last")).has_value());
}

BOOST_AUTO_TEST_CASE(a_file_that_was_taken_away_is_noticed) {
  auto store = open();
  auto t = store.begin(s::at_second(0));
  s::add(t, s::make_site("a"));
  t.commit();
  BOOST_CHECK_NO_THROW(store.check_place());
  std::filesystem::remove(path);
  BOOST_CHECK_EXCEPTION(store.check_place(), failure_exception, fails_as(error::store_damaged));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_none_is_not_touched) {
  const std::string words(2000, 'w');
  std::ofstream(path) << words;
  const auto opened = edensync::odb::store::open(path, s::make_schema());
  BOOST_REQUIRE(opened.has_error());
  BOOST_TEST((opened.error().code == error::store_damaged));
  std::ifstream in(path);
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(in), {}) == words);
  BOOST_TEST(
      (edensync::odb::store::open("/nowhere/at/all.sqlite", s::make_schema()).error().code == error::store_failed));
}

BOOST_AUTO_TEST_SUITE_END()
