#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/change_query.hpp"
#include "edensync/core/match_query.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/to_do_list.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/schema/matches.hpp"
#include "edensync/journal/state.hpp"

namespace edensync::journal {

/// Copies a record as it is kept, and says of each reference where it leads now.
inline void give(const state& from, const stored_record& kept, stored_record& into) {
  into = kept;
  for (value& v : into.fields) {
    if (auto* to = std::get_if<reference>(&v)) {
      to->target = from.all<stored_record>().find(to->handle)->uuid;
    } else if (auto* list = std::get_if<std::vector<reference>>(&v)) {
      for (reference& each : *list) {
        const auto* there = from.record_of(each.resource, each.target);
        each.handle = there == nullptr ? record_handle::none : there->handle;
      }
    }
  }
}

/// Gives the records of one query in the state in which it was asked, which it keeps.
class cursor {
 public:
  /// Tells the next record of a state, null after the last.
  using source = std::function<const stored_record*(const state&)>;

  cursor(state at, source next) : at_(std::move(at)), next_(std::move(next)) {}

  bool next(stored_record& into) {
    const stored_record* r = next_(at_);
    if (r != nullptr) give(at_, *r, into);
    return r != nullptr;
  }

 private:
  state at_;
  source next_;
};

/// Reads the records of one state; models `record_reader`.
///
/// What is asked for by uid, sequence number, unique field or reference is looked up; contents of other fields are looked for
/// in all records of the resource.
class record_view {
 public:
  std::optional<found_record> find(resource_id resource, const uid& id) const {
    const auto* r = now_->record_of(resource, id);
    return r == nullptr ? std::nullopt : std::optional(found(*r));
  }

  std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) const {
    std::vector<found_record> live, gone;
    const auto tell = [&](const stored_record& r) {
      auto& all = r.version.deleted ? gone : live;
      if (all.size() < 2) all.push_back(found(r));
    };
    if (!has_content(v)) return live;
    if (now_->is_indexed(resource, field))
      now_->having(resource, field, now_->content_of(resource, field, v),
                   [&](record_handle h) { tell(*now_->record_of(resource, h)); });
    else
      each_of(resource, [&](const stored_record& r) {
        if (r.fields[field] == v) tell(r);
      });
    live.insert(live.end(), gone.begin(), gone.end());
    live.resize(std::min<std::size_t>(live.size(), 2));
    return live;
  }

  std::optional<found_record> find_match(const match_query& q) const {
    const stored_record* best = nullptr;
    const auto rank = [](const stored_record& r) { return std::pair(r.version.deleted, r.handle); };
    each_of(q.resource, [&](const stored_record& r) {
      if (matches(schema()[q.resource], r, q) && (best == nullptr || rank(r) < rank(*best))) best = &r;
    });
    return best == nullptr ? std::nullopt : std::optional(found(*best));
  }

  void load(resource_id resource, record_handle h, stored_record& into) const { give(*now_, kept(resource, h), into); }

  /// The same as `find`; a record of this moment is read, but for what follows from its references' handles.
  std::optional<found_record> find_version(resource_id resource, const uid& id, timestamp moment,
                                           stored_record& into) const {
    const auto* r = now_->record_of(resource, id);
    if (r == nullptr) return std::nullopt;
    if (r->version.modified_on == moment) into = *r;
    return found(*r);
  }

  cursor changes(const change_query& q) const { return {*now_, changed(q)}; }

  std::uint64_t count(const change_query& q) const {
    std::uint64_t n = 0;
    for (const auto next = changed(q); next(*now_) != nullptr;) ++n;
    return n;
  }

  sequence_number arrived(timestamp since) const {
    const auto* first = now_->all<first_change>().from(since);
    return first == nullptr ? sequence() + 1 : first->second.number;
  }

  cursor components(resource_id resource, std::uint32_t field, resource_id of, std::span<const record_handle> masters,
                    sequence_number after) const {
    std::vector<record_handle> all;
    for (const record_handle master : masters)
      now_->having(resource, field, state::content_of(of, master), [&](record_handle h) {
        if (now_->record_of(resource, h)->sequence > after) all.push_back(h);
      });
    return {*now_, [all = std::move(all), at = std::size_t{0}](const state& s) mutable {
              return at == all.size() ? nullptr : s.all<stored_record>().find(all[at++]);
            }};
  }

  std::vector<referrer> referrers(resource_id resource, record_handle h) const {
    std::vector<referrer> all;
    const auto* to = now_->record_of(resource, h);
    if (to == nullptr) return all;
    for (const auto& r : schema())
      for (std::uint32_t f = 0; f < r.fields().size(); ++f) {
        if (!r.may_point_to(f, resource)) continue;
        const bool list = r.field(f).type == field_type::list_reference;
        now_->having(r.id(), f, list ? to->uuid.text() : state::content_of(resource, h), [&](record_handle from) {
          all.push_back({r.id(), from, f});
        });
      }
    return all;
  }

  sequence_number sequence() const { return now_->count().sequence; }
  std::string epoch() const { return now_->count().epoch; }
  to_do_list spool() const { return {}; }

 protected:
  explicit record_view(std::shared_ptr<const state> now) : now_(std::move(now)) {}

  const state& now() const { return *now_; }
  const edensync::schema& schema() const { return now_->schema(); }

  const stored_record& kept(resource_id resource, record_handle h) const {
    const auto* r = now_->record_of(resource, h);
    if (r == nullptr) throw_failure(error::no_such_record, std::to_string(static_cast<std::int64_t>(h)));
    return *r;
  }

 private:
  static found_record found(const stored_record& r) { return {r.handle, r.version, r.sequence, r.origin}; }

  cursor::source changed(const change_query& q) const {
    // Whatever has this number or a higher one arrived in time.
    return [q, first = q.since ? arrived(*q.since) : 0, at = q.after](const state& s) mutable {
      const stored_record* r = s.next(q.resource, at);
      for (; r != nullptr; r = s.next(q.resource, at)) {
        at = r->sequence;
        const bool young = at >= first || (r->version.modified_on && *r->version.modified_on >= *q.since);
        if (young && (q.include_deleted || !r->version.deleted)) break;
      }
      return r;
    };
  }

  template <class Look>
  void each_of(resource_id resource, Look&& look) const {
    for (const auto* r = now_->next(resource, 0); r != nullptr; r = now_->next(resource, r->sequence)) look(*r);
  }

  std::shared_ptr<const state> now_;
};

}  // namespace edensync::journal
