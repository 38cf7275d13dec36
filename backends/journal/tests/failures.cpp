#include "edensync/journal/store.hpp"

#include "edensync/laws/sample.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/temporary_folder.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

namespace s = laws::sample;

std::string bytes_of(const std::filesystem::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::filesystem::path& p, const std::string& bytes) {
  std::ofstream(p, std::ios::binary | std::ios::trunc) << bytes;
}

journal::store open_journal(const std::filesystem::path& path, std::shared_ptr<journal::file_calls> calls = {}) {
  journal::options o{.patience = {}};
  if (calls) o.calls = std::move(calls);
  return journal::store::open(path, s::make_schema(), std::move(o)).value();
}

error code_of_opening(const std::filesystem::path& path, std::shared_ptr<const schema> resources = s::make_schema()) {
  const auto opened = journal::store::open(path, std::move(resources), {.patience = {}});
  return opened ? error{} : static_cast<error>(opened.error().code.value());
}

template <class Store>
void commit_site(Store& store, std::string_view name) {
  auto t = store.begin(s::at_second(1));
  s::add(t, s::make_site(name));
  t.set_setting("last", name);
  t.commit();
}

// What of the samples' state can tell two states apart: all records in their order, and the ledger's word for the last.
std::string told_by(journal::snapshot now) {
  std::string all = now.epoch() + ' ' + std::to_string(now.sequence()) + ' ' + now.setting("last").value_or("-");
  for (const auto& name : s::changed(now)) all += ' ' + name;
  return all;
}

// Lets the nth call fail, and those after it as long as it is told to.
struct failing_calls : journal::file_calls {
  int left = -1;  // calls that succeed; negative: all
  int why = ENOSPC;
  bool goes_on = false;
  bool halfway = false;  // what fails to be written is there in part

  bool fails() {
    if (left < 0) return false;
    if (left > 0) return --left, false;
    if (!goes_on) left = -1;
    errno = why;
    return true;
  }
  ssize_t write(int file, const char* from, std::size_t n, off_t at) override {
    if (!fails()) return file_calls::write(file, from, n, at);
    if (halfway) (void)file_calls::write(file, from, n / 2, at);
    errno = why;
    return -1;
  }
  int sync(int file) override { return fails() ? -1 : file_calls::sync(file); }
  int cut(int file, off_t length) override { return fails() ? -1 : file_calls::cut(file, length); }
  int rename(const char* from, const char* to) override { return fails() ? -1 : file_calls::rename(from, to); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(journal_failures)

BOOST_AUTO_TEST_CASE(a_commit_that_was_cut_anywhere_is_not_there) {
  temporary_folder folder;
  const auto path = folder / "j";
  std::string before, told_before;
  {
    auto store = open_journal(path);
    commit_site(store, "a");
    before = bytes_of(path);
    told_before = told_by(store.snapshot());
    commit_site(store, "b");
  }
  const std::string after = bytes_of(path);
  const std::string told_after = told_by(open_journal(path).snapshot());
  BOOST_TEST(told_before != told_after);
  for (std::size_t n = before.size(); n < after.size(); ++n)
    for (const bool filled_up : {false, true}) {  // a file system may note the length before the content
      write_bytes(path, after.substr(0, n) + std::string(filled_up ? after.size() - n : 0, '\0'));
      auto store = open_journal(path);
      const bool whole = filled_up && after.find_first_not_of('\0', n) == std::string::npos;
      BOOST_REQUIRE_EQUAL(told_by(store.snapshot()), whole ? told_after : told_before);
      BOOST_REQUIRE_EQUAL(bytes_of(path).size(), whole ? after.size() : before.size());
      if (n % 20 == 0) {
        commit_site(store, "c");
        BOOST_TEST((store.snapshot().setting("last") == "c"));
      }
    }
}

BOOST_AUTO_TEST_CASE(a_journal_that_was_cut_at_its_beginning_is_begun_anew) {
  temporary_folder folder;
  const auto path = folder / "j";
  for (std::size_t n = 0; n < journal::frames::mark.size(); ++n) {
    write_bytes(path, std::string(journal::frames::mark.substr(0, n)));
    auto store = open_journal(path);
    commit_site(store, "a");
  }
  BOOST_TEST(s::changed(open_journal(path).snapshot()).size() == 1);
}

BOOST_AUTO_TEST_CASE(damage_before_the_last_commit_is_told_and_nothing_is_touched) {
  temporary_folder folder;
  const auto path = folder / "j";
  std::size_t last = 0;
  {
    auto store = open_journal(path);
    commit_site(store, "a");
    last = bytes_of(path).size();
    commit_site(store, "b");
  }
  const std::string sound = bytes_of(path);
  for (std::size_t n = 0; n < last; ++n) {
    std::string damaged = sound;
    damaged[n] = static_cast<char>(damaged[n] ^ (1 << n % 8));
    write_bytes(path, damaged);
    BOOST_REQUIRE(code_of_opening(path) == error::store_damaged);
    BOOST_REQUIRE(bytes_of(path) == damaged);
  }
  write_bytes(path, "a file of somebody else's\n");
  BOOST_TEST((code_of_opening(path) == error::store_damaged));
}

// Sums find accidents. What was made on purpose may be another state, but nothing worse.
BOOST_AUTO_TEST_CASE(sound_frames_of_any_content_are_read_or_refused) {
  temporary_folder folder;
  const auto path = folder / "j";
  std::size_t last = 0;
  {
    auto store = open_journal(path);
    commit_site(store, "a");
    last = bytes_of(path).size();
    auto t = store.begin(s::at_second(1));
    const auto a = t.find(s::site, uid("urn:uuid:a"))->handle;
    const record_handle p = s::add(t, s::make_part("p", a));
    t.add_open_reference({0, s::part, p, s::part_of, s::site, uid("late")});
    t.add_log({.message = "words"});
    t.commit();
  }
  const std::string sound = bytes_of(path);
  const std::string content = sound.substr(last + journal::frames::head_size);
  int refused = 0;
  for (std::size_t n = 0; n < 8 * content.size(); ++n) {
    std::string other = content;
    other[n / 8] = static_cast<char>(other[n / 8] ^ (1 << n % 8));
    write_bytes(path, sound.substr(0, last) + journal::frames::make(other));
    const auto opened = journal::store::open(path, s::make_schema());
    if (!opened) {
      ++refused;
      continue;
    }
    auto now = opened.value().snapshot();
    (void)told_by(now);
    stored_record r;
    for (auto parts = now.changes({.resource = s::part, .since = {}}); parts.next(r);)
      (void)now.referrers(s::part, r.handle);
    BOOST_TEST(now.open_references(0, 10).size() + now.log(0, 10).size() <= 2);
  }
  BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_leaves_the_state_before_and_a_store_that_works) {
  for (const int why : {ENOSPC, EIO})
    for (const bool goes_on : {false, true})
      for (const bool halfway : {false, true})
        for (int n = 0; n < 2; ++n) {  // a commit writes and syncs
          temporary_folder folder;
          const auto calls = std::make_shared<failing_calls>();
          {
            auto store = open_journal(folder / "j", calls);
            commit_site(store, "a");
            const auto before = told_by(store.snapshot());
            const auto bytes = bytes_of(store.path());
            calls->left = n;
            calls->why = why;
            calls->goes_on = goes_on;
            calls->halfway = halfway;
            const auto fails = [&](auto operation) {
              return laws::fails_with(why == ENOSPC ? error::store_full : error::store_failed, operation);
            };
            BOOST_TEST(fails([&] { commit_site(store, "longer than what follows"); }));
            if (goes_on) BOOST_TEST(fails([&] { commit_site(store, "c"); }));
            BOOST_TEST(told_by(store.snapshot()) == before);
            if (!goes_on) BOOST_TEST((bytes_of(store.path()) == bytes));
            calls->left = -1;
            commit_site(store, "d");
          }
          const auto bytes = bytes_of(folder / "j");
          auto again = open_journal(folder / "j");
          BOOST_TEST((bytes_of(folder / "j") == bytes), "nothing was left behind the last commit");
          BOOST_TEST(s::changed(again.snapshot()) == (std::vector<std::string>{"a", "d"}),
                     boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(what_was_served_is_noted_before_it_is_given_out) {
  temporary_folder folder;
  const auto calls = std::make_shared<failing_calls>();
  auto store = open_journal(folder / "j", calls);
  commit_site(store, "a");
  calls->left = 0;
  BOOST_TEST(laws::fails_with(error::store_full, [&] { (void)store.serve(); }));
  BOOST_TEST(s::changed(store.serve()).size() == 1);
}

// `serve` may come between the first write of a transaction and its commit.
BOOST_AUTO_TEST_CASE(what_is_served_while_somebody_writes_is_older) {
  temporary_folder folder;
  auto store = open_journal(folder / "j");
  commit_site(store, "a");
  auto t = store.begin(s::at_second(1));
  s::add(t, s::make_site("b", s::second(-9)));
  auto ahead = s::make_site("c", s::second(-9));
  BOOST_TEST(s::changed(store.serve()).size() == 1);
  s::add(t, ahead);
  t.commit();
  const auto asked_again = s::changed(store.snapshot(), {.resource = s::site, .since = s::second(1)});
  BOOST_TEST(asked_again.size() == 3);
  commit_site(store, "d");
  auto u = store.begin(s::at_second(1));
  s::add(u, s::make_site("e", s::second(30)));
  u.commit();
  auto v = store.begin(s::at_second(1));
  s::add(v, s::make_site("f"));
  (void)store.serve();
  v.commit();
  BOOST_TEST(
      s::changed(store.snapshot(), {.resource = s::site, .since = s::second(31)}) == (std::vector<std::string>{"f"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_compact_file_holds_the_same_and_is_smaller) {
  temporary_folder folder;
  const auto calls = std::make_shared<failing_calls>();
  auto store = open_journal(folder / "j", calls);
  for (const char* name : {"a", "b", "c"}) commit_site(store, name);
  const auto h = store.snapshot().find(s::site, uid("urn:uuid:b"))->handle;
  for (int n = 0; n < 50; ++n) {
    auto t = store.begin(s::at_second(n));
    s::change(t, h, s::make_site("b" + std::to_string(n), s::second(n)));
    t.commit();
  }
  const auto size = bytes_of(store.path()).size();
  for (int n = 0; n < 5; ++n) {  // mark, frame, file, name, folder
    const auto before = told_by(store.snapshot());
    calls->left = n;
    BOOST_TEST(store.compact().has_error());
    BOOST_TEST(told_by(store.snapshot()) == before);
    BOOST_TEST(!std::filesystem::exists(store.path().string() + ".new"));
    commit_site(store, "f" + std::to_string(n));
  }
  const auto last = told_by(store.snapshot());
  BOOST_TEST(store.compact().has_value());
  BOOST_TEST(told_by(store.snapshot()) == last);
  BOOST_TEST(bytes_of(store.path()).size() < size / 4);
  commit_site(store, "z");
  BOOST_TEST((code_of_opening(store.path()) == error::store_locked), "the fresh file is locked, too");
  const auto path = store.path();
  const auto told = told_by(store.snapshot());
  { const auto closed = std::move(store); }
  BOOST_TEST(told_by(open_journal(path).snapshot()) == told);
}

BOOST_AUTO_TEST_CASE(one_store_at_a_time_has_a_file_and_one_transaction_a_store) {
  temporary_folder folder;
  const auto path = folder / "j";
  auto store = open_journal(path);
  BOOST_TEST((code_of_opening(path) == error::store_locked));
  {
    auto t = store.begin(s::at_second(0));
    BOOST_TEST(laws::fails_with(error::store_locked, [&] { (void)store.begin(s::at_second(0)); }));
    BOOST_TEST(store.compact().has_error());
  }
  commit_site(store, "a");
  BOOST_TEST((code_of_opening(folder / "nowhere/j") == error::store_failed));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_noticed) {
  temporary_folder folder;
  auto store = open_journal(folder / "j");
  commit_site(store, "a");
  store.compact().value();
  store.check_place();
  const auto lost = [&] { return laws::fails_with(error::store_damaged, [&] { store.check_place(); }); };
  std::filesystem::resize_file(store.path(), 30);
  BOOST_TEST(lost());
  std::filesystem::remove(store.path());
  BOOST_TEST(lost());
  write_bytes(store.path(), std::string(1000, 'x'));
  BOOST_TEST(lost());
}

BOOST_AUTO_TEST_CASE(a_schema_may_be_reordered_but_not_be_less) {
  temporary_folder folder;
  const auto path = folder / "j";
  {
    auto store = open_journal(path);
    auto t = store.begin(s::at_second(0));
    record r = s::make_site("a");
    s::with(r, s::comments, std::string("words"));
    const record_handle a = s::add(t, r);
    const record_handle p = s::add(t, s::make_part("p", a));
    t.add_open_reference({0, s::part, p, s::part_of, s::site, uid("late")});
    t.commit();
  }
  const auto described = [](std::vector<resource_descriptor> all) {
    return std::make_shared<const schema>(schema::make(all).value());
  };
  auto fields = s::site_fields;
  std::swap(fields[s::comments], fields[s::tags]);
  auto parts = s::part_fields;
  std::swap(parts[0], parts[1]);
  const resource_descriptor part{.name = "law_part", .fields = parts};
  const auto other = described({part, {.name = "law_site", .fields = fields}});
  {
    auto now = journal::store::open(path, other).value().snapshot();
    const auto site = other->find("law_site");
    const auto a = now.find(site, uid("urn:uuid:a"));
    BOOST_TEST_REQUIRE(a.has_value());
    BOOST_TEST((s::load(now, site, a->handle).fields[s::tags] == value(std::string("words"))));
    const auto p = now.find(0, uid("urn:uuid:p"));
    BOOST_TEST_REQUIRE(p.has_value());
    const auto up = std::get<reference>(s::load(now, 0, p->handle).fields[0]);
    BOOST_TEST((up.resource == site && up.handle == a->handle && up.target == uid("urn:uuid:a")));
    BOOST_TEST((now.open_references(0, 1).at(0).field == 0 && now.open_references(0, 1).at(0).target_resource == site));
  }
  const std::string bytes = bytes_of(path);
  BOOST_TEST((code_of_opening(path, described({part})) == error::bad_schema));
  std::vector<field_descriptor> fewer(fields.begin(), fields.end());
  std::erase_if(fewer, [](const auto& f) { return f.name == "comments"; });
  BOOST_TEST((code_of_opening(path, described({part, {.name = "law_site", .fields = fewer}})) == error::bad_schema));
  fields[s::tags].type = field_type::integer;  // it is `comments` now
  BOOST_TEST((code_of_opening(path, described({part, {.name = "law_site", .fields = fields}})) == error::bad_schema));
  BOOST_TEST((bytes_of(path) == bytes));
}

BOOST_AUTO_TEST_SUITE_END()
