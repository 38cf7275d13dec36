#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/change_query.hpp"
#include "edensync/core/data_set.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/core/to_do_list.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The resources of the catalogue of public data sets: `sync_dataset` with its `sync_task`s, these with their
/// `sync_resource_filter`s.
///
/// They are part of no site's schema, and no document reaches the ledger through a site's importer: only here are they
/// written and read. Thread safety: immutable. Source: spec/protocol.md §9, spec/model.md §4–6.
inline const schema& catalogue_schema() {
  static constexpr std::array dataset{
      field_descriptor{.name = "code"}, field_descriptor{.name = "name"}, field_descriptor{.name = "archive_url"},
      field_descriptor{.name = "use_archive", .type = field_type::boolean},
      field_descriptor{.name = "comments", .type = field_type::text, .represented = true}};
  static constexpr std::array task{
      field_descriptor{.name = "resource_name"},
      field_descriptor{.name = "components", .type = field_type::boolean},
      field_descriptor{.name = "delete_input_files", .type = field_type::boolean},
      field_descriptor{.name = "human_readable", .type = field_type::boolean},
      field_descriptor{.name = "multiple_file", .type = field_type::boolean},
      field_descriptor{.name = "mode", .type = field_type::integer},
      field_descriptor{.name = "strategy", .type = field_type::list_string},
      field_descriptor{.name = "update_method", .type = field_type::integer},
      field_descriptor{.name = "update_policy", .represented = true},
      field_descriptor{.name = "conflict_policy", .represented = true},
      field_descriptor{.name = "dataset_id", .type = field_type::reference, .target = "sync_dataset"}};
  static constexpr std::array filter{
      field_descriptor{.name = "tablename"}, field_descriptor{.name = "filter_string"},
      field_descriptor{.name = "task_id", .type = field_type::reference, .target = "sync_task"}};
  static constexpr std::array tasks{component_descriptor{.resource = "sync_task", .key = "dataset_id"}};
  static constexpr std::array filters{component_descriptor{.resource = "sync_resource_filter", .key = "task_id"}};
  static constexpr std::array all{resource_descriptor{.name = "sync_dataset", .fields = dataset, .components = tasks},
                                  resource_descriptor{.name = "sync_task", .fields = task, .components = filters},
                                  resource_descriptor{.name = "sync_resource_filter", .fields = filter}};
  static const schema s = schema::make_any(all, {}).value();
  return s;
}

/// The numbers of its resources and of some of their fields.
namespace catalogue {
inline constexpr resource_id datasets = 0, tasks = 1, filters = 2;
inline constexpr std::uint32_t dataset_of_task = 10, task_of_filter = 2;

/// A task or filter of a public data set that is no more: what others are told of it.
struct removed {
  std::string resource;
  uid uuid;
  timestamp at{};
};

/// Where the ledger keeps them.
inline constexpr std::string_view removed_setting = "catalogue.removed";

template <class Ledger>
std::vector<removed> get_removed(Ledger& from) {
  std::vector<removed> all;
  const auto text = from.setting(removed_setting);
  boost::system::error_code bad;
  const auto list = text ? boost::json::parse(*text, bad) : boost::json::value();
  if (bad || !list.is_array()) return all;
  for (const auto& each : list.get_array())
    all.push_back({std::string(each.at(0).as_string()), uid(each.at(1).as_string()), timestamp{each.at(2).as_int64()}});
  return all;
}

template <class Ledger>
void set_removed(Ledger& into, const std::vector<removed>& all) {
  boost::json::array list;
  for (const auto& each : all) list.push_back(boost::json::array{each.resource, each.uuid.text(), each.at.seconds});
  into.set_setting(removed_setting, boost::json::serialize(list));
}

/// The names of the methods of a strategy, in Eden's order.
inline std::vector<std::string> names_of(const strategy& s) {
  std::vector<std::string> all;
  std::string text = to_text(s);
  for (std::string_view rest = text; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    all.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return all;
}
}  // namespace catalogue

/// The public data sets of this site as records, made from its ledger; models `record_reader`.
///
/// Tasks without a repository and data sets hosted here: nothing of a repository, its account or its tasks is in it.
/// Thread safety: one thread at a time.
class catalogue_reader {
 public:
  class cursor {
   public:
    explicit cursor(std::vector<const stored_record*> found) : found_(std::move(found)) {}
    bool next(stored_record& into) {
      if (at_ == found_.size()) return false;
      into = *found_[at_++];
      return true;
    }

   private:
    std::vector<const stored_record*> found_;
    std::size_t at_ = 0;
  };

  template <class Ledger>
  explicit catalogue_reader(Ledger& from) {
    for (const auto& d : from.datasets())
      if (d.repository == 0) add_dataset(d);
    for (const auto& t : from.tasks(0))
      if (!t.uuid.empty()) add_task(t);
    for (const auto& r : catalogue::get_removed(from)) {
      auto& gone = add(catalogue_schema().find(r.resource), r.uuid, r.at);
      gone.version.deleted = true;
    }
  }

  std::optional<found_record> find(resource_id resource, const uid& id) const {
    for (const auto& r : all_)
      if (r.resource == resource && r.uuid == id) return found_record{r.handle, r.version, r.sequence, r.origin};
    return std::nullopt;
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) const {
    std::vector<found_record> out;
    for (const auto& r : all_)
      if (out.size() < 2 && r.resource == resource && field < r.fields.size() && r.fields[field] == v)
        out.push_back({r.handle, r.version, r.sequence, r.origin});
    return out;
  }

  // Nothing is imported into the catalogue: nobody looks for a twin in it.
  std::optional<found_record> find_match(const match_query&) const { return std::nullopt; }

  void load(resource_id resource, record_handle h, stored_record& into) const {
    for (const auto& r : all_)
      if (r.resource == resource && r.handle == h) {
        into = r;
        return;
      }
    throw_failure(error::no_such_record);
  }

  cursor changes(const change_query& q) const {
    return select([&](const stored_record& r) {
      return r.resource == q.resource && r.sequence > q.after && (q.include_deleted || !r.version.deleted) &&
             (!q.since || r.version.modified_on >= q.since);
    });
  }

  std::uint64_t count(const change_query& q) const {
    auto all = changes(q);
    std::uint64_t n = 0;
    for (stored_record r; all.next(r);) ++n;
    return n;
  }

  cursor components(resource_id resource, std::uint32_t field, resource_id, std::span<const record_handle> masters,
                    sequence_number after) const {
    return select([&](const stored_record& r) {
      const auto* to = r.resource == resource && r.sequence > after && field < r.fields.size()
                           ? std::get_if<reference>(&r.fields[field])
                           : nullptr;
      return to != nullptr && std::find(masters.begin(), masters.end(), to->handle) != masters.end();
    });
  }

  std::vector<referrer> referrers(resource_id resource, record_handle h) const {
    std::vector<referrer> out;
    for (const auto& r : all_)
      for (std::uint32_t i = 0; i < r.fields.size(); ++i)
        if (const auto* to = std::get_if<reference>(&r.fields[i]); to && to->resource == resource && to->handle == h)
          out.push_back({r.resource, r.handle, i});
    return out;
  }

  sequence_number sequence() const { return all_.size(); }
  std::string epoch() const { return "catalogue"; }
  to_do_list spool() const { return {}; }

  /// The youngest time in it: what is changed now gets a later one, because others ask from a second later.
  std::optional<timestamp> youngest() const {
    std::optional<timestamp> out;
    for (const auto& r : all_) out = std::max(out, r.version.modified_on);
    return out;
  }

 private:
  stored_record& add(resource_id resource, const uid& id, std::optional<timestamp> at) {
    auto& r = all_.emplace_back();
    r.resource = resource;
    r.uuid = id;
    r.version.modified_on = at;
    r.version.mci = 0;
    r.handle = static_cast<record_handle>(all_.size());
    r.sequence = r.written = all_.size();
    return r;
  }

  static value text(const std::string& s) { return s.empty() ? value(null_value{}) : value(s); }

  value link_to(resource_id resource, const uid& id) const {
    const auto target = find(resource, id);
    return target ? value(reference{resource, id, target->handle}) : value(null_value{});
  }

  void add_dataset(const data_set& d) {
    auto& r = add(catalogue::datasets, d.uuid, d.modified_on);
    r.fields = {text(d.code), text(d.name), text(d.archive_url), d.use_archive, text(d.comments)};
    names_.emplace_back(d.id, d.uuid);
  }

  void add_task(const sync_task& t) {
    uid set;
    for (const auto& [id, name] : names_)
      if (id == t.dataset) set = name;
    const auto to = link_to(catalogue::datasets, set);
    auto& r = add(catalogue::tasks, t.uuid, t.modified_on);
    r.fields = {text(t.resource),
                t.components,
                t.delete_input_files,
                t.human_readable,
                false,
                static_cast<std::int64_t>(t.mode),
                catalogue::names_of(t.allowed),
                std::int64_t{1},
                std::string(to_text(t.update)),
                std::string(to_text(t.conflict)),
                to};
    const value task = reference{catalogue::tasks, t.uuid, r.handle};
    for (const auto& f : t.filters) {
      if (f.uuid.empty()) continue;
      auto& each = add(catalogue::filters, f.uuid, f.modified_on);
      each.fields = {text(f.table.empty() || f.table == "~" ? t.resource : f.table), text(f.query), task};
    }
  }

  template <class Wanted>
  cursor select(Wanted wanted) const {
    std::vector<const stored_record*> found;
    for (const auto& r : all_)
      if (wanted(r)) found.push_back(&r);
    return cursor(std::move(found));
  }

  // References to records stay valid while others are added.
  std::deque<stored_record> all_;
  std::vector<std::pair<dataset_id, uid>> names_;
};

static_assert(record_reader<catalogue_reader>);

}  // namespace edensync
