// The laws can fail: each store here is wrong in one way, and the law that says so is named.
#include "edensync/memory/store.hpp"
#include "edensync/laws/record_store.hpp"
#include "edensync/laws/site_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

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

BOOST_AUTO_TEST_SUITE_END()
