#pragma once

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "edensync/journal/decoder.hpp"
#include "edensync/journal/file.hpp"
#include "edensync/journal/state.hpp"

namespace edensync::journal {

struct options {
  /// How long `begin` and `compact` wait for the writer before.
  std::chrono::milliseconds patience{5000};
  /// What writes; for tests.
  std::shared_ptr<file_calls> calls = std::make_shared<file_calls>();
};

namespace detail {

// A type for each table, though their keys are often the same.
template <class V>
struct keys : std::set<key_of<V>> {};

}  // namespace detail

/// What a transaction has changed: in each table, by key.
using changed_keys = tables::each<detail::keys>;

/// What the store, its snapshots and its transactions share: the file, the last state, and whose turn it is.
///
/// Thread safety: may be shared.
class core {
 public:
  core(const std::filesystem::path& path, std::shared_ptr<const edensync::schema> resources, options o)
      : options_(std::move(o)), file_(path, options_.calls) {
    state s(std::move(resources));
    file_.replay([&](std::string_view content) { apply(s, content); });
    check(s);
    if (s.count().epoch.empty()) {
      counters first = s.count();
      first.epoch = boost::uuids::to_string(boost::uuids::random_generator()());
      s.put<counters>(0, std::move(first));
      append(s, just_counters());
    }
    last_ = std::make_shared<const state>(std::move(s));
  }

  const std::filesystem::path& path() const { return file_.path(); }

  std::shared_ptr<const state> last() const {
    const std::lock_guard lock(last_mutex_);
    return last_;
  }

  void check_place() const {
    const std::lock_guard lock(file_mutex_);
    file_.check_place();
  }

  /// Waits for its turn to write. Errors, thrown: `store_locked`.
  void enter() {
    std::unique_lock lock(turn_mutex_);
    if (!turn_ended_.wait_for(lock, options_.patience, [&] { return !writing_; }))
      throw_failure(error::store_locked, path().string() + ": somebody else writes");
    writing_ = true;
  }
  bool try_enter() {
    const std::lock_guard lock(turn_mutex_);
    return !std::exchange(writing_, true);
  }
  void leave() noexcept {
    {
      const std::lock_guard lock(turn_mutex_);
      writing_ = false;
    }
    turn_ended_.notify_one();
  }

  /// The last state, after it was noted how young a record it may hold.
  std::shared_ptr<const state> serve() {
    const std::lock_guard lock(file_mutex_);
    const auto now = last();
    if (now->count().served == now->count().youngest) return now;
    state s = *now;
    counters c = s.count();
    c.served = c.youngest;
    s.put<counters>(0, std::move(c));
    append(s, just_counters());
    return publish(std::move(s));
  }

  /// Makes a state the last one. Precondition: the caller has the turn, and made it of the last one but for what `serve`
  /// has noted since then.
  void commit(state s, changed_keys changed, timestamp began) {
    const std::lock_guard lock(file_mutex_);
    const counters before = last()->count();
    counters c = s.count();
    c.served = before.served;
    s.put<counters>(0, c);
    if (c.sequence != before.sequence) arrive(s, changed, began, before.sequence);
    if (!append(s, changed)) return;
    publish(std::move(s));
  }

  /// Notes the arrival of what is written after a change; also the one before, if it was served meanwhile.
  static void arrive(state& s, changed_keys& changed, timestamp began, sequence_number before) {
    counters c = s.count();
    if (const auto* own = s.all<first_change>().last(); own != nullptr && own->second.number > before) {
      began = std::max(began, own->first);
      std::get<detail::keys<first_change>>(changed).insert(own->first);
      s.erase<first_change>(own->first);
    }
    if (c.arrival) began = std::max(began, *c.arrival);
    if (c.served) began = std::max(began, *c.served + 1);
    c.arrival = began;
    s.put<counters>(0, std::move(c));
    std::get<detail::keys<counters>>(changed).insert(0);
    if (s.all<first_change>().find(began) != nullptr) return;
    s.put<first_change>(began, {before + 1});
    std::get<detail::keys<first_change>>(changed).insert(began);
  }

  /// Writes the last state into a fresh file.
  void compact() {
    enter();
    try {
      const std::lock_guard lock(file_mutex_);
      file_.replace([&](auto&& append) { write_all(*last(), append); });
    } catch (...) {
      leave();
      throw;
    }
    leave();
  }

 private:
  static changed_keys just_counters() {
    changed_keys changed;
    std::get<detail::keys<counters>>(changed).insert(0);
    return changed;
  }

  std::shared_ptr<const state> publish(state s) {
    auto fresh = std::make_shared<const state>(std::move(s));
    const std::lock_guard lock(last_mutex_);
    return last_ = std::move(fresh);
  }

  // One change: the table's number, the key, and what stands there now or that nothing does.
  template <std::size_t I, class V>
  static void encode(encoder& to, const key_of<V>& k, const V* v) {
    to.put(I);
    to.put(k);
    to.put(v != nullptr);
    if (v != nullptr) to.put(*v);
  }

  template <std::size_t I>
  using entry_at =
      std::remove_cvref_t<decltype(std::declval<std::tuple_element_t<I, tables::trees>>().first()->second)>;

  template <class Each>
  static void each_table(Each&& each) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (each(std::integral_constant<std::size_t, I>()), ...); }
    (std::make_index_sequence<std::tuple_size_v<tables::trees>>());
  }

  bool append(const state& s, const changed_keys& changed) {
    encoder e(s.schema());
    each_table([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      using V = entry_at<I>;
      for (const auto& k : std::get<I>(changed)) encode<I, V>(e, k, s.all<V>().find(k));
    });
    if (!e.bytes().empty()) file_.append(e.bytes());
    return !e.bytes().empty();
  }

  template <class Append>
  static void write_all(const state& s, Append&& append) {
    constexpr std::size_t enough = 1 << 20;
    encoder e(s.schema());
    each_table([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      using V = entry_at<I>;
      const auto& all = s.all<V>();
      for (const auto* at = all.first(); at != nullptr; at = all.after(at->first)) {
        encode<I, V>(e, at->first, &at->second);
        if (e.bytes().size() < enough) continue;
        append(e.bytes());
        e.clear();
      }
    });
    if (!e.bytes().empty()) append(e.bytes());
  }

  static void apply(state& s, std::string_view content) {
    for (decoder d(s.schema(), content); !d.at_end();) {
      std::size_t table = 0;
      d.get(table);
      bool known = false;
      each_table([&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        if (I != table) return;
        known = true;
        using V = entry_at<I>;
        key_of<V> k{};
        bool there = false;
        d.get(k);
        d.get(there);
        if (!there) return s.erase<V>(k);
        V v{};
        d.get(v);
        if constexpr (std::is_same_v<V, stored_record>) v.handle = k;
        s.put<V>(k, std::move(v));
      });
      if (!known) throw_failure(error::store_failed, "journal: a newer version wrote this file");
    }
  }

  // What the views rely on: that somebody counts, and that references lead to records.
  static void check(const state& s) {
    bool sound = s.all<counters>().find(0) != nullptr;
    const auto& records = s.all<stored_record>();
    for (const auto* e = records.first(); e != nullptr; e = records.after(e->first))
      for (const value& v : e->second.fields)
        if (const auto* to = std::get_if<reference>(&v))
          sound = sound && s.record_of(to->resource, to->handle) != nullptr;
    if (!sound) throw_failure(error::store_damaged, "journal: entries contradict each other");
  }

  options options_;
  file file_;
  std::shared_ptr<const state> last_;
  mutable std::mutex file_mutex_;
  mutable std::mutex last_mutex_;
  std::mutex turn_mutex_;
  std::condition_variable turn_ended_;
  bool writing_ = false;
};

}  // namespace edensync::journal
