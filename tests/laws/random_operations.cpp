// Random operations find a store that is wrong in one way, and say so with the few operations that are needed for it.
#include "edensync/laws/random_operations.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace edensync;

namespace {

// Writes as `Transaction` does it.
template <class Transaction>
struct writing_store : memory::store {
  using memory::store::store;
  Transaction begin(const write_context& w) { return Transaction(memory::store::begin(w)); }
};

struct right : memory::transaction {
  explicit right(memory::transaction&& t) : memory::transaction(std::move(t)) {}
};

struct touches_nothing : right {
  using right::right;
  void touch(resource_id, record_handle) {}
};

// Takes what was not told for told to be empty.
struct empties_what_is_absent : right {
  using right::right;
  write_result update(record_handle h, record r) {
    r.fields.resize(laws::sample::make_schema()->operator[](r.resource).fields().size());
    for (std::size_t f = 2; f < r.fields.size(); ++f)
      if (is_absent(r.fields[f])) r.fields[f] = null_value{};
    return memory::transaction::update(h, r);
  }
};

// A patch that counts as the writer's own version.
struct patch_takes_the_origin : right {
  using right::right;
  write_result patch(resource_id resource, record_handle h, std::uint32_t field, const value& v) {
    stored_record r;
    load(resource, h, r);
    record one;
    one.resource = resource;
    one.version.deleted = r.version.deleted;
    one.replaced_by = r.replaced_by;
    laws::sample::with(one, field, v);
    return memory::transaction::update(h, one);
  }
};

struct begins_quarantine_anew : right {
  using right::right;
  std::int64_t add_quarantine(quarantine_entry q) {
    for (const auto& there : quarantined(q.repository, 0, 100))
      if (there.uuid == q.uuid) erase_quarantine(there.id);
    return memory::transaction::add_quarantine(std::move(q));
  }
};

// Leaves what is to go with a repository, or with a data set.
struct keeps_jobs : right {
  using right::right;
  void erase_repository(repository_id id) {
    const auto orphans = jobs(id);
    memory::transaction::erase_repository(id);
    for (const auto& j : orphans) put_job(j);
  }
};
struct keeps_tasks_of_a_data_set : right {
  using right::right;
  void erase_dataset(dataset_id id) {
    std::vector<sync_task> its = tasks(0);
    for (const auto& r : repositories())
      for (auto& t : tasks(r.id)) its.push_back(std::move(t));
    for (auto& t : its)
      if (std::exchange(t.dataset, 0) == id) put_task(t);
    memory::transaction::erase_dataset(id);
  }
};
struct begins_runs_anew : right {
  using right::right;
  void set_run(run_state r) {
    if (get_run(r.repository).runs == 0) memory::transaction::set_run(std::move(r));
  }
};

// Commits what it should drop.
struct keeps_what_is_dropped : right {
  using right::right;
  keeps_what_is_dropped(keeps_what_is_dropped&& t) noexcept : right(std::move(t)), own_(std::exchange(t.own_, false)) {}
  ~keeps_what_is_dropped() {
    if (own_) memory::transaction::commit();
  }
  void commit() {
    own_ = false;
    memory::transaction::commit();
  }

 private:
  bool own_ = true;
};

// Does not note what it gave to a peer.
struct serves_without_a_note : memory::store {
  using memory::store::store;
  memory::snapshot serve() { return snapshot(); }
};

template <class Store>
struct model_like {
  static constexpr bool serves_while_writing = true;
  Store make(std::shared_ptr<const schema> resources) { return Store(std::move(resources)); }
};

template <class Store>
std::string found(std::size_t most = laws::random_run().sequences) {
  model_like<Store> f;
  try {
    laws::random_operations(f, {.sequences = most});
  } catch (const laws::violation& v) {
    BOOST_TEST_MESSAGE(v.what());
    return v.what();
  }
  return "";
}

// The lines between the first and the two that tell the difference.
auto operations(const std::string& found) { return std::count(found.begin(), found.end(), '\n') - 2; }

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_random_operations)

BOOST_AUTO_TEST_CASE(find_nothing_where_nothing_is_wrong) { BOOST_TEST(found<memory::store>(5) == ""); }

BOOST_AUTO_TEST_CASE(find_a_touch_that_does_nothing) {
  const auto words = found<writing_store<touches_nothing>>();
  BOOST_TEST(words.find("\n  touch law_") != std::string::npos, words);
  BOOST_TEST(operations(words) == 2, words);
}

BOOST_AUTO_TEST_CASE(find_an_update_that_empties_what_is_absent) {
  const auto words = found<writing_store<empties_what_is_absent>>();
  BOOST_TEST(words.find("\n  update law_site") != std::string::npos, words);
  BOOST_TEST(operations(words) == 2, words);
}

BOOST_AUTO_TEST_CASE(find_a_patch_that_takes_the_origin) {
  const auto words = found<writing_store<patch_takes_the_origin>>();
  BOOST_TEST(words.find("\n  patch law_") != std::string::npos, words);
  BOOST_TEST(operations(words) == 2, words);
}

BOOST_AUTO_TEST_CASE(find_a_quarantine_that_counts_no_attempts) {
  const auto words = found<writing_store<begins_quarantine_anew>>();
  BOOST_TEST(words.find("\n  add_quarantine ") != std::string::npos, words);
  BOOST_TEST(operations(words) == 2, words);
}

BOOST_AUTO_TEST_CASE(find_jobs_runs_and_data_sets_that_are_not_kept_as_they_should_be) {
  const auto jobs = found<writing_store<keeps_jobs>>();
  BOOST_TEST(jobs.find("\n  put_job ") != std::string::npos, jobs);
  BOOST_TEST(operations(jobs) == 3, jobs);
  const auto sets = found<writing_store<keeps_tasks_of_a_data_set>>();
  BOOST_TEST(sets.find("\n  erase_dataset ") != std::string::npos, sets);
  BOOST_TEST(operations(sets) <= 4, sets);
  const auto runs = found<writing_store<begins_runs_anew>>();
  BOOST_TEST(runs.find("\n  set_run ") != std::string::npos, runs);
  BOOST_TEST(operations(runs) == 3, runs);
}

BOOST_AUTO_TEST_CASE(find_a_transaction_that_is_not_dropped) {
  const auto words = found<writing_store<keeps_what_is_dropped>>();
  BOOST_TEST(words.find("\n  drop\n") != std::string::npos, words);
  BOOST_TEST(operations(words) <= 4, words);
}

BOOST_AUTO_TEST_CASE(find_a_store_that_does_not_note_what_it_serves) {
  const auto words = found<serves_without_a_note>();
  BOOST_TEST(words.find("\n  serve") != std::string::npos, words);
  BOOST_TEST(operations(words) <= 4, words);
}

BOOST_AUTO_TEST_SUITE_END()
