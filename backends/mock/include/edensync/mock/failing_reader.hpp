#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "edensync/concepts/record_store.hpp"
#include "edensync/mock/store_faults.hpp"

namespace edensync::mock {

namespace detail {

template <class Cursor>
struct failing_cursor {
  Cursor inner;
  std::shared_ptr<store_faults> faults;

  bool next(stored_record& into) {
    faults->note("next");
    return inner.next(into);
  }
};

template <class Spool>
struct failing_spool {
  Spool inner;
  std::shared_ptr<store_faults> faults;

  bool add(const spool_entry& e) {
    faults->note("spool");
    return inner.add(e);
  }
  std::optional<spool_entry> next() {
    faults->note("spool");
    return inner.next();
  }
};

template <class R>
concept finds_versions = requires(R r, resource_id resource, const uid& id, timestamp moment, stored_record& into) {
  r.find_version(resource, id, moment, into);
};
template <class R>
concept counts_changes = requires(R r, const change_query& q) {
  r.count(q);
};
template <class R>
concept knows_arrivals = requires(R r, timestamp moment) {
  r.arrived(moment);
};

}  // namespace detail

/// A snapshot or transaction of another store, each operation of which can fail. Made by `failing_store`.
///
/// What a store offers beyond its concept it offers as well; that does not fail, unless the engine uses it.
template <class Reader>
class failing_reader : public Reader {
 public:
  failing_reader(Reader&& r, std::shared_ptr<store_faults> faults) : Reader(std::move(r)), faults_(std::move(faults)) {}

  decltype(auto) find(resource_id resource, const uid& id) {
    note("find");
    return Reader::find(resource, id);
  }
  decltype(auto) find_key(resource_id resource, std::uint32_t field, const value& v) {
    note("find_key");
    return Reader::find_key(resource, field, v);
  }
  decltype(auto) find_match(const match_query& q) {
    note("find_match");
    return Reader::find_match(q);
  }
  decltype(auto) load(resource_id resource, record_handle h, stored_record& into) {
    note("load");
    return Reader::load(resource, h, into);
  }
  decltype(auto) referrers(resource_id resource, record_handle h) {
    note("referrers");
    return Reader::referrers(resource, h);
  }
  decltype(auto) sequence() {
    note("sequence");
    return Reader::sequence();
  }
  decltype(auto) epoch() {
    note("epoch");
    return Reader::epoch();
  }
  auto changes(const change_query& q) {
    note("changes");
    return detail::failing_cursor<decltype(Reader::changes(q))>{Reader::changes(q), faults_};
  }
  auto components(resource_id resource, std::uint32_t field, resource_id of, std::span<const record_handle> masters,
                  sequence_number after) {
    note("components");
    return detail::failing_cursor<decltype(Reader::components(resource, field, of, masters, after))>{
        Reader::components(resource, field, of, masters, after), faults_};
  }
  auto spool() {
    note("spool");
    return detail::failing_spool<decltype(Reader::spool())>{Reader::spool(), faults_};
  }

  // Optional operations, where the other store has them.
  auto find_version(resource_id resource, const uid& id, timestamp moment,
                    stored_record& into) requires detail::finds_versions<Reader> {
    note("find_version");
    return Reader::find_version(resource, id, moment, into);
  }
  auto count(const change_query& q) requires detail::counts_changes<Reader> {
    note("count");
    return Reader::count(q);
  }
  auto arrived(timestamp moment) requires detail::knows_arrivals<Reader> {
    note("arrived");
    return Reader::arrived(moment);
  }

  decltype(auto) setting(std::string_view key) {
    note("setting");
    return Reader::setting(key);
  }
  decltype(auto) repositories() {
    note("repositories");
    return Reader::repositories();
  }
  decltype(auto) find_repository(const uid& id) {
    note("find_repository");
    return Reader::find_repository(id);
  }
  decltype(auto) tasks(repository_id r) {
    note("tasks");
    return Reader::tasks(r);
  }
  decltype(auto) jobs(repository_id r) {
    note("jobs");
    return Reader::jobs(r);
  }
  decltype(auto) get_run(repository_id r) {
    note("get_run");
    return Reader::get_run(r);
  }
  decltype(auto) datasets() {
    note("datasets");
    return Reader::datasets();
  }
  decltype(auto) get_watermark(task_id task, direction d) {
    note("get_watermark");
    return Reader::get_watermark(task, d);
  }
  decltype(auto) get_resume(task_id task) {
    note("get_resume");
    return Reader::get_resume(task);
  }
  decltype(auto) get_lease(repository_id r) {
    note("get_lease");
    return Reader::get_lease(r);
  }
  decltype(auto) quarantined(repository_id r, std::int64_t after, std::size_t limit) {
    note("quarantined");
    return Reader::quarantined(r, after, limit);
  }
  decltype(auto) count_quarantined(repository_id r) {
    note("count_quarantined");
    return Reader::count_quarantined(r);
  }
  decltype(auto) open_references(std::int64_t after, std::size_t limit) {
    note("open_references");
    return Reader::open_references(after, limit);
  }
  decltype(auto) open_references_of(resource_id resource, record_handle h) {
    note("open_references_of");
    return Reader::open_references_of(resource, h);
  }
  decltype(auto) count_open_references() {
    note("count_open_references");
    return Reader::count_open_references();
  }
  decltype(auto) decisions(std::string_view table, const uid& id, std::size_t limit) {
    note("decisions");
    return Reader::decisions(table, id, limit);
  }
  decltype(auto) last_decision() {
    note("last_decision");
    return Reader::last_decision();
  }
  decltype(auto) decisions_between(repository_id r, std::int64_t after, std::int64_t until, std::size_t limit) {
    note("decisions_between");
    return Reader::decisions_between(r, after, until, limit);
  }
  decltype(auto) log(repository_id r, std::size_t limit) {
    note("log");
    return Reader::log(r, limit);
  }
  decltype(auto) log_after(repository_id r, std::int64_t after, std::size_t limit) {
    note("log_after");
    return Reader::log_after(r, after, limit);
  }

 protected:
  void note(std::string_view operation) const { faults_->note(operation); }

 private:
  std::shared_ptr<store_faults> faults_;
};

}  // namespace edensync::mock
