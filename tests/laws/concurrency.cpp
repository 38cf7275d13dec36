// The laws of several readers and writers can fail, and not only by luck.
#include "edensync/laws/concurrency.hpp"

#include "edensync/memory/store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace edensync;

namespace {

// Tells readers the number that an open transaction has come to: what it commits afterwards is passed over.
struct counts_ahead : memory::store {
  using memory::store::store;
  using number = std::shared_ptr<std::atomic<sequence_number>>;

  struct transaction : memory::transaction {
    transaction(memory::transaction&& t, number n) : memory::transaction(std::move(t)), last(std::move(n)) {}
    write_result insert(const record& r) { return count(memory::transaction::insert(r)); }
    write_result update(record_handle h, const record& r) { return count(memory::transaction::update(h, r)); }
    write_result count(write_result w) const {
      *last = sequence();
      return w;
    }
    number last;
  };
  struct reader : memory::snapshot {
    reader(memory::snapshot&& s, sequence_number n) : memory::snapshot(std::move(s)), last(n) {}
    sequence_number sequence() const { return std::max(last, memory::snapshot::sequence()); }
    sequence_number last;
  };

  transaction begin(const write_context& w) { return {memory::store::begin(w), last}; }
  reader snapshot() const { return {memory::store::snapshot(), *last}; }

  number last = std::make_shared<std::atomic<sequence_number>>(0);
};

// Reads the ledger as it is now, whenever the records were read.
struct reads_anew : memory::store {
  using memory::store::store;

  struct reader : memory::snapshot {
    reader(memory::snapshot&& s, memory::store all) : memory::snapshot(std::move(s)), whole(std::move(all)) {}
    auto setting(std::string_view key) const { return whole.snapshot().setting(key); }
    memory::store whole;
  };
  reader snapshot() const { return {memory::store::snapshot(), *this}; }
};

// Lets two writers begin at once, and writes what they told when they commit.
struct writes_late : memory::store {
  using memory::store::store;

  class transaction : public memory::snapshot {
   public:
    transaction(memory::store s, const write_context& w)
        : memory::snapshot(s.snapshot()), whole_(std::move(s)), context_(w) {}

    write_result insert(const record& r) {
      return later([r](memory::transaction& t) { (void)t.insert(r); }, record_handle{1});
    }
    write_result update(record_handle h, const record& r) {
      return later([h, r](memory::transaction& t) { (void)t.update(h, r); }, h);
    }
    write_result rename(resource_id resource, record_handle h, const uid& id) {
      return later([=](memory::transaction& t) { (void)t.rename(resource, h, id); }, h);
    }
    void set_setting(std::string key, std::string content) {
      later([=](memory::transaction& t) { t.set_setting(key, content); }, {});
    }
    void commit() {
      auto t = whole_.begin(context_);
      for (const auto& each : told_) each(t);
      t.commit();
    }

   private:
    record_handle later(std::function<void(memory::transaction&)> what, record_handle h) {
      told_.push_back(std::move(what));
      return h;
    }
    memory::store whole_;
    write_context context_;
    std::vector<std::function<void(memory::transaction&)>> told_;
  };

  // After the first one they begin two by two.
  transaction begin(const write_context& w) {
    transaction t(*this, w);
    if (both->first.exchange(false)) return t;
    both->barrier.arrive_and_wait();
    return t;
  }
  std::optional<transaction> try_begin(const write_context& w) { return begin(w); }

  struct pair {
    std::atomic<bool> first = true;
    std::barrier<> barrier{2};
  };
  std::shared_ptr<pair> both = std::make_shared<pair>();
};

struct notes_nothing : memory::store {
  using memory::store::store;
  auto serve() { return snapshot(); }
};

template <class Store>
struct concurrent_factory {
  static constexpr bool serves_while_writing = true;
  Store make(std::shared_ptr<const schema> resources) { return Store(std::move(resources)); }
};

// What a law says to a store; nothing if it is kept.
template <class Store>
std::string told_by(std::string_view name) {
  concurrent_factory<Store> f;
  for (const auto& l : laws::concurrency_laws<concurrent_factory<Store>>) try {
      if (l.name == name) laws::check(l, f);
    } catch (const laws::violation& v) {
      return v.what();
    }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_of_concurrency)

BOOST_AUTO_TEST_CASE(say_which_of_them_are_not_tried) {
  struct plain {
    memory::store make(std::shared_ptr<const schema> resources) { return memory::store(std::move(resources)); }
  } f;
  std::vector<std::string> told;
  laws::concurrency(f, [&](std::string_view name) {
    if (name.starts_with("NOT TRIED")) told.emplace_back(name);
  });
  BOOST_TEST(
      told == (std::vector<std::string>{"NOT TRIED: a served state is before what is open (the factory does not say "
                                        "`serves_while_writing`)",
                                        "NOT TRIED: two handles are one store (the factory has no `another`)"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_store_that_counts_what_is_not_committed) {
  BOOST_TEST(told_by<counts_ahead>("a feed does not pass an open transaction").find("knows everything") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_store_that_does_not_note_what_it_serves) {
  BOOST_TEST(told_by<notes_nothing>("a served state is before what is open").find("it arrives after") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_reader_that_reads_anew) {
  BOOST_TEST(told_by<reads_anew>("a reader sees one state while others write").find("and the ledger after he") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_broken_by_writers_that_do_not_see_each_other) {
  BOOST_TEST(told_by<writes_late>("two writers lose no update").find("sees what the one before has written") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
