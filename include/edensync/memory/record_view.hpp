#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/core/to_do_list.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/memory/core.hpp"
#include "edensync/schema/fits.hpp"
#include "edensync/schema/matches.hpp"

namespace edensync::memory::detail {

/// Fills in what a list of references does not keep: the handles of those targets that are here.
inline void resolve_lists(const state& now, stored_record& r) {
  for (value& v : r.fields)
    if (auto* list = std::get_if<std::vector<reference>>(&v))
      for (reference& to : *list) {
        if (to.resource == no_resource) continue;
        const auto& known = now.tables[to.resource]->by_uid;
        const auto it = known.find(to.target);
        to.handle = it == known.end() ? record_handle::none : it->second;
      }
}

/// Walks a resource in commit order, up to the last change at its beginning: what is written meanwhile is not waited for.
template <class Matches>
class cursor {
 public:
  cursor(core& c, const state& now, resource_id resource, sequence_number after, Matches matches)
      : core_(&c), now_(&now), resource_(resource), after_(after), until_(now.sequence), matches_(std::move(matches)) {}

  bool next(stored_record& into) {
    core_->count();
    const table& t = *now_->tables[resource_];
    for (auto it = t.by_sequence.upper_bound(after_); it != t.by_sequence.end() && it->first <= until_; ++it) {
      const row& r = *t.find(it->second);
      after_ = it->first;
      if (!matches_(r)) continue;
      into = r.content;
      resolve_lists(*now_, into);
      return true;
    }
    return false;
  }

 private:
  core* core_;
  const state* now_;
  resource_id resource_;
  sequence_number after_;
  sequence_number until_;
  Matches matches_;
};

struct matches_query {
  std::optional<timestamp> since;
  bool include_deleted = true;

  bool operator()(const row& r) const {
    if (r.content.version.deleted && !include_deleted) return false;
    return !since || *r.arrival >= *since || r.content.version.modified_on >= since;
  }
};

struct matches_master {
  std::uint32_t field = 0;
  resource_id of = no_resource;
  std::vector<record_handle> masters;

  bool operator()(const row& r) const {
    const auto* to = std::get_if<reference>(&r.content.fields[field]);
    return to != nullptr && to->resource == of &&
           std::find(masters.begin(), masters.end(), to->handle) != masters.end();
  }
};

/// Whether a field has this content. A record that is referred to is told by its resource, too: another may have its uid.
inline bool same_content(const value& kept, const value& v, resource_id target) {
  const auto* to = std::get_if<reference>(&kept);
  return kept == v && (to == nullptr || to->resource == target);
}

/// Reads the records of one state; models `record_reader`. What derives from it says which state, and keeps it alive.
class record_view {
 public:
  std::optional<found_record> find(resource_id resource, const uid& id) const {
    const table& t = read(resource);
    const auto it = t.by_uid.find(id);
    if (it == t.by_uid.end()) return std::nullopt;
    return found(*t.find(it->second));
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) const {
    const table& t = read(resource);
    std::vector<found_record> all;
    if (!has_content(v)) return all;
    const auto* to = std::get_if<reference>(&v);
    const resource_id target = to == nullptr ? no_resource : target_of((*core_->resources)[resource], field, *to);
    for (const bool deleted : {false, true})
      for (const auto& r : t.rows)
        if (all.size() < 2 && r->content.version.deleted == deleted &&
            same_content(r->content.fields.at(field), v, target))
          all.push_back(found(*r));
    return all;
  }

  std::optional<found_record> find_match(const match_query& q) const {
    for (const bool deleted : {false, true})
      for (const auto& r : read(q.resource).rows)
        if (r->content.version.deleted == deleted && matches((*core_->resources)[q.resource], r->content, q))
          return found(*r);
    return std::nullopt;
  }

  void load(resource_id resource, record_handle h, stored_record& into) const {
    const row* r = read(resource).find(h);
    if (r == nullptr) throw_failure(error::no_such_record);
    into = r->content;
    resolve_lists(*now_, into);
  }

  cursor<matches_query> changes(const change_query& q) const {
    read(q.resource);
    return {*core_, *now_, q.resource, q.after, {q.since, q.include_deleted}};
  }

  sequence_number arrived(timestamp since) const {
    sequence_number first = now_->sequence + 1;
    for (const auto& t : now_->tables)
      for (const auto& r : t->rows)
        if (*r->arrival >= since) first = std::min(first, r->content.sequence);
    return first;
  }

  cursor<matches_master> components(resource_id resource, std::uint32_t field, resource_id of,
                                    std::span<const record_handle> masters, sequence_number after) const {
    read(resource);
    return {*core_, *now_, resource, after, {field, of, {masters.begin(), masters.end()}}};
  }

  std::vector<referrer> referrers(resource_id resource, record_handle h) const {
    const row* target = read(resource).find(h);
    if (target == nullptr) throw_failure(error::no_such_record);
    std::vector<referrer> all;
    for (const auto& from : *core_->resources)
      for (std::uint32_t f = 0; f < from.fields().size(); ++f) {
        if (!from.may_point_to(f, resource)) continue;
        for (const auto& r : now_->tables[from.id()]->rows)
          if (points_to(r->content.fields[f], target->content)) all.push_back({from.id(), r->content.handle, f});
      }
    return all;
  }

  sequence_number sequence() const { return now_->sequence; }
  std::string epoch() const { return core_->epoch; }
  to_do_list spool() const { return {}; }

 protected:
  record_view(std::shared_ptr<core> c, const state* now) : core_(std::move(c)), now_(now) {}

  const table& read(resource_id resource) const {
    core_->count();
    if (resource >= now_->tables.size()) throw_failure(error::unknown_resource);
    return *now_->tables[resource];
  }

  static found_record found(const row& r) {
    return {r.content.handle, r.content.version, r.content.sequence, r.content.origin};
  }

  static bool points_to(const value& v, const stored_record& target) {
    if (const auto* to = std::get_if<reference>(&v))
      return to->resource == target.resource && to->handle == target.handle;
    if (const auto* list = std::get_if<std::vector<reference>>(&v))
      for (const reference& to : *list)
        if (to.target == target.uuid) return true;
    return false;
  }

  std::shared_ptr<core> core_;
  const state* now_;
};

}  // namespace edensync::memory::detail
