#include "edensync/journal/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

using namespace edensync::journal;

namespace {

// A key that counts how often keys are compared.
struct counted_key {
  int number = 0;
  static inline int comparisons = 0;
  friend bool operator<(const counted_key& a, const counted_key& b) {
    ++comparisons;
    return a.number < b.number;
  }
};

template <class Key, class Value>
std::map<Key, Value> told(const tree<Key, Value>& t) {
  std::map<Key, Value> all;
  for (const auto* e = t.first(); e != nullptr; e = t.after(e->first)) all.insert(*e);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journal_tree)

BOOST_AUTO_TEST_CASE(it_is_a_map_whose_copies_stay_as_they_were) {
  std::mt19937 random(1);
  tree<int, int> t;
  std::map<int, int> model;
  for (int step = 0; step < 2000; ++step) {
    const int k = static_cast<int>(random() % 200);
    const auto copy = t;
    const auto before = step % 50 == 0 ? told(copy) : std::map<int, int>();
    if (random() % 3 != 0) {
      t.put(k, step);
      model[k] = step;
    } else {
      t.erase(k);
      model.erase(k);
    }
    if (step % 50 == 0) BOOST_TEST((told(copy) == before));
    const auto above = model.upper_bound(k), from = model.lower_bound(k);
    const auto same = [&](const auto* e, auto at) {
      return e == nullptr ? at == model.end() : at != model.end() && *e == *at;
    };
    BOOST_TEST((same(t.after(k), above) && same(t.from(k), from)));
    BOOST_TEST((from == model.begin() ? t.before(k) == nullptr : same(t.before(k), std::prev(from))));
    BOOST_TEST((t.find(k) != nullptr) == model.contains(k));
    BOOST_TEST((model.empty() ? t.last() == nullptr : same(t.last(), std::prev(model.end()))));
  }
  BOOST_TEST((told(t) == model));
}

BOOST_AUTO_TEST_CASE(it_is_never_much_higher_than_it_need_be) {
  tree<counted_key, int> t;
  for (int n = 0; n < 4096; ++n) t.put({n}, n);
  for (int n = 0; n < 4096; n += 2) t.erase({n});
  for (int n = 1; n < 4096; n += 2) {
    counted_key::comparisons = 0;
    BOOST_TEST((t.find({n}) != nullptr));
    BOOST_TEST(counted_key::comparisons <= 18);  // 1.44 log2 of their number, and one to see whether it is the same
  }
}

BOOST_AUTO_TEST_SUITE_END()
