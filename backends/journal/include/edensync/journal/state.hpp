#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "edensync/concepts/site_ledger.hpp"
#include "edensync/schema/fits.hpp"
#include "edensync/journal/encoder.hpp"
#include "edensync/journal/tree.hpp"

namespace edensync::journal {

namespace detail {

// By what an entry of a table is found.
template <class V>
struct key {
  using type = std::int64_t;
};
template <>
struct key<std::string> {
  using type = std::string;
};
template <>
struct key<stored_record> {
  using type = record_handle;
};
template <>
struct key<watermark> {
  using type = std::pair<task_id, direction>;
};
template <>
struct key<first_change> {
  using type = timestamp;
};

template <class... V>
struct table_list {
  using trees = std::tuple<tree<typename key<V>::type, V>...>;
  template <template <class> class Of>
  using each = std::tuple<Of<V>...>;
};

}  // namespace detail

template <class V>
using key_of = typename detail::key<V>::type;

/// What the store keeps, a table for each type of entry. Their order is that of the file: append only. `std::string` is a
/// setting; of `counters` there is one, under 0.
using tables = detail::table_list<counters, first_change, stored_record, std::string, repository, sync_task, sync_job,
                                  run_state, data_set, watermark, resume_state, lease, quarantine_entry, open_reference,
                                  decision_entry, log_entry>;

/// One state of the store: its tables, and what is looked up in them. A copy is a snapshot of it, and costs nothing.
///
/// Handles are counted through all resources. Records keep the uids of references in lists only, and handles of single ones.
class state {
 public:
  /// Fields are numbers; this one stands for `replaced_by`.
  static constexpr std::uint32_t survivor = 0xffffffff;

  explicit state(std::shared_ptr<const edensync::schema> resources) : resources_(std::move(resources)) {
    table<counters>().put(0, {});
  }

  const edensync::schema& schema() const { return *resources_; }

  template <class V>
  const tree<key_of<V>, V>& all() const {
    return std::get<tree<key_of<V>, V>>(tables_);
  }
  const counters& count() const { return *all<counters>().find(0); }

  template <class V>
  void put(key_of<V> k, V v) {
    erase<V>(k);
    index(k, v, [](auto& t, const auto& at, const auto& to) { t.put(at, to); });
    table<V>().put(k, std::move(v));
  }
  template <class V>
  void erase(key_of<V> k) {
    const V* old = all<V>().find(k);
    if (old == nullptr) return;
    index(k, *old, [](auto& t, const auto& at, const auto&) { t.erase(at); });
    table<V>().erase(k);
  }

  /// The record of a handle in a resource; null if there is none.
  const stored_record* record_of(resource_id resource, record_handle h) const {
    const auto* r = all<stored_record>().find(h);
    return r != nullptr && r->resource == resource ? r : nullptr;
  }
  const stored_record* record_of(resource_id resource, const uid& id) const {
    const auto* h = uids_.find({resource, id});
    return h == nullptr ? nullptr : all<stored_record>().find(*h);
  }

  /// The first record of a resource that was written after `n`; null if there is none.
  const stored_record* next(resource_id resource, sequence_number n) const {
    const auto* e = order_.after({resource, n});
    return e == nullptr || e->first.first != resource ? nullptr : all<stored_record>().find(e->second);
  }

  /// Tells the handles of all records with a content that is indexed: of a unique field, a reference (also in a list), or
  /// the survivor.
  template <class Tell>
  void having(resource_id resource, std::uint32_t field, const std::string& content, Tell&& tell) const {
    const auto same = contents_;  // the listener may write
    for (auto at = content_key(resource, field, content, record_handle::none);;) {
      const auto* e = same.after(at);
      if (e == nullptr || std::tie(std::get<0>(e->first), std::get<1>(e->first), std::get<2>(e->first)) !=
                              std::tie(resource, field, content))
        return;
      at = e->first;
      tell(std::get<3>(at));
    }
  }
  bool is_indexed(resource_id resource, std::uint32_t field) const {
    const auto& f = schema()[resource].field(field);
    return f.unique || f.type == field_type::reference;
  }

  /// The content of a field as it stands in the index.
  std::string content_of(resource_id resource, std::uint32_t field, const value& v) const {
    if (const auto* to = std::get_if<reference>(&v))
      return content_of(target_of(schema()[resource], field, *to), to->handle);
    encoder e(schema());
    e.put_value(v);
    return e.bytes();
  }
  static std::string content_of(resource_id to, record_handle h) {
    return std::to_string(to) + '/' + std::to_string(static_cast<std::int64_t>(h));
  }

  /// By record and field, who waits; by record and text, what is in quarantine; by resource, uid (of a twin, too)
  /// and number, what was decided.
  const auto& waiting() const { return waiting_; }
  const auto& refused() const { return refused_; }
  const auto& decided() const { return decided_; }
  static auto refused_key(const quarantine_entry& q) {
    return std::tuple(q.repository, q.task, q.resource, q.uuid, q.uuid.empty() ? q.payload : std::string());
  }

 private:
  using content_key = std::tuple<resource_id, std::uint32_t, std::string, record_handle>;

  template <class V>
  tree<key_of<V>, V>& table() {
    return std::get<tree<key_of<V>, V>>(tables_);
  }

  // What follows from an entry, told to `change` as tree, key and value: put when it comes, erased when it goes.
  template <class Key, class V, class Change>
  void index(const Key& k, const V& v, Change&& change) {
    if constexpr (std::is_same_v<V, stored_record>) {
      change(uids_, std::pair(v.resource, v.uuid), k);
      change(order_, std::pair(v.resource, v.sequence), k);
      const auto content = [&](std::uint32_t field, const std::string& text) {
        change(contents_, content_key(v.resource, field, text, k), std::monostate());
      };
      if (!v.replaced_by.empty()) content(survivor, v.replaced_by.text());
      for (std::uint32_t f = 0; f < v.fields.size(); ++f) {
        if (const auto* list = std::get_if<std::vector<reference>>(&v.fields[f]))
          for (const auto& to : *list) content(f, to.target.text());
        else if (has_content(v.fields[f]) && is_indexed(v.resource, f))
          content(f, content_of(v.resource, f, v.fields[f]));
      }
    } else if constexpr (std::is_same_v<V, open_reference>) {
      change(waiting_, std::tuple(v.resource, v.record, v.field), k);
    } else if constexpr (std::is_same_v<V, quarantine_entry>) {
      change(refused_, refused_key(v), k);
    } else if constexpr (std::is_same_v<V, decision_entry>) {
      change(decided_, std::tuple(v.resource, v.uuid, k), std::monostate());
      if (!v.twin.empty()) change(decided_, std::tuple(v.resource, v.twin, k), std::monostate());
    }
  }

  std::shared_ptr<const edensync::schema> resources_;
  tables::trees tables_;
  tree<std::pair<resource_id, uid>, record_handle> uids_;
  tree<std::pair<resource_id, sequence_number>, record_handle> order_;
  tree<content_key, std::monostate> contents_;
  tree<std::tuple<resource_id, record_handle, std::uint32_t>, std::int64_t> waiting_;
  tree<std::tuple<repository_id, task_id, std::string, uid, std::string>, std::int64_t> refused_;
  tree<std::tuple<std::string, uid, std::int64_t>, std::monostate> decided_;
};

}  // namespace edensync::journal
