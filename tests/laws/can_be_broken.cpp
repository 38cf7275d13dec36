// The laws can fail: each store here is wrong in one way, and the law that says so is named.
#include "edensync/memory/store.hpp"
#include "edensync/laws/concurrency.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace edensync;

namespace {

// Shows a reader whose changes are found as `Mistake` says.
template <class Mistake, class Reader>
struct mistaken : Reader {
  explicit mistaken(Reader&& r) : Reader(std::move(r)) {}

  auto changes(const change_query& q) const { return Mistake::template changes<Reader>(*this, q); }
};

template <class Mistake>
struct mistaken_store : memory::store {
  using memory::store::store;

  auto snapshot() const { return mistaken<Mistake, memory::snapshot>(memory::store::snapshot()); }
  auto serve() {
    return mistaken<Mistake, memory::snapshot>(Mistake::serves ? memory::store::serve() : memory::store::snapshot());
  }
};

// As Eden does it: what was modified before `since` is not sent, whenever it arrived.
struct looks_at_modified_on_only {
  static constexpr bool serves = true;

  template <class Cursor>
  struct cursor {
    Cursor all;
    std::optional<timestamp> since;
    bool next(stored_record& into) {
      while (all.next(into))
        if (!since || into.version.modified_on >= since) return true;
      return false;
    }
  };

  template <class Reader>
  static auto changes(const Reader& r, const change_query& q) {
    return cursor<decltype(r.changes(q))>{r.changes(q), q.since};
  }
};

// A feed ordered by modified_on that goes on behind the last instant seen.
struct drops_equal_instants {
  static constexpr bool serves = true;

  template <class Cursor>
  struct cursor {
    Cursor all;
    std::optional<timestamp> last;
    bool next(stored_record& into) {
      while (all.next(into))
        if (std::exchange(last, into.version.modified_on) != into.version.modified_on) return true;
      return false;
    }
  };

  template <class Reader>
  static auto changes(const Reader& r, const change_query& q) {
    return cursor<decltype(r.changes(q))>{r.changes(q), {}};
  }
};

// Forgets to note what it gave to a peer.
struct does_not_note_what_it_serves {
  static constexpr bool serves = false;

  template <class Reader>
  static auto changes(const Reader& r, const change_query& q) {
    return r.changes(q);
  }
};

// Gives a writer that does as `Mistake` says.
template <class Mistake>
struct mistaken_writer : memory::transaction {
  explicit mistaken_writer(memory::transaction&& t) : memory::transaction(std::move(t)) {}

  write_result insert(record r) {
    Mistake::see(r);
    return memory::transaction::insert(r);
  }
  task_id put_task(sync_task t) {
    const auto id = memory::transaction::put_task(t);
    if (t.id != 0) Mistake::replaced(static_cast<memory::transaction&>(*this), id);
    return id;
  }
  void erase_repository(repository_id id) {
    const auto right = get_lease(id);
    memory::transaction::erase_repository(id);
    if (right && Mistake::keeps_leases) set_lease(*right);
  }
};

template <class Mistake>
struct written_by : memory::store {
  using memory::store::store;
  auto begin(const write_context& w) { return mistaken_writer<Mistake>(memory::store::begin(w)); }
};

struct makes_none {
  static constexpr bool keeps_leases = false;
  static void see(record&) {}
  static void replaced(memory::transaction&, task_id) {}
};
// As a column for the text of a number, with six digits.
struct rounds : makes_none {
  static void see(record& r) {
    if (r.resource != laws::sample::site || r.fields.size() <= laws::sample::ratio) return;
    if (auto* n = std::get_if<double>(&r.fields[laws::sample::ratio])) *n = std::stod(std::to_string(*n));
  }
};
// REPLACE INTO tasks, to which the watermarks refer with ON DELETE CASCADE.
struct replaces_tasks : makes_none {
  static void replaced(memory::transaction& t, task_id id) { t.set_watermark(id, direction::pull, {}); }
};
struct leaves_leases : makes_none {
  static constexpr bool keeps_leases = true;
};

// Lets everybody write at once: each sees what was committed when it began, and writes over what others have written since.
struct waits_for_nobody : memory::store {
  using memory::store::store;

  struct writer : memory::snapshot {
    memory::store* to;
    write_context when;
    std::vector<std::function<void(memory::transaction&)>> all{};

    write_result insert(const record& r) {
      auto t = to->begin(when);
      auto written = t.insert(r);
      t.commit();
      return written;
    }
    write_result update(record_handle h, const record& r) {
      all.emplace_back([h, r](auto& t) { (void)t.update(h, r); });
      return h;
    }
    void commit() {
      auto t = to->begin(when);
      for (const auto& each : all) each(t);
      t.commit();
    }
  };
  writer begin(const write_context& w) { return {memory::store::snapshot(), this, w}; }
};

// Numbers what is written when it is written, not when it is committed: a reader counts what he cannot see.
struct counts_what_is_open : waits_for_nobody {
  using waits_for_nobody::waits_for_nobody;
  std::shared_ptr<std::atomic<sequence_number>> open = std::make_shared<std::atomic<sequence_number>>(0);

  struct reader : memory::snapshot {
    sequence_number more;
    sequence_number sequence() const { return memory::snapshot::sequence() + more; }
  };
  struct writer : waits_for_nobody::writer {
    std::atomic<sequence_number>* open;
    write_result update(record_handle h, const record& r) {
      ++*open;
      return waits_for_nobody::writer::update(h, r);
    }
    void commit() {
      waits_for_nobody::writer::commit();
      *open -= static_cast<sequence_number>(all.size());
    }
  };
  reader snapshot() const { return {memory::store::snapshot(), *open}; }
  writer begin(const write_context& w) { return {waits_for_nobody::begin(w), open.get()}; }
};

template <class Store>
struct factory {
  Store make(std::shared_ptr<const schema> resources) { return Store(std::move(resources)); }
};

// The names of the laws that a store breaks, one a line.
template <class Store>
std::string broken_laws() {
  factory<Store> f;
  std::string names;
  for (const auto& l : laws::record_store_laws<factory<Store>>) try {
      laws::check(l, f);
    } catch (const laws::violation& v) {
      BOOST_TEST(std::string(v.what()).find(l.name) != std::string::npos);
      names += std::string(l.name) + '\n';
    }
  return names;
}

template <class Store>
std::string broken_ledger_laws() {
  factory<Store> f;
  std::string names;
  for (const auto& l : laws::site_ledger_laws<factory<Store>>) try {
      laws::check(l, f);
    } catch (const laws::violation& v) {
      BOOST_TEST_MESSAGE(v.what());
      names += std::string(l.name) + '\n';
    }
  return names;
}

// What a law says of a store; nothing if it is kept.
template <class Store>
std::string broken(void (*law)(factory<Store>&)) try {
  factory<Store> f;
  law(f);
  return "";
} catch (const laws::violation& v) {
  return v.what();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_can_be_broken)

BOOST_AUTO_TEST_CASE(by_nobody_who_is_right) { BOOST_TEST(broken_laws<memory::store>() == ""); }

BOOST_AUTO_TEST_CASE(by_a_feed_that_looks_at_modified_on_only) {
  const std::string broken = broken_laws<mistaken_store<looks_at_modified_on_only>>();
  BOOST_TEST(broken.find("since looks at arrival and modified_on\n") != std::string::npos);
  BOOST_TEST(broken.find("a peer misses nothing\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(by_a_feed_that_drops_equal_instants) {
  const std::string broken = broken_laws<mistaken_store<drops_equal_instants>>();
  BOOST_TEST(broken.find("changes come once, in commit order\n") != std::string::npos);
  BOOST_TEST(broken.find("a peer misses nothing\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(by_a_store_that_does_not_note_what_it_serves) {
  // With luck the threads of a third law notice it, too.
  const std::string broken = broken_laws<mistaken_store<does_not_note_what_it_serves>>();
  BOOST_TEST(broken.starts_with("what follows a served state arrives later\na peer misses nothing\n"));
}

BOOST_AUTO_TEST_CASE(by_a_store_that_rounds) {
  BOOST_TEST(broken_laws<written_by<makes_none>>() == "");
  BOOST_TEST(broken_laws<written_by<rounds>>().starts_with("every type comes back as written\n"));
}

BOOST_AUTO_TEST_CASE(by_a_ledger_that_loses_or_keeps_too_much) {
  BOOST_TEST(broken_ledger_laws<written_by<makes_none>>() == "");
  BOOST_TEST(broken_ledger_laws<written_by<replaces_tasks>>() == "progress is kept\n");
  BOOST_TEST(broken_ledger_laws<written_by<leaves_leases>>() == "the log outlives its repository\n");
}

// However threads are scheduled.
BOOST_AUTO_TEST_CASE(by_writers_that_overtake_each_other) {
  namespace d = laws::detail;
  for (int n = 0; n < 5; ++n) {
    BOOST_TEST(broken<memory::store>(&d::two_writers_lose_no_update) == "");
    BOOST_TEST(broken<memory::store>(&d::what_is_committed_late_is_not_skipped) == "");
    BOOST_TEST(broken<waits_for_nobody>(&d::two_writers_lose_no_update) != "");
    BOOST_TEST(broken<waits_for_nobody>(&d::what_is_committed_late_is_not_skipped) == "");
    BOOST_TEST(broken<counts_what_is_open>(&d::what_is_committed_late_is_not_skipped).find("slow") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
