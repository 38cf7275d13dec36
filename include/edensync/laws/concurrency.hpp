#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "edensync/concepts/check_store.hpp"
#include "edensync/laws/change_feed.hpp"
#include "edensync/laws/random_steps.hpp"

namespace edensync::laws {

namespace detail {

template <class F>
using store_of = decltype(std::declval<F&>().make(std::declval<std::shared_ptr<const schema>>()));

template <class F>
inline constexpr bool has_another = requires(F& f, store_of<F>& store) {
  { f.another(store) } -> std::same_as<store_of<F>>;
};
template <class F>
inline constexpr bool serves_while_writing = requires {
  requires F::serves_while_writing;
};
template <class F>
inline constexpr bool can_try = requires(store_of<F>& store) {
  store.try_begin(s::at_second(0));
};

// A store and, where the factory can make one, another handle on what it keeps, as a second program has it.
template <class F>
class two_handles {
 public:
  explicit two_handles(F& f) : first_(f.make(s::make_schema())) {
    if constexpr (has_another<F>) second_.emplace(f.another(first_));
  }
  auto& first() { return first_; }
  auto& second() { return second_ ? *second_ : first_; }

 private:
  store_of<F> first_;
  std::optional<store_of<F>> second_;
};

// Runs all of them at once, and passes on what the first of them throws.
inline void at_once(std::vector<std::function<void()>> all) {
  std::vector<std::exception_ptr> failed(all.size());
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < all.size(); ++n)
    threads.emplace_back([&, n] {
      try {
        all[n]();
      } catch (...) {
        failed[n] = std::current_exception();
      }
    });
  for (auto& t : threads) t.join();
  for (const auto& f : failed)
    if (f) std::rethrow_exception(f);
}

template <class F>
void a_feed_does_not_pass_an_open_transaction(F& f) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    two_handles<F> stores(f);
    std::optional<decltype(stores.first().begin(write_context{}))> open;
    peer eden(true), edensync(false);
    play::chance c(seed);
    std::int64_t now = 10;
    for (std::int64_t step = 0; step < 120; ++step) {
      if (c.one_in(4)) ++now;
      if (!open) {
        open.emplace(stores.first().begin(s::at_second(now)));
      } else if (c.one_in(4)) {
        if (!c.one_in(4)) open->commit();
        open.reset();
      } else {
        record r = s::make_site(random_name(c.below(random_names)), s::second(now + 3 - c.below(6)));
        s::with(r, s::order, step);
        if (const auto known = open->find(s::site, r.uuid))
          s::change(*open, known->handle, r);
        else
          s::add(*open, r);
      }
      if (c.one_in(2)) {
        auto seen = stores.second().snapshot();
        edensync.pull_from(seen);
      }
      if (c.one_in(2) && (!open || serves_while_writing<F>)) eden.pull(stores.second());
    }
  }
}

template <class F>
void a_served_state_is_before_what_is_open(F& f) {
  if constexpr (serves_while_writing<F>) {
    two_handles<F> stores(f);
    put(stores.first(), "a", 5, 5);
    auto t = stores.first().begin(s::at_second(5));
    s::add(t, s::make_site("b", s::second(5)));
    expect(s::changed(stores.second().serve()) == texts{"a"}, "what is open is not served");
    t.commit();
    expect(s::changed(stores.second().serve(), since(6)) == texts{"b"},
           "it arrives after what was served while it was open");
  }
}

template <class F>
void a_reader_sees_one_state(F& f) {
  two_handles<F> stores(f);
  const record_handle a = put(stores.first(), "a", 0, 0), b = put(stores.first(), "b", 0, 0);
  auto t = stores.first().begin(s::at_second(0));
  s::add(t, s::make_part("p", a));
  t.set_setting("k", "before");
  t.commit();
  auto reader = stores.second().snapshot();
  const sequence_number number = reader.sequence();
  auto half = reader.changes(after(0));
  stored_record r;
  expect(half.next(r) && s::name_of(r) == "a", "a cursor begins");
  auto later = stores.first().begin(s::at_second(9));
  s::change(later, b, s::make_site("b2", s::second(9)));
  record gone = s::no_content(s::site);
  gone.version.deleted = true;
  s::change(later, a, gone);
  expect(later.rename(s::site, b, uid("urn:uuid:renamed")).has_value(), "a record is renamed");
  s::add(later, s::make_part("q", b));
  s::add(later, s::make_site("c"));
  later.set_setting("k", "after");
  const auto expect_before = [&](std::string_view when) {
    const std::string words(when);
    expect(s::changed(reader) == texts{"a", "b"} && reader.sequence() == number, "the feed is as it was " + words);
    expect(s::name_of(s::load(reader, s::site, b)) == "b" && reader.find(s::site, uid("urn:uuid:b")) &&
               !reader.find(s::site, uid("urn:uuid:a"))->version.deleted,
           "records are as they were " + words);
    expect(reader.referrers(s::site, a).size() == 1 && reader.referrers(s::site, b).empty() &&
               s::names(reader.components(s::part, s::part_of, s::site, std::array{a, b}, 0)) == texts{"p"},
           "and what refers to them " + words);
    expect(reader.setting("k") == "before", "and the ledger " + words);
  };
  expect_before("while another writes");
  later.commit();
  expect_before("after he has committed");
  expect(half.next(r) && s::name_of(r) == "b" && !half.next(r), "a cursor goes on in the state in which it began");
  expect(s::changed(stores.second().snapshot()) == texts{"a", "b2", "c"}, "the next reader sees what was committed");
}

template <class F>
void readers_see_whole_transactions(F& f) {
  two_handles<F> stores(f);
  constexpr std::int64_t transactions = 40;
  std::vector<record_handle> all;
  for (std::uint32_t n = 0; n < 4; ++n) all.push_back(put(stores.first(), random_name(n), 0, 0));
  std::atomic<bool> done = false;
  const auto write = [&] {
    try {
      for (std::int64_t n = 1; n <= transactions; ++n) {
        auto t = stores.first().begin(s::at_second(n));
        for (const auto& h : all) {
          record r = s::no_content(s::site);
          s::with(r, s::order, n);
          s::change(t, h, r);
        }
        t.set_setting("n", std::to_string(n));
        t.commit();
      }
    } catch (...) {
      done = true;
      throw;
    }
    done = true;
  };
  const auto read = [&] {
    std::int64_t last = 0;
    for (bool again = true; again;) {
      again = !done;
      auto now = stores.second().snapshot();
      const std::int64_t n = std::stoll(now.setting("n").value_or("0"));
      expect(n >= last, "a later reader sees no earlier state");
      last = n;
      std::size_t seen = 0;
      auto changes = now.changes(after(0));
      for (stored_record r; changes.next(r); ++seen)
        expect(n == 0 || r.fields[s::order] == value(n), "what was committed together is seen together");
      expect(seen == all.size(), "nothing is missing meanwhile");
    }
    expect(last == transactions, "who looks last sees all");
  };
  at_once({write, read, read});
}

// A slow writer does the first half of something and then the rest, in one transaction. Another thread comes between with
// a fast one, if the store lets it begin; otherwise it gets its turn afterwards. Who fails because of the other comes again.
template <class F, class Half, class Rest, class Fast>
void let_one_overtake(two_handles<F>& stores, Half half, Rest rest, Fast fast) {
  enum { waits, knocks, is_in, is_done };
  std::atomic<int> other = waits;
  std::atomic<bool> open = false, ended = false;
  // Gives the others their turn until this is so, but does not wait for them: they may be waiting for us.
  const auto give_way = [](int turns, auto until) {
    for (int n = 0; n < turns && !until(); ++n) std::this_thread::yield();
  };
  const auto slow = [&] {
    const auto once = [&] {
      auto t = stores.first().begin(s::at_second(1));
      half(t);
      if (!open.exchange(true)) {
        while (other == waits) std::this_thread::yield();
        give_way(5000, [&] { return other != knocks; });
        give_way(50000, [&] { return other != is_in; });
      }
      rest(t);
      t.commit();
    };
    const struct at_end {
      std::atomic<bool>&a, &b;
      ~at_end() { a = b = true; }
    } whatever_happens{open, ended};
    int failed = 0;
    while (fails_with(error::store_locked, once)) expect(++failed < 1000, "who was overtaken gets his turn at last");
  };
  const auto overtake = [&] {
    while (!open) std::this_thread::yield();
    const auto once = [&] {
      other = knocks;
      auto t = stores.second().begin(s::at_second(1));
      other = is_in;
      fast(t);
      t.commit();
    };
    const struct at_end {
      std::atomic<int>& other;
      ~at_end() { other = is_done; }
    } whatever_happens{other};
    int failed = 0;
    while (fails_with(error::store_locked, once))
      expect(!ended || ++failed < 1000, "who could not overtake gets his turn at last");
  };
  at_once({slow, overtake});
}

template <class Reader>
std::int64_t number_of(Reader&& from, record_handle h) {
  const stored_record r = s::load(from, s::site, h);
  const auto* n = std::get_if<std::int64_t>(&r.fields[s::order]);
  return n == nullptr ? 0 : *n;
}
template <class Transaction>
void set_number(Transaction& t, record_handle h, std::int64_t n) {
  record more = s::no_content(s::site);
  s::with(more, s::order, n);
  s::change(t, h, more);
}

template <class F>
void what_is_committed_late_is_not_skipped(F& f) {
  two_handles<F> stores(f);
  const record_handle a = put(stores.first(), "a", 0, 0), b = put(stores.first(), "b", 0, 0);
  texts early;
  sequence_number mark = 0;
  let_one_overtake(
      stores, [&](auto& t) { s::change(t, a, s::make_site("slow")); },
      [&](auto&) {
        auto seen = stores.second().snapshot();
        mark = seen.sequence();
        early = s::changed(seen);
      },
      [&](auto& t) { s::change(t, b, s::make_site("fast")); });
  for (const auto& each : s::changed(stores.second().snapshot(), after(mark))) early.push_back(each);
  for (const std::string_view each : {"slow", "fast"})
    expect(std::find(early.begin(), early.end(), each) != early.end(),
           "who asks from the number that he has seen gets what was begun before and committed after: " +
               std::string(each));
}

template <class F>
void two_writers_lose_no_update(F& f) {
  two_handles<F> stores(f);
  constexpr std::int64_t each = 30;
  const record_handle h = put(stores.first(), "counter", 0, 0);
  const auto count_up = [h](auto& store) {
    const auto once = [&] {
      auto t = store.begin(s::at_second(1));
      set_number(t, h, number_of(t, h) + 1);
      t.commit();
    };
    for (std::int64_t n = 0; n < each; ++n) {
      // Who comes second may wait, or fail and come again.
      int failed = 0;
      while (fails_with(error::store_locked, once)) expect(++failed < 1000, "who comes second gets his turn at last");
    }
  };
  at_once({[&] { count_up(stores.first()); }, [&] { count_up(stores.second()); }});
  expect(number_of(stores.first().snapshot(), h) == 2 * each, "a writer sees what the one before has written");
  // Maybe each was alone all the time. Now one reads, the other counts up, and the first writes what it made of it.
  std::int64_t read = 0;
  let_one_overtake(
      stores, [&](auto& t) { read = number_of(t, h); }, [&](auto& t) { set_number(t, h, read + 1); },
      [&](auto& t) { set_number(t, h, number_of(t, h) + 1); });
  expect(number_of(stores.first().snapshot(), h) == 2 * each + 2, "nobody overwrites what was written since he read");
}

template <class F>
void trying_to_begin_does_not_wait(F& f) {
  if constexpr (can_try<F>) {
    two_handles<F> stores(f);
    {
      auto open = stores.first().begin(s::at_second(0));
      expect(!stores.first().try_begin(s::at_second(0)) && !stores.second().try_begin(s::at_second(0)),
             "try_begin gives nothing while a transaction is open");
    }
    auto t = stores.second().try_begin(s::at_second(0));
    expect(t.has_value(), "and one when it has ended");
    t->set_setting("a", "b");
    t->commit();
    expect(stores.first().snapshot().setting("a") == "b", "which writes like others");
  }
}

template <class F>
void two_handles_are_one_store(F& f) {
  if constexpr (has_another<F>) {
    two_handles<F> stores(f);
    put(stores.first(), "a", 5, 5);
    expect(s::changed(stores.second().serve()) == texts{"a"}, "what one commits the other serves");
    put(stores.first(), "b", 5, 5);
    put(stores.second(), "c", 5, 5);
    auto here = stores.first().snapshot();
    auto there = stores.second().snapshot();
    expect(s::changed(here, since(6)) == texts{"b", "c"}, "and what was served by the one the other knows");
    expect(here.epoch() == there.epoch() && here.sequence() == there.sequence(), "they count together");
  }
}

}  // namespace detail

/// The laws of several readers and writers of one `record_store`.
///
/// Some need more of the factory, and are not tried without it: `another(store)` makes another handle on what a store
/// keeps, as a second program has it (where there is none, one store is shared between threads); `static constexpr bool
/// serves_while_writing = true` says that `serve` does not wait for a transaction of the same thread.
template <class Factory>
inline constexpr std::array concurrency_laws{
    law<Factory>{"a feed does not pass an open transaction",
                 &detail::a_feed_does_not_pass_an_open_transaction<Factory>},
    law<Factory>{"a served state is before what is open", &detail::a_served_state_is_before_what_is_open<Factory>,
                 detail::serves_while_writing<Factory> ? "" : "the factory does not say `serves_while_writing`"},
    law<Factory>{"a reader sees one state while others write", &detail::a_reader_sees_one_state<Factory>},
    law<Factory>{"readers see whole transactions", &detail::readers_see_whole_transactions<Factory>},
    law<Factory>{"what is committed late is not skipped", &detail::what_is_committed_late_is_not_skipped<Factory>},
    law<Factory>{"two writers lose no update", &detail::two_writers_lose_no_update<Factory>},
    law<Factory>{"trying to begin does not wait", &detail::trying_to_begin_does_not_wait<Factory>,
                 detail::can_try<Factory> ? "" : "the store has no `try_begin`"},
    law<Factory>{"two handles are one store", &detail::two_handles_are_one_store<Factory>,
                 detail::has_another<Factory> ? "" : "the factory has no `another`"},
};

/// Tries them all, as `laws::record_store` does.
template <store_factory Factory, class Before>
void concurrency(Factory& factory, Before&& before) {
  using made = decltype(factory.make(sample::make_schema()));
  static_assert(edensync::detail::check_record_store<made>::value);
  if constexpr (edensync::record_store<made>) check_all<Factory>(concurrency_laws<Factory>, factory, before);
}

template <store_factory Factory>
void concurrency(Factory& factory) {
  concurrency(factory, [](std::string_view) {});
}

}  // namespace edensync::laws
