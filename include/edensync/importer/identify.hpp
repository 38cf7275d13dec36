#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/importer/batch.hpp"
#include "edensync/importer/compare.hpp"
#include "edensync/importer/record_search.hpp"
#include "edensync/importer/single_component.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Remembers where the records are that were last referred to, in bounded memory.
///
/// References of one document go to few records (countries, organisations), so a small direct-mapped table spares most
/// look-ups. Only records that are in the store are remembered.
class handle_cache {
 public:
  record_handle find(resource_id resource, const uid& id) const {
    const auto& s = slots_[slot(resource, id)];
    return s.resource == resource && s.id == id ? s.handle : record_handle::none;
  }
  void remember(resource_id resource, const uid& id, record_handle h) {
    auto& s = slots_[slot(resource, id)];
    s.resource = resource;
    s.id = id;
    s.handle = h;
  }
  void forget(resource_id resource, const uid& id) {
    auto& s = slots_[slot(resource, id)];
    if (s.resource == resource && s.id == id) s = {};
  }
  /// Forgets the records, because somebody else may have changed them, but not what documents call them.
  void clear() { slots_.assign(size, {}); }

  /// Notes that documents call a record by a uid that it does not have here. The first so many are known.
  void call(resource_id resource, const uid& id, record_handle h) {
    if (names_.size() < most_names) names_.insert_or_assign({resource, id}, h);
  }
  record_handle called(resource_id resource, const uid& id) const {
    const auto n = names_.empty() ? names_.end() : names_.find({resource, id});
    return n == names_.end() ? record_handle::none : n->second;
  }
  /// Forgets everything, after a transaction was rolled back.
  void reset() {
    clear();
    names_.clear();
  }

 private:
  static constexpr std::size_t size = 4096;
  static constexpr std::size_t most_names = 65536;
  struct entry {
    resource_id resource = no_resource;
    uid id;
    record_handle handle = record_handle::none;
  };
  static std::size_t slot(resource_id resource, const uid& id) {
    return (std::hash<uid>{}(id) ^ (std::size_t{resource} * 0x9e3779b9U)) % size;
  }
  std::vector<entry> slots_ = std::vector<entry>(size);
  std::map<std::pair<resource_id, uid>, record_handle> names_;
};

/// How the local twin of a record is looked for.
enum class twins : std::uint8_t {
  /// As Eden does: by unique keys, then by uid; the only component of its kind by its place.
  by_key_first,
  /// By uid alone: an edensync site knows the uids of its records.
  by_uid,
  /// By uid, then by unique keys.
  by_uid_then_key,
};

/// The stage that reads: finds the local twin of each record, and of each record that it refers to.
///
/// A twin is the one record that holds the same content in a unique field; else the one with the same uid; for the only
/// component of its kind, the first one under the same master (spec/import.md §4). Deleted records take part. If there is
/// none, and the record has no uid or uids are synchronised, the application's finder or the resource's `duplicate_rule`
/// is asked.
/// Between edensync sites the uid says who is meant. A key that was given to another record must not look like an edit of
/// the old one, and which of them has it is known when the whole document was seen: keys come last. Nor is a component
/// found by its place: `links_of_deleted::keep_single` sees to it that one is left.
template <class Reader>
class identify {
 public:
  /// `batch`: where the records may be that are called by another uid in the document than here.
  identify(Reader& reader, const schema& s, handle_cache& cache, twins how = twins::by_key_first,
           import_batch* batch = nullptr, twin_rules rules = {})
      : reader_(reader), schema_(s), cache_(cache), how_(how), batch_(batch), rules_(rules) {}

  /// Finds the twin of an item. `master`: where its master is, if it has one.
  void operator()(import_item& item, record_handle master) {
    loaded_ = false;
    item.other_uid = false;
    item.by_content = false;
    item.match_only = false;
    item.local = twin(item, master);
    item.handle = item.local ? item.local->handle : record_handle::none;
    item.tie = content_order::unknown;
  }

  /// Whether the twin is of the same moment, or the document tells none, so that only the contents tell the versions apart.
  static bool is_tie(const import_item& item) {
    if (!item.local || item.local->version.deleted != item.incoming->content.version.deleted) return false;
    const auto& theirs = item.incoming->content.version.modified_on;
    return item.local->version.modified_on && (!theirs || item.local->version.modified_on == theirs);
  }

  /// Compares the contents of a tie. Precondition: the item's references are resolved.
  void compare(import_item& item) {
    // What was read on the way is enough to tell that nothing changed; for which side comes first the uids are needed.
    if (loaded_ && order(item) == content_order::equal) {
      item.tie = content_order::equal;
      return;
    }
    const auto resource = item.incoming->content.resource;
    reader_.load(resource, item.handle, scratch_);
    // A reference that waits counts by its uid, as it does at the site that sent it.
    for (const auto& open : reader_.open_references_of(resource, item.handle))
      if (open.field < scratch_.fields.size() && is_null(scratch_.fields[open.field]))
        scratch_.fields[open.field] = reference{open.target_resource, open.target, record_handle::none};
    item.tie = order(item);
  }

  /// A record that is referred to: where it is, and whether it is a deleted one.
  struct target {
    record_handle handle = record_handle::none;
    bool deleted = false;
  };

  /// Notes what the document calls a record that has another uid here: what comes later refers to it by that.
  void note_name(const import_item& item) {
    const auto& content = item.incoming->content;
    if (item.other_uid && (item.written || !item.local->version.deleted))
      cache_.call(content.resource, content.uuid, item.handle);
  }

  /// Finds the target of a reference. Merged records are found as they are.
  ///
  /// What the document calls its records counts before what has such a uid here (spec/import.md §6).
  target find_target(resource_id resource, const uid& id) {
    if (resource == no_resource || id.empty()) return {};
    if (const auto named = cache_.called(resource, id); named != record_handle::none) return as_it_is(resource, named);
    if (const auto h = cache_.find(resource, id); h != record_handle::none) return {h, false};
    const auto found = reader_.find(resource, id);
    if (!found) {
      const auto* item = batch_ == nullptr ? nullptr : batch_->find(resource, id);
      if (item != nullptr && item->handle != record_handle::none) return as_it_is(resource, item->handle);
      return {};
    }
    // Deleted ones are rare and have to be looked at each time, because they may have been merged.
    if (!found->version.deleted) cache_.remember(resource, id, found->handle);
    return pointed_to(resource, found->handle, found->version.deleted);
  }

  /// The target that has this handle: none if it is deleted and the store has nothing left that could be pointed to. Then
  /// a reference to it waits, as it does for what is not here.
  target pointed_to(resource_id resource, record_handle h, bool deleted) {
    if constexpr (requires { reader_.can_be_pointed_to(resource, h); })
      if (deleted && !reader_.can_be_pointed_to(resource, h)) return {};
    return {h, deleted};
  }

 private:
  target as_it_is(resource_id resource, record_handle h) {
    stored_record now;
    reader_.load(resource, h, now);
    return pointed_to(resource, h, now.version.deleted);
  }

  content_order order(const import_item& item) {
    if (scratch_.version.deleted) {
      const auto& theirs = item.incoming->content.replaced_by;
      return scratch_.replaced_by == theirs  ? content_order::equal
             : scratch_.replaced_by < theirs ? content_order::local_first
                                             : content_order::incoming_first;
    }
    const auto& r = schema_[item.incoming->content.resource];
    return compare_content(r, scratch_, *item.incoming, [&](std::uint32_t field, const reference& to) {
      if (to.resource == no_resource || to.target.empty()) return true;  // it cannot be kept
      for (const auto& o : reader_.open_references_of(r.id(), item.handle))
        if (o.field == field && o.target_resource == to.resource && o.target == to.target) return true;
      return false;
    });
  }

  std::optional<found_record> twin(import_item& item, record_handle master) {
    const auto& in = *item.incoming;
    const bool by_uid_first = in.uid_given && (how_ != twins::by_key_first || in.content.version.deleted);
    if (by_uid_first) {
      const auto same = by_uid(in);
      if (same || in.content.version.deleted) return same;
    }
    if (in.single && how_ == twins::by_key_first && master != record_handle::none) {
      if (const auto first =
              single_component(reader_, in.content.resource, in.key_field, item.master_resource, master)) {
        item.other_uid = true;
        return found_record{first->handle, first->version, first->sequence, first->origin};
      }
    }
    if (!by_uid_first || how_ != twins::by_uid)
      if (const auto same = by_key(in); same && !(by_uid_first && same->version.deleted))
        return found_by_content(item, same);
    // One that was made here is known if the record is offered again, or the document names it twice.
    if (!by_uid_first)
      if (const auto same = by_uid(in)) return same;
    if (in.uid_given && !rules_.synchronise_uuids) return std::nullopt;
    const auto same = by_rule(in, item.master_resource, master);
    item.match_only =
        same && own_finder(in.content.resource) == nullptr && schema_[in.content.resource].duplicates()->no_update;
    return found_by_content(item, same);
  }

  static std::optional<found_record> found_by_content(import_item& item, const std::optional<found_record>& found) {
    item.other_uid = item.by_content = found.has_value();
    return found;
  }

  // The only record that has one of the unique contents.
  std::optional<found_record> by_key(const incoming_record& in) {
    const auto& r = schema_[in.content.resource];
    std::optional<found_record> only;
    for (std::uint32_t i = 0; i < r.fields().size() && i < in.content.fields.size(); ++i) {
      if (!r.field(i).unique || !has_content(in.content.fields[i])) continue;
      for (const auto& same : reader_.find_key(in.content.resource, i, in.content.fields[i])) {
        if (only && only->handle != same.handle) return std::nullopt;
        only = same;
      }
    }
    return only;
  }

  // The record that the application's finder, or else the resource's own rule, takes for the same.
  std::optional<found_record> by_rule(const incoming_record& in, resource_id of, record_handle master) {
    const auto resource = in.content.resource;
    const auto& r = schema_[resource];
    const auto finder = own_finder(resource);
    if (finder == nullptr && !r.duplicates()) return std::nullopt;
    record with_handles = in.content;
    for (auto& v : with_handles.fields) {
      if (auto* to = std::get_if<reference>(&v)) to->handle = find_target(to->resource, to->target).handle;
      if (auto* many = std::get_if<std::vector<reference>>(&v))
        for (auto& to : *many) to.handle = find_target(to.resource, to.target).handle;
    }
    if (master != record_handle::none) {
      if (with_handles.fields.size() <= in.key_field) with_handles.fields.resize(std::size_t{in.key_field} + 1);
      with_handles.fields[in.key_field] = reference{of, {}, master};
    }
    if (finder == nullptr) return by_fields(*r.duplicates(), with_handles);
    search here(reader_);
    const auto h = (*finder)(with_handles, here);
    if (h == record_handle::none) return std::nullopt;
    const auto found = here.load(resource, h);
    return found_record{h, found.version, found.sequence, found.origin};
  }

  const twin_finder* own_finder(resource_id resource) const {
    if (rules_.finders == nullptr) return nullptr;
    const auto own = rules_.finders->find(resource);
    return own == rules_.finders->end() ? nullptr : &own->second;
  }

  std::optional<found_record> by_fields(const duplicate_fields& rule, const record& in) {
    match_query q{in.resource, {}, rule.ignore_case, rule.ignore_deleted};
    const auto content = [&](std::uint32_t i) -> const value* {
      if (i >= in.fields.size() || !has_content(in.fields[i])) return nullptr;
      const auto* to = std::get_if<reference>(&in.fields[i]);
      return to != nullptr && to->handle == record_handle::none ? nullptr : &in.fields[i];
    };
    for (const auto i : rule.primary) {
      if (content(i) == nullptr) return std::nullopt;
      q.fields.push_back({i, *content(i)});
    }
    for (const auto i : rule.secondary)
      if (content(i) != nullptr) q.fields.push_back({i, *content(i)});
    return reader_.find_match(q);
  }

  // What a finder of the application's own may ask.
  class search final : public record_search {
   public:
    explicit search(Reader& r) : reader_(r) {}
    std::optional<found_record> find(resource_id resource, const uid& id) override {
      return reader_.find(resource, id);
    }
    std::vector<found_record> find_key(resource_id resource, std::uint32_t field, const value& v) override {
      return reader_.find_key(resource, field, v);
    }
    std::optional<found_record> find_match(const match_query& q) override { return reader_.find_match(q); }
    stored_record load(resource_id resource, record_handle h) override {
      stored_record r;
      reader_.load(resource, h, r);
      return r;
    }

   private:
    Reader& reader_;
  };

  std::optional<found_record> by_uid(const incoming_record& in) {
    if constexpr (requires { reader_.find_version(in.content.resource, in.content.uuid, timestamp{}, scratch_); }) {
      if (in.content.version.modified_on) {
        const auto found =
            reader_.find_version(in.content.resource, in.content.uuid, *in.content.version.modified_on, scratch_);
        loaded_ = found && found->version.modified_on == in.content.version.modified_on;
        return found;
      }
    }
    return reader_.find(in.content.resource, in.content.uuid);
  }

  Reader& reader_;
  const schema& schema_;
  handle_cache& cache_;
  twins how_;
  import_batch* batch_;
  twin_rules rules_;
  stored_record scratch_;
  bool loaded_ = false;  // what `find_version` reads of the twin is in `scratch_`
};

}  // namespace edensync
