#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/repository.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/schema/describe.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/site/log_queue.hpp"
#include "edensync/site/parts.hpp"
#include "edensync/site/task_filters.hpp"
#include "edensync/site/writer.hpp"

namespace edensync {

/// What a site tells about itself.
struct site_settings {
  /// Its host name: written to the root of documents, and cut off from uids (spec/s3xml.md §5).
  std::string domain = "localhost";
  /// Its public URL; may be empty.
  std::string url{};
  /// Peers that are no edensync sites are told who made and owns a record, as Eden does: everybody who may pull learns
  /// these e-mail addresses (X15).
  bool authors = false;
  /// Under the conflict policy MASTER no foreign change wins where the record was created (`import_options`).
  bool strict_master = false;
  /// Elements of a document that are taken in one transaction. More: faster, but other writers wait longer.
  std::size_t batch_elements = import_options{}.batch_elements;
  /// Files of upload fields that are longer are not fetched, and no more than so many in one run. Who takes
  /// longer than so many seconds for one is not listened to any more.
  std::uint64_t upload_bytes = std::uint64_t{64} << 20;
  std::int64_t upload_seconds = 900;
  std::uint64_t uploads_per_run = 1000;
  /// A peer whose clock differs by more seconds is worth a warning.
  std::int64_t clock_skew = 5;
};

namespace detail {

// The way from a store's exceptions to results; nothing else of the engine may catch them.
template <class F>
auto guarded(F&& f) -> result<decltype(f())> {
  try {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      return {};
    } else {
      return f();
    }
  } catch (const failure_exception& e) {
    return e.why();
  } catch (const std::exception& e) {
    return make_failure(error::store_failed, e.what());
  }
}

}  // namespace detail

/// A site: its records, as an application reads and writes them, and what it knows of its peers.
///
/// `active_site` and `passive_site` are the two roles that it can take towards them, both at once if need be.
/// Errors: everything that touches the store gives a `result`. Lifetime: store, clock and uid source outlive the site.
/// Thread safety: as its store, clock and uid source; rules are set before it is shared.
template <class Parts>
class site {
  static_assert(detail::check_parts<Parts>::value);

 public:
  using parts = Parts;
  using store_type = typename Parts::store;
  using clock_type = typename Parts::clock;
  using uid_source_type = typename Parts::uid_source;
  using file_store_type = typename detail::file_store_of<Parts>::type;
  using transaction = decltype(std::declval<store_type&>().begin(write_context{}));
  using writer = site_writer<transaction, uid_source_type>;

  site(store_type& store, const schema& s, clock_type& clock, uid_source_type& uids, site_settings settings = {})
      : store_(store), schema_(s), clock_(clock), uids_(uids), settings_(std::move(settings)) {}
  site(const site&) = delete;
  site& operator=(const site&) = delete;

  /// Entries of the log that still wait are written now, even if that means to wait for another writer.
  ~site() {
    (void)write_waiting([this] { return std::optional<transaction>(store_.begin(context())); });
  }

  /// This site's identifier: made at the first call, and never again.
  result<uid> uuid() {
    return detail::guarded([&] {
      if (const auto known = store_.snapshot().setting("uuid")) return uid(*known);
      auto t = store_.begin(context());
      if (const auto known = t.setting("uuid")) return uid(*known);
      const uid made = uids_.make();
      t.set_setting("uuid", made.text());
      t.commit();
      return made;
    });
  }

  /// Runs `f(writer&)` in one transaction: all that it writes is there afterwards, or nothing if it fails or throws.
  template <std::invocable<writer&> F>
  result<void> write(F&& f) {
    auto done = detail::guarded([&] {
      const auto c = context();
      auto t = store_.begin(c);
      writer w(t, schema_, uids_, c.now);
      f(w);
      t.commit();
    });
    if (done) (void)flush_log();
    return done;
  }

  /// One record in a transaction of its own; see `site_writer`.
  template <described_struct T>
  result<uid> put(T each) {
    auto done = write([&](writer& w) { w.put(each); });
    if (!done) return done.error();
    return each.uuid;
  }
  template <described_struct T>
  result<void> erase(const uid& id) {
    return write([&](writer& w) { w.template erase<T>(id); });
  }
  template <described_struct T>
  result<void> merge(const uid& survivor, const uid& duplicate) {
    return write([&](writer& w) { w.template merge<T>(survivor, duplicate); });
  }

  /// A live record; none if it is not here or deleted.
  template <described_struct T>
  result<std::optional<T>> get(const uid& id) {
    return detail::guarded([&]() -> std::optional<T> {
      auto s = store_.snapshot();
      const auto r = schema_.find(resource<T>::name);
      const auto found = r == no_resource ? std::nullopt : s.find(r, id);
      if (!found || found->version.deleted) return std::nullopt;
      stored_record stored;
      s.load(r, found->handle, stored);
      return from_record<T>(stored);
    });
  }

  /// Calls `f(const T&)` for each live record, in the order of the last changes; stops when it returns false.
  template <described_struct T, class F>
  result<void> for_each(F&& f) {
    return detail::guarded([&] {
      auto s = store_.snapshot();
      auto all = s.changes({schema_.find(resource<T>::name), 0, std::nullopt, false});
      stored_record stored;
      while (all.next(stored)) {
        const T each = from_record<T>(stored);
        if constexpr (std::is_void_v<decltype(f(each))>) {
          f(each);
        } else if (!f(each)) {
          return;
        }
      }
    });
  }

  /// The live records for which `wanted(const T&)` holds.
  template <described_struct T, std::predicate<const T&> Wanted>
  result<std::vector<T>> query(Wanted wanted) {
    std::vector<T> out;
    auto done = for_each<T>([&](const T& each) {
      if (wanted(each)) out.push_back(each);
    });
    if (!done) return done.error();
    return out;
  }

  /// Sets a conflict rule of one's own: `rule(const T& ours, const T& theirs)` says whether theirs is taken.
  ///
  /// It is asked when both sides changed a record since they last agreed. It must be pure.
  template <described_struct T, std::predicate<const T&, const T&> Rule>
  void on_conflict(Rule rule) {
    rules_[schema_.find(resource<T>::name)] = [rule](const record& ours, const record& theirs, const decide_input&) {
      return rule(from_record<T>(ours), from_record<T>(theirs));
    };
  }

  /// Sets a rule of one's own by which a record is recognised that has no uid in common with its twin:
  /// `find(const T& theirs, record_search& here)` gives the handle of the record that it is, deleted or not, or none.
  ///
  /// It stands in place of the `duplicate_rule` of the resource, and is asked for records without a uid, and for all
  /// where uids are synchronised (`repository::synchronise_uuids`).
  template <described_struct T, std::invocable<const T&, record_search&> Find>
  void identify_by(Find find) {
    identify_by(schema_.find(resource<T>::name), [find](const record& theirs, record_search& here) -> record_handle {
      return find(from_record<T>(theirs), here);
    });
  }
  /// The same for any resource.
  void identify_by(resource_id resource, twin_finder find) { finders_[resource] = std::move(find); }

  /// From here on upload fields travel: their files are fetched into this store and served from it, which outlives the
  /// site. To be set before the site is shared. Without it upload fields are neither read nor written.
  void keep_files_in(file_store_type& files) requires detail::has_file_store<Parts> { files_ = &files; }
  /// Null if upload fields do not travel.
  file_store_type* files() const noexcept { return files_; }

  /// Adds a repository, or changes it if it has an id; gives the id.
  result<repository_id> put(const repository& r) {
    return ledger([&](auto& t) { return t.put_repository(r); });
  }
  result<std::vector<repository>> repositories() {
    return detail::guarded([&] { return store_.snapshot().repositories(); });
  }
  /// Adds a task, or changes it if it has an id; gives the id. Errors: `unknown_resource`; `bad_filter` for a filter that
  /// cannot be understood.
  result<task_id> put(const sync_task& task) {
    if (auto good = check_filters(task, schema_, now()); !good) return good.error();
    return ledger([&](auto& t) { return t.put_task(task); });
  }
  result<std::vector<sync_task>> tasks(repository_id r) {
    return detail::guarded([&] { return store_.snapshot().tasks(r); });
  }
  result<std::vector<log_entry>> log(std::size_t limit, repository_id r = 0) {
    if constexpr (can_try) (void)flush_log();
    return detail::guarded([&] { return store_.snapshot().log(r, limit); });
  }
  result<std::vector<quarantine_entry>> quarantine(std::size_t limit, repository_id r = 0) {
    return detail::guarded([&] { return store_.snapshot().quarantined(r, 0, limit); });
  }
  /// The decisions on one record, newest first; with an empty uid, those in which somebody lost something.
  result<std::vector<decision_entry>> decisions(std::string_view resource, const uid& id, std::size_t limit) {
    return detail::guarded([&] { return store_.snapshot().decisions(resource, id, limit); });
  }

  /// Runs `f(transaction&)` and commits: for what belongs to the ledger.
  template <class F>
  auto ledger(F&& f) -> result<std::invoke_result_t<F&, transaction&>> {
    // What waits is older and stands before what is written here, unless somebody else is writing.
    if constexpr (can_try) (void)flush_log();
    auto done = detail::guarded([&] {
      auto t = store_.begin(context());
      if constexpr (std::is_void_v<std::invoke_result_t<F&, transaction&>>) {
        f(t);
        t.commit();
      } else {
        auto out = f(t);
        t.commit();
        return out;
      }
    });
    if (done) (void)flush_log();
    return done;
  }

  /// The same if nobody else is writing, so that it need not wait; whether it was done. Where the store cannot tell
  /// (record_store) it waits.
  template <class F>
  result<bool> try_ledger(F&& f) {
    return detail::guarded([&] {
      auto t = begin_if_free();
      if (!t) return false;
      f(*t);
      t->commit();
      return true;
    });
  }

  /// Writes an entry of the log, and if asked to the time of the repository's last contact; `push`: which one it tells of
  /// (`unlogged_push`).
  ///
  /// It waits for no other writer: what cannot be written now is kept in memory, up to `log_queue::limit` entries, and
  /// written with the next transaction of this site that commits, or at its end.
  void note(log_entry e, bool contact = false, std::string push = {}) {
    (void)detail::guarded([&] { waiting_.add({std::move(e), contact, std::move(push)}); });
    (void)flush_log();
  }

  /// Writes the entries of the log that wait. Errors: store_locked if somebody else writes; they go on waiting.
  result<void> flush_log() {
    return write_waiting([this] { return begin_if_free(); });
  }

  store_type& store() noexcept { return store_; }
  const schema& resources() const noexcept { return schema_; }
  const site_settings& settings() const noexcept { return settings_; }
  timestamp now() { return clock_.now(); }
  uid make_uid() { return uids_.make(); }
  write_context context() { return {clock_.now(), this_site}; }
  const std::map<resource_id, conflict_rule>& rules() const noexcept { return rules_; }
  const std::map<resource_id, twin_finder>& finders() const noexcept { return finders_; }

 private:
  // Whether the store can say that somebody else writes instead of waiting (record_store).
  static constexpr bool can_try = requires(store_type & s, const write_context& w) {
    { s.try_begin(w) } -> std::same_as<std::optional<transaction>>;
  };

  std::optional<transaction> begin_if_free() {
    if constexpr (can_try)
      return store_.try_begin(context());
    else
      return store_.begin(context());
  }

  template <class Begin>
  result<void> write_waiting(Begin begin) {
    return detail::guarded([&] {
      // One at a time: whoever comes second finds what the first one could not write.
      const std::lock_guard guard(flushing_);
      auto lines = waiting_.take();
      if (lines.lines.empty()) return;
      try {
        std::optional<transaction> t = begin();
        if (!t) throw_failure(error::store_locked);
        log_queue::write(*t, lines);
        t->commit();
      } catch (...) {
        waiting_.give_back(std::move(lines));
        throw;
      }
    });
  }

  store_type& store_;
  const schema& schema_;
  clock_type& clock_;
  uid_source_type& uids_;
  site_settings settings_;
  std::map<resource_id, conflict_rule> rules_;
  std::map<resource_id, twin_finder> finders_;
  file_store_type* files_ = nullptr;
  std::mutex flushing_;
  log_queue waiting_;
};

/// The number of the site's last decision: those with higher numbers came later. 0 also if the store cannot tell.
template <class Parts>
std::int64_t last_decision(site<Parts>& s) {
  const auto known = detail::guarded([&] { return s.store().snapshot().last_decision(); });
  return known ? *known : 0;
}

}  // namespace edensync
