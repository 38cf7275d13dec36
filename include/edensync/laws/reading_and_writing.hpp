#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "edensync/laws/sample.hpp"

/// The laws of single records, versions and transactions. `record_store.hpp` lists them.
namespace edensync::laws::detail {

namespace s = laws::sample;

template <class F>
void finds_what_was_committed(F& f) {
  auto store = f.make(s::make_schema());
  expect(!store.snapshot().find(s::site, uid("urn:uuid:a")), "a new store is empty");
  record a = s::make_site("a", s::second(5));
  a.version.mci = 2;
  auto t = store.begin(s::at_second(9, 7));
  const record_handle h = s::add(t, a);
  t.commit();
  auto now = store.snapshot();
  const auto found = now.find(s::site, a.uuid);
  expect(found && found->handle == h, "a committed record is found by its uid, with the handle that insert gave");
  expect(found->version == a.version && found->origin == 7, "find gives version and origin");
  expect(found->sequence != 0 && found->sequence == now.sequence(), "find gives the number of the change");
  expect(!now.find(s::part, a.uuid), "a uid is looked for in its resource only");
  expect(store.snapshot().epoch() == now.epoch() && !now.epoch().empty(), "the epoch does not change");
}

inline record everything() {
  using limits = std::numeric_limits<std::int64_t>;
  record r = s::make_site("all types");
  r.version.mci = 0;
  r.created_on = at(to_date({1969, 12, 31}), {86399});
  r.authors = {"a@example.org", "b@example.org", "c@example.org", "Über & Co"};
  s::with(r, s::comments, std::string("Zürich \"quoted\" 中文 😀\n<&>'%"));
  s::with(r, s::order, std::int64_t{-1});
  s::with(r, s::big, limits::min());
  s::with(r, s::ratio, 0.1 + 0.2);
  s::with(r, s::price, std::string("12345678901234567890.10"));
  s::with(r, s::open, false);
  s::with(r, s::founded, to_date({1, 1, 1}));
  s::with(r, s::opens, time_of_day{86399});
  s::with(r, s::seen, at(to_date({9999, 12, 31}), {86399}));
  s::with(r, s::extra, std::string(R"({"a":[1,null]})"));
  s::with(r, s::secret, std::string("hash$1"));
  s::with(r, s::file, std::string("org_logo.file.9a.png"));
  s::with(r, s::bytes, std::string("\0\xff\x01", 3));
  s::with(r, s::tags, std::vector<std::string>{"a", "", "\"x\", [y]", "中文"});
  s::with(r, s::numbers, std::vector<std::int64_t>{limits::min(), 0, limits::max()});
  return r;
}

inline void expect_same(const record& a, const record& b) {
  expect(a.uuid == b.uuid && a.version == b.version && a.created_on == b.created_on && a.replaced_by == b.replaced_by,
         "uid, version, created_on and replaced_by come back as written");
  expect(a.authors == b.authors, "authors and owners come back as written");
  for (std::size_t f = 0; f < a.fields.size(); ++f)
    expect(is_absent(a.fields[f]) ? is_null(b.fields.at(f)) : a.fields[f] == b.fields.at(f),
           "each field comes back as written, " + std::string(s::resources[a.resource].fields[f].name) + " does not");
}

template <class F>
void every_type_comes_back(F& f) {
  auto store = f.make(s::make_schema());
  const record first = everything();
  record empty = s::make_site("empty texts");
  for (const std::uint32_t field : {s::comments, s::price, s::extra, s::secret, s::file, s::bytes})
    s::with(empty, field, std::string());
  s::with(empty, s::tags, std::vector<std::string>{});
  s::with(empty, s::numbers, std::vector<std::int64_t>{});
  s::with(empty, s::big, std::numeric_limits<std::int64_t>::max());
  s::with(empty, s::ratio, 5.0);
  s::with(empty, s::open, true);
  s::with(empty, s::opens, time_of_day{0});
  record bare = s::make_site("bare");
  bare.version.modified_on.reset();
  s::with(bare, s::ratio, std::numeric_limits<double>::min());
  auto t = store.begin(s::at_second(0));
  const record_handle h1 = s::add(t, first), h2 = s::add(t, empty), h3 = s::add(t, bare);
  expect_same(first, s::load(t, s::site, h1));
  t.commit();
  auto now = store.snapshot();
  expect_same(first, s::load(now, s::site, h1));
  expect_same(empty, s::load(now, s::site, h2));
  const stored_record nothing = s::load(now, s::site, h3);
  expect_same(bare, nothing);
  expect(nothing.fields.size() == s::site_fields.size(), "a record is given out with all fields");
  for (std::size_t i = 1; i < nothing.fields.size(); ++i)
    expect(i == s::ratio || is_null(nothing.fields[i]), "what was never said is null, not absent and not empty");
}

template <class F>
void update_leaves_what_is_absent(F& f) {
  auto store = f.make(s::make_schema());
  record before = everything();
  before.version.mci = 1;
  auto t = store.begin(s::at_second(0, 3));
  const record_handle h = s::add(t, before);
  t.commit();
  auto second = store.begin(s::at_second(1, 4));
  record changes = s::no_content(s::site);
  s::with(s::with(changes, s::comments, null_value{}), s::order, std::int64_t{77});
  s::change(second, h, changes);
  second.commit();
  s::with(s::with(before, s::comments, null_value{}), s::order, std::int64_t{77});
  const stored_record after = s::load(store.snapshot(), s::site, h);
  expect_same(before, after);
  expect(after.origin == 4, "an update sets the origin");
  auto third = store.begin(s::at_second(2));
  changes = s::no_content(s::site);
  changes.version = {s::second(9), 5, true};
  changes.replaced_by = uid("urn:uuid:winner");
  changes.authors.modified_by = "z@example.org";
  s::change(third, h, changes);
  third.commit();
  before.version = changes.version;
  before.replaced_by = changes.replaced_by;
  before.authors.modified_by = "z@example.org";
  expect_same(before, s::load(store.snapshot(), s::site, h));
  auto fourth = store.begin(s::at_second(3));
  s::change(fourth, h, s::no_content(s::site));
  fourth.commit();
  before.version.deleted = false;
  before.replaced_by.clear();
  expect_same(before, s::load(store.snapshot(), s::site, h));
}

template <class F>
void a_dropped_transaction_leaves_no_trace(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle h = s::add(t, s::make_site("a"));
  t.commit();
  const sequence_number before = store.snapshot().sequence();
  {
    auto dropped = store.begin(s::at_second(50));
    s::add(dropped, s::make_site("b"));
    s::change(dropped, h, s::make_site("a2"));
    dropped.set_setting("k", "v");
    dropped.add_open_reference({0, s::site, h, s::partner, s::site, uid("x")});
  }
  auto now = store.snapshot();
  expect(!now.find(s::site, uid("urn:uuid:b")), "a record that was not committed is not there");
  expect(s::name_of(s::load(now, s::site, h)) == "a", "a change that was not committed is not seen");
  expect(now.sequence() == before, "what was not committed has no number");
  expect(!now.setting("k") && now.count_open_references() == 0, "the ledger keeps nothing of it");
  auto later = store.begin(s::at_second(1));
  s::add(later, s::make_site("c"));
  later.commit();
  expect(s::changed(store.snapshot(), {.resource = s::site, .since = s::second(2)}).empty(),
         "a dropped transaction does not move the arrivals");
}

template <class F>
void a_transaction_sees_its_own_writes(F& f) {
  auto store = f.make(s::make_schema());
  auto before = store.snapshot();
  auto t = store.begin(s::at_second(0));
  const record_handle h = s::add(t, s::make_site("a"));
  expect(t.find(s::site, uid("urn:uuid:a")).has_value(), "find sees it");
  expect(t.find_key(s::site, s::name, std::string("a")).size() == 1, "find_key sees it");
  expect(s::changed(t) == std::vector<std::string>{"a"}, "changes sees it");
  expect(!before.find(s::site, uid("urn:uuid:a")) && !store.snapshot().find(s::site, uid("urn:uuid:a")),
         "nobody else sees it before the commit");
  t.set_setting("k", "v");
  expect(t.setting("k") == "v" && !store.snapshot().setting("k"), "the same is true of the ledger");
  s::change(t, h, s::make_site("a2"));
  expect(s::name_of(s::load(t, s::site, h)) == "a2", "an update is seen");
  t.commit();
  expect(store.snapshot().find(s::site, uid("urn:uuid:a")).has_value(), "everybody sees it after the commit");
}

template <class F>
void a_refused_write_leaves_the_transaction_usable(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  const record_handle b = s::add(t, s::make_site("b"));
  const auto refused = [](const write_result& w, refusal_reason why) {
    return w.has_error() && w.error().reason == why && !w.error().message.empty();
  };
  record r = s::make_site("c");
  r.uuid = uid("urn:uuid:a");
  expect(refused(t.insert(r), refusal_reason::duplicate_key), "a uid that is there is refused");
  r = s::make_site("a");
  r.uuid = uid("urn:uuid:c");
  expect(refused(t.insert(r), refusal_reason::duplicate_key), "content of a unique field that is there is refused");
  expect(refused(t.update(b, r), refusal_reason::duplicate_key), "also by an update");
  expect(refused(t.patch(s::site, b, s::name, std::string("a")), refusal_reason::duplicate_key), "also by a patch");
  r = s::make_site("c");
  r.fields[0] = null_value{};
  expect(refused(t.insert(r), refusal_reason::missing_field), "a live record needs its mandatory fields");
  expect(refused(t.patch(s::site, b, s::name, null_value{}), refusal_reason::missing_field), "also after a patch");
  expect(refused(t.insert(s::make_part("p", static_cast<record_handle>(999))), refusal_reason::missing_reference),
         "a reference needs its record");
  r = s::make_part("p", record_handle::none);
  std::get<reference>(r.fields[1]).target = uid("urn:uuid:late");
  expect(refused(t.insert(r), refusal_reason::missing_reference), "a mandatory reference cannot wait for its record");
  r = s::make_site("c");
  s::with(r, s::order, std::string("three"));
  expect(refused(t.insert(r), refusal_reason::invalid_field), "a value of another type is refused");
  expect(s::name_of(s::load(t, s::site, b)) == "b", "a record that was not written is as it was");
  s::add(t, s::make_site("d"));
  s::change(t, a, s::make_site("a2"));
  t.commit();
  expect(s::changed(store.snapshot()) == std::vector<std::string>{"b", "d", "a2"}, "what was taken is committed");
}

template <class F>
void tombstones_need_no_content(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  record grave = s::no_content(s::site);
  grave.uuid = uid("urn:uuid:a");
  grave.version = {s::second(0), 1, true};
  const record_handle h = s::add(t, grave);
  const auto found = t.find(s::site, grave.uuid);
  expect(found && found->version.deleted, "a deleted record is found like others");
  const write_result revived = t.update(h, s::no_content(s::site));
  expect(revived.has_error() && revived.error().reason == refusal_reason::missing_field,
         "who revives a record must give its mandatory fields");
  s::change(t, h, s::make_site("a"));
  record erased = s::make_site("a");
  erased.version.deleted = true;
  s::change(t, h, erased);
  record other = s::make_site("a");
  other.uuid = uid("urn:uuid:b");
  const record_handle live = s::add(t, other);
  const auto both = t.find_key(s::site, s::name, std::string("a"));
  expect(both.size() == 2 && both[0].handle == live,
         "unique content is free once its record is deleted; live come first");
  const write_result again = t.update(h, s::make_site("a"));
  expect(again.has_error() && again.error().reason == refusal_reason::duplicate_key,
         "a record cannot come back if its unique content is taken");
  t.commit();
}

template <class F>
void snapshots_do_not_move(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  s::add(t, s::make_site("b"));
  t.commit();
  auto then = store.snapshot();
  auto open = then.changes({.resource = s::site, .since = {}});
  stored_record r;
  expect(open.next(r) && s::name_of(r) == "a", "the cursor begins");
  auto writer = store.begin(s::at_second(1));
  s::change(writer, a, s::make_site("a2"));
  s::add(writer, s::make_site("c"));
  writer.set_setting("k", "v");
  writer.commit();
  expect(open.next(r) && s::name_of(r) == "b" && !open.next(r), "a cursor goes on in the state in which it began");
  expect(s::changed(then) == std::vector<std::string>{"a", "b"}, "so do new cursors of the same snapshot");
  expect(s::name_of(s::load(then, s::site, a)) == "a" && !then.find(s::site, uid("urn:uuid:c")) && !then.setting("k"),
         "and all other reads");
  expect(then.sequence() < store.snapshot().sequence(), "and its number");
  expect(s::changed(store.snapshot()) == std::vector<std::string>{"b", "a2", "c"}, "a new snapshot sees the new state");
}

template <class F>
void missing_records_are_errors(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const auto nobody = static_cast<record_handle>(4711);
  const auto fails = [](auto operation) { return fails_with(error::no_such_record, operation); };
  stored_record r;
  expect(fails([&] { t.load(s::site, nobody, r); }), "load of a handle that is not there fails");
  expect(fails([&] { (void)t.update(nobody, s::make_site("a")); }), "so does update");
  expect(fails([&] { (void)t.patch(s::site, nobody, s::name, std::string("a")); }), "so does patch");
  expect(fails([&] { t.touch(s::site, nobody); }), "so does touch");
  s::add(t, s::make_site("a"));
  t.commit();
  expect(s::changed(store.snapshot()) == std::vector<std::string>{"a"}, "and the transaction stays usable");
}

}  // namespace edensync::laws::detail
