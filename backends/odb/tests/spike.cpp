#include "edensync/odb/spike_store.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <concepts>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using edensync::odb::spike_store;
namespace es = edensync;

// The writes of record_transaction without the ledger, which the spike leaves out.
template <class T>
concept record_writer = requires(T t, const es::record& r, es::resource_id resource, es::record_handle h,
                                 std::uint32_t field, const es::value& v, es::repository_id origin) {
  { t.insert(r) } -> std::same_as<es::write_result>;
  { t.update(h, r) } -> std::same_as<es::write_result>;
  { t.patch(resource, h, field, v) } -> std::same_as<es::write_result>;
  t.write_as(origin);
  t.touch(resource, h);
  t.commit();
};
static_assert(record_writer<spike_store::transaction_type>);
static_assert(!record_writer<spike_store::snapshot_type>);

// A database in a folder of its own.
struct site {
  std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "edensync-odb-").string() + std::string(6, 'X');
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    return std::filesystem::path(name);
  }();
  spike_store store{(folder / "site.db").string(), "epoch-1", 100};

  ~site() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  es::record_handle put(const char* uuid, const char* name, std::int64_t now) {
    auto t = store.begin({.now = {now}});
    const auto h = t.insert(organisation(uuid, name, now)).value();
    t.commit();
    return h;
  }

  std::vector<std::string> changed(const es::change_query& q) {
    auto reader = store.snapshot();
    std::vector<std::string> uuids;
    es::stored_record r;
    for (auto c = reader.changes(q); c.next(r);) uuids.push_back(r.uuid.text());
    return uuids;
  }

  static es::record organisation(const char* uuid, const char* name, std::int64_t modified_on) {
    es::record r;
    r.resource = 0;
    r.uuid = es::uid(uuid);
    r.version = {.modified_on = es::timestamp{modified_on}, .mci = 1};
    r.fields = {std::string(name)};
    return r;
  }
};

using strings = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(spike, site)

BOOST_AUTO_TEST_CASE(what_is_inserted_is_found_as_it_was) {
  auto t = store.begin({.now = {1000}, .origin = 7});
  const auto h = t.insert(organisation("urn:uuid:a", "Åid & Relief", 900)).value();
  BOOST_TEST(t.find(0, es::uid("urn:uuid:a")).has_value());
  t.commit();

  auto reader = store.snapshot();
  const auto found = reader.find(0, es::uid("urn:uuid:a"));
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->handle == h));
  BOOST_TEST(found->sequence == 1u);
  BOOST_TEST(found->origin == 7);
  es::stored_record r;
  reader.load(0, h, r);
  BOOST_TEST(std::get<std::string>(r.fields.at(0)) == "Åid & Relief");
  BOOST_TEST(r.version.modified_on->seconds == 900);
  BOOST_TEST(*r.version.mci == 1);
  BOOST_TEST(!r.version.deleted);
  BOOST_TEST(!reader.find(0, es::uid("urn:uuid:b")).has_value());
  BOOST_TEST(reader.find_key(0, 0, std::string("Åid & Relief")).size() == 1u);
  BOOST_TEST(reader.epoch() == "epoch-1");
}

BOOST_AUTO_TEST_CASE(null_is_not_the_empty_text) {
  auto t = store.begin({.now = {1000}});
  auto r = organisation("urn:uuid:a", "", 900);
  r.version.mci.reset();
  const auto empty = t.insert(r).value();
  r = organisation("urn:uuid:b", "", 900);
  r.fields = {es::null_value{}};
  const auto null = t.insert(r).value();
  es::stored_record read;
  t.load(0, empty, read);
  BOOST_TEST((read.fields.at(0) == es::value(std::string())));
  BOOST_TEST(!read.version.mci.has_value());
  t.load(0, null, read);
  BOOST_TEST(es::is_null(read.fields.at(0)));
}

BOOST_AUTO_TEST_CASE(an_update_writes_what_is_given_and_keeps_the_rest) {
  const auto h = put("urn:uuid:a", "before", 1000);
  {
    auto t = store.begin({.now = {2000}, .origin = 3});
    es::record r;
    r.resource = 0;
    r.version.deleted = true;
    r.replaced_by = es::uid("urn:uuid:b");
    BOOST_TEST((t.update(h, r).value() == h));
    t.commit();
  }
  auto reader = store.snapshot();
  es::stored_record r;
  reader.load(0, h, r);
  BOOST_TEST(std::get<std::string>(r.fields.at(0)) == "before");
  BOOST_TEST(r.version.modified_on->seconds == 1000);
  BOOST_TEST(r.version.deleted);
  BOOST_TEST(r.replaced_by.text() == "urn:uuid:b");
  BOOST_TEST(r.origin == 3);
  BOOST_TEST(changed({.resource = 0, .include_deleted = false}).empty());
}

BOOST_AUTO_TEST_CASE(a_transaction_can_change_who_writes) {
  auto t = store.begin({.now = {1000}, .origin = 3});
  BOOST_REQUIRE(t.insert(organisation("urn:uuid:a", "a", 900)).has_value());
  t.write_as(5);
  BOOST_REQUIRE(t.insert(organisation("urn:uuid:b", "b", 900)).has_value());
  BOOST_TEST(t.find(0, es::uid("urn:uuid:a"))->origin == 3);
  BOOST_TEST(t.find(0, es::uid("urn:uuid:b"))->origin == 5);
}

BOOST_AUTO_TEST_CASE(changes_come_in_the_order_of_commits_each_record_once) {
  const auto a = put("urn:uuid:a", "a", 3000);
  put("urn:uuid:b", "b", 1000);
  put("urn:uuid:c", "c", 2000);
  BOOST_TEST(changed({.resource = 0}) == (strings{"urn:uuid:a", "urn:uuid:b", "urn:uuid:c"}));
  BOOST_TEST(changed({.resource = 0, .after = 1}) == (strings{"urn:uuid:b", "urn:uuid:c"}));
  {
    auto t = store.begin({.now = {4000}});
    BOOST_TEST(t.patch(0, a, 0, std::string("again")).has_value());
    t.commit();
  }
  BOOST_TEST(changed({.resource = 0, .after = 1}) == (strings{"urn:uuid:b", "urn:uuid:c", "urn:uuid:a"}));
  {
    auto t = store.begin({.now = {4000}});
    t.touch(0, t.find(0, es::uid("urn:uuid:b"))->handle);
    t.commit();
  }
  BOOST_TEST(changed({.resource = 0}) == (strings{"urn:uuid:c", "urn:uuid:a", "urn:uuid:b"}));
  BOOST_TEST(changed({.resource = 1}).empty());
}

BOOST_AUTO_TEST_CASE(pages_join_without_gap_or_repetition) {
  auto t = store.begin({.now = {1000}});
  strings all;
  for (int i = 0; i < 450; ++i) {
    all.push_back("urn:uuid:" + std::to_string(i));
    BOOST_REQUIRE(t.insert(organisation(all.back().c_str(), "x", 1000)).has_value());
  }
  t.commit();
  BOOST_TEST(changed({.resource = 0}) == all);
}

BOOST_AUTO_TEST_CASE(who_asks_again_from_the_youngest_misses_no_latecomer) {
  put("urn:uuid:young", "young", 5000);
  put("urn:uuid:late", "late", 100);  // an old stamp, by a clock that is behind
  BOOST_TEST(changed({.resource = 0, .since = es::timestamp{5001}}) == (strings{"urn:uuid:late"}));
}

BOOST_AUTO_TEST_CASE(what_was_not_committed_never_was) {
  const auto h = put("urn:uuid:a", "before", 1000);
  {
    auto t = store.begin({.now = {2000}});
    BOOST_REQUIRE(t.insert(organisation("urn:uuid:b", "b", 2000)).has_value());
    BOOST_REQUIRE(t.patch(0, h, 0, std::string("after")).has_value());
  }
  auto reader = store.snapshot();
  BOOST_TEST(!reader.find(0, es::uid("urn:uuid:b")).has_value());
  es::stored_record r;
  reader.load(0, h, r);
  BOOST_TEST(std::get<std::string>(r.fields.at(0)) == "before");
  BOOST_TEST(reader.sequence() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refused_write_leaves_the_transaction_usable) {
  put("urn:uuid:a", "a", 1000);
  auto t = store.begin({.now = {2000}});
  const auto twice = t.insert(organisation("urn:uuid:a", "twin", 2000));
  BOOST_REQUIRE(twice.has_error());
  BOOST_TEST((twice.error().reason == es::refusal_reason::duplicate_key));
  auto wrong = organisation("urn:uuid:w", "", 2000);
  wrong.fields = {std::int64_t{3}};
  BOOST_TEST((t.insert(wrong).error().reason == es::refusal_reason::invalid_field));
  BOOST_TEST(t.insert(organisation("urn:uuid:b", "b", 2000)).has_value());
  t.commit();
  BOOST_TEST(changed({.resource = 0}) == (strings{"urn:uuid:a", "urn:uuid:b"}));
}

BOOST_AUTO_TEST_CASE(a_snapshot_does_not_see_what_is_committed_later) {
  put("urn:uuid:a", "a", 1000);
  auto before = store.snapshot();
  put("urn:uuid:b", "b", 2000);
  BOOST_TEST(!before.find(0, es::uid("urn:uuid:b")).has_value());
  BOOST_TEST(before.sequence() == 1u);
  BOOST_TEST(store.snapshot().sequence() == 2u);
}

BOOST_AUTO_TEST_CASE(a_second_writer_waits_and_then_is_told) {
  auto first = store.begin({.now = {1000}});
  std::thread([&] {
    BOOST_CHECK_EXCEPTION(store.begin({.now = {1000}}), es::failure_exception,
                          [](const es::failure_exception& e) { return e.why().code == es::error::store_locked; });
  }).join();
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_an_error_of_the_library) {
  BOOST_CHECK_THROW(spike_store("/nowhere/at/all.db", "epoch"), es::failure_exception);
}

BOOST_AUTO_TEST_CASE(what_is_in_the_file_outlives_the_store) {
  put("urn:uuid:a", "a", 1000);
  spike_store again((folder / "site.db").string(), "another epoch");
  BOOST_TEST(again.snapshot().epoch() == "epoch-1");
  BOOST_TEST(again.snapshot().find(0, es::uid("urn:uuid:a")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
