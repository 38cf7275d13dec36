#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "edensync/laws/sample.hpp"

/// The laws of what has changed: that a peer who asks again misses nothing. `record_store.hpp` lists them.
namespace edensync::laws::detail {

namespace s = laws::sample;

inline change_query since(std::int64_t n) { return {.resource = s::site, .since = s::second(n)}; }
inline change_query after(sequence_number n) { return {.resource = s::site, .after = n, .since = {}}; }

using texts = std::vector<std::string>;

/// Commits one site of this name, modified and written at these seconds.
template <class Store>
record_handle put(Store& store, std::string_view name, std::int64_t modified_on, std::int64_t now) {
  auto t = store.begin(s::at_second(now));
  const record_handle h = s::add(t, s::make_site(name, s::second(modified_on)));
  t.commit();
  return h;
}

template <class F>
void changes_come_once_in_commit_order(F& f) {
  auto store = f.make(s::make_schema());
  const record_handle a = put(store, "a", 5, 5);
  put(store, "b", 5, 5);
  put(store, "c", 1, 5);
  const sequence_number mark = store.snapshot().sequence();
  auto t = store.begin(s::at_second(5));
  s::change(t, a, s::make_site("a2", s::second(5)));
  s::add(t, s::make_site("d", s::second(5)));
  s::change(t, a, s::make_site("a3", s::second(5)));
  t.commit();
  auto now = store.snapshot();
  expect(s::changed(now) == texts{"b", "c", "d", "a3"},
         "each record comes once, in its present state, in commit order");
  expect(s::changed(now, after(mark)) == texts{"d", "a3"}, "`after` gives those that were committed after it");
  expect(s::changed(now, after(now.sequence())).empty(), "and nothing after the last");
  sequence_number last = 0;
  auto all = now.changes(after(0));
  for (stored_record r; all.next(r); last = r.sequence) expect(r.sequence > last, "the numbers grow");
  expect(last == now.sequence(), "the last one is the number of the state");
}

template <class F>
void deleted_records_come_if_asked_for(F& f) {
  auto store = f.make(s::make_schema());
  const record_handle a = put(store, "a", 0, 0);
  put(store, "b", 0, 0);
  auto t = store.begin(s::at_second(1));
  record gone = s::no_content(s::site);
  gone.version.deleted = true;
  s::change(t, a, gone);
  t.commit();
  change_query q = after(0);
  expect(s::changed(store.snapshot(), q) == texts{"b", "a"}, "a deleted record comes like others");
  q.include_deleted = false;
  expect(s::changed(store.snapshot(), q) == texts{"b"}, "unless it is not asked for");
}

template <class F>
void since_looks_at_arrival_and_modified_on(F& f) {
  auto store = f.make(s::make_schema());
  put(store, "old", 0, 0);
  put(store, "late", 0, 20);
  const record_handle future = put(store, "future", 60, 30);
  const record_handle fresh = put(store, "new", 40, 40);
  auto now = store.snapshot();
  expect(s::changed(now, since(0)).size() == 4, "a time before all gives all");
  expect(s::changed(now, since(20)) == texts{"late", "future", "new"},
         "what was committed late comes, however old it is");
  expect(s::changed(now, since(21)) == texts{"future", "new"}, "what was committed before does not come");
  expect(s::changed(now, since(41)) == texts{"future"}, "what was modified in the future comes");
  expect(s::changed(now, since(60)) == texts{"future"}, "up to its very second");
  expect(s::changed(now, since(61)).empty(), "and not after it");
  change_query q = since(20);
  q.after = now.find(s::site, uid("urn:uuid:late"))->sequence;
  expect(s::changed(now, q) == texts{"future", "new"}, "`after` and `since` restrict each other");
  put(store, "clock went back", 10, 10);
  expect(s::changed(store.snapshot(), since(40)) == texts{"future", "new", "clock went back"},
         "an arrival is never before an earlier one");
  put(store, "soon", 61, 60);
  expect(s::changed(store.snapshot(), since(61)) == texts{"soon"}, "one second ahead is ahead");
  auto t = store.begin(s::at_second(60));
  t.touch(s::site, future);
  expect(t.patch(s::site, fresh, s::order, std::int64_t{1}).has_value(), "a patch is taken");
  expect(s::changed(t, since(62)).empty() && s::changed(t, since(60)) == texts{"soon", "future", "new"},
         "a transaction knows the arrival of what it writes");
  t.commit();
  auto again = store.begin(s::at_second(60));
  const record_handle far = s::add(again, s::make_site("far", s::second(90)));
  const auto stays = [&again](std::string_view what) { expect(s::changed(again, since(90)) == texts{"far"}, what); };
  again.touch(s::site, far);
  stays("what is ahead stays so when it is touched");
  expect(again.patch(s::site, far, s::order, std::int64_t{1}).has_value(), "a patch is taken");
  stays("or patched");
  s::change(again, far, s::no_content(s::site));
  stays("or updated without a time");
  again.commit();
}

template <class F>
void what_follows_a_served_state_arrives_later(F& f) {
  auto store = f.make(s::make_schema());
  const record_handle a = put(store, "a", 5, 5);
  expect(s::changed(store.serve()) == texts{"a"}, "a served state is a snapshot");
  put(store, "b", 5, 5);
  expect(s::changed(store.serve(), since(6)) == texts{"b"},
         "a record of the same second is found by a peer who asks from its youngest record plus one second");
  put(store, "far", 100, 6);
  expect(s::changed(store.serve(), since(6)) == texts{"b", "far"}, "a modified_on in the future is served");
  auto t = store.begin(s::at_second(7));
  s::change(t, a, s::make_site("a2", s::second(7)));
  t.commit();
  expect(s::changed(store.serve(), since(101)) == texts{"a2"},
         "what follows arrives after the youngest that was served");
}

template <class F>
void patch_and_touch_move_to_the_end(F& f) {
  auto store = f.make(s::make_schema());
  auto first = store.begin(s::at_second(0, 8));
  const record_handle a = s::add(first, s::make_site("a", s::second(0))), b = s::add(first, s::make_site("b"));
  s::add(first, s::make_site("c"));
  first.commit();
  const stored_record before = s::load(store.snapshot(), s::site, a);
  auto t = store.begin(s::at_second(10, 9));
  t.touch(s::site, a);
  expect(t.patch(s::site, b, s::comments, std::string("patched")).has_value(), "a patch is taken");
  t.commit();
  auto now = store.snapshot();
  expect(s::changed(now) == texts{"c", "a", "b"}, "touch and patch move a record to the end of the change order");
  expect(s::changed(now, since(10)) == texts{"a", "b"}, "and let it arrive anew");
  const stored_record touched = s::load(now, s::site, a), patched = s::load(now, s::site, b);
  expect(touched.written == before.sequence && patched.written == patched.sequence,
         "a record that was touched tells when it was last written");
  expect(touched.version == before.version && touched.fields == before.fields && touched.origin == 8,
         "touch leaves all else as it is");
  expect(patched.version == before.version && patched.origin == 8, "patch leaves version and origin as they are");
  expect(patched.fields[s::comments] == value(std::string("patched")) && s::name_of(patched) == "b",
         "and writes the one field");
  auto later = store.begin(s::at_second(11, 9));
  s::change(later, a, s::no_content(s::site));
  later.write_as(5);
  s::change(later, b, s::no_content(s::site));
  later.commit();
  expect(store.snapshot().find(s::site, uid("urn:uuid:a"))->origin == 9, "update sets the origin given to begin");
  expect(store.snapshot().find(s::site, uid("urn:uuid:b"))->origin == 5, "or the one given to write_as");
}

/// The records that a random writer writes.
inline constexpr std::uint32_t random_names = 12;
inline std::string random_name(std::uint32_t n) { return "r" + std::to_string(n); }

/// A peer that keeps what it was told and asks again, by time as Eden does or by sequence number as edensync does.
class peer {
 public:
  explicit peer(bool by_time) : by_time_(by_time) {}

  template <class Store>
  void pull(Store& store) {
    auto now = store.serve();
    pull_from(now);
  }

  template <class Reader>
  void pull_from(Reader& now) {
    change_query q = after(by_time_ ? 0 : after_);
    if (by_time_) q.since = watermark_;
    auto news = now.changes(q);
    for (stored_record r; news.next(r);) {
      known_[r.uuid] = r.fields[s::order];
      if (!watermark_ || *watermark_ < *r.version.modified_on + 1) watermark_ = *r.version.modified_on + 1;
    }
    after_ = now.sequence();
    // What is true is looked up record by record, so that a feed cannot agree with itself.
    std::map<uid, value> truth;
    for (std::uint32_t n = 0; n < random_names; ++n) {
      const uid id("urn:uuid:" + random_name(n));
      if (const auto found = now.find(s::site, id)) truth[id] = s::load(now, s::site, found->handle).fields[s::order];
    }
    expect(truth == known_, "a peer who asks again from where it was knows everything that it was served from");
  }

 private:
  bool by_time_;
  sequence_number after_ = 0;
  std::optional<timestamp> watermark_;
  std::map<uid, value> known_;
};

/// Commits random changes: new records and new versions, modified now, before, or after now.
template <class Store>
class random_writer {
 public:
  random_writer(Store& store, std::uint32_t seed) : store_(store), random_(seed) {}

  void step() {
    if (below(4) == 0) now_ += below(3);
    auto t = store_.begin(s::at_second(now_));
    for (std::uint32_t n = below(3) + 1; n != 0; --n) {
      const std::int64_t modified_on = below(2) == 0 ? now_ : now_ + 4 - below(60);
      record r = s::make_site(random_name(below(random_names)), s::second(modified_on));
      s::with(r, s::order, std::int64_t{++count_});
      if (const auto known = t.find(s::site, r.uuid))
        s::change(t, known->handle, r);
      else
        s::add(t, r);
    }
    if (below(8) != 0) t.commit();
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  Store& store_;
  std::mt19937 random_;
  std::int64_t now_ = 100;
  std::int64_t count_ = 0;
};

template <class F>
void a_peer_misses_nothing(F& f) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    auto store = f.make(s::make_schema());
    random_writer writer(store, seed);
    peer eden(true), second_eden(true), edensync(false);
    std::mt19937 random(seed + 100);
    for (int step = 0; step < 80; ++step) {
      if (random() % 2 == 0) writer.step();
      if (random() % 3 == 0) eden.pull(store);
      if (random() % 9 == 0) second_eden.pull(store);
      if (random() % 3 == 0) {
        auto now = store.snapshot();
        edensync.pull_from(now);
      }
    }
  }
}

template <class F>
void a_peer_misses_nothing_while_others_write(F& f) {
  auto store = f.make(s::make_schema());
  std::atomic<bool> done = false;
  std::exception_ptr failed;
  std::thread other([&] {
    try {
      random_writer writer(store, 42);
      for (int step = 0; step < 150; ++step) writer.step();
    } catch (...) {
      failed = std::current_exception();
    }
    done = true;
  });
  peer eden(true), edensync(false);
  std::exception_ptr missed;
  try {
    while (!done) {
      eden.pull(store);
      auto now = store.snapshot();
      edensync.pull_from(now);
    }
    eden.pull(store);
  } catch (...) {
    missed = std::current_exception();
  }
  other.join();
  if (failed) std::rethrow_exception(failed);
  if (missed) std::rethrow_exception(missed);
}

}  // namespace edensync::laws::detail
