#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/decision.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// One record on its way through the stages of an import. Each stage fills in its own part.
struct import_item {
  incoming_record* incoming = nullptr;
  resource_id resource = no_resource;
  /// Its element in the batch.
  std::uint32_t element = 0;
  /// Its master in the batch, or -1.
  std::int32_t parent = -1;
  /// It has components in the same element.
  bool has_parts = false;
  /// The master's resource, if it has one.
  resource_id master_resource = no_resource;
  /// The resources that it refers to, as a set of bits (`resource_bit`): most refer to none that the batch holds.
  std::uint64_t refers_to = 0;
  /// Its place among the uids, roughly: the first eight characters that differ between uids, as a number.
  std::uint64_t place = 0;

  /// By `identify`: the local twin.
  std::optional<found_record> local;
  /// By `identify`: how the contents compare, where the times are equal.
  content_order tie = content_order::unknown;
  /// By `identify`: the twin was found by a unique key or its place, so that its uid may be another one.
  bool other_uid = false;
  /// By `identify`: it was found by what it holds, so that it takes over the incoming uid where uids are synchronised.
  bool by_content = false;
  /// By `identify`: it was found by a rule that leaves what it finds as it is (`duplicate_rule::no_update`).
  bool match_only = false;
  /// By `decide`.
  decide_input input;
  decision outcome;
  /// By `apply`: where the record is now; none if it is not here.
  record_handle handle = record_handle::none;
  bool written = false;
  /// Skipped in a way that an Eden skips its components for, too.
  bool skipped = false;
  bool failed = false;
};

/// The bit of a resource in a set of resources; two may share one.
inline constexpr std::uint64_t resource_bit(resource_id resource) { return std::uint64_t{1} << (resource % 64); }

/// Calls `f(resource, uid)` for everything that a record needs to be there first, except its master.
template <class F>
void for_each_target(const incoming_record& in, F&& f) {
  for (const auto& v : in.content.fields) {
    if (const auto* one = std::get_if<reference>(&v)) {
      f(one->resource, one->target);
    } else if (const auto* many = std::get_if<std::vector<reference>>(&v)) {
      for (const auto& r : *many) f(r.resource, r.target);
    }
  }
  if (!in.content.replaced_by.empty()) f(in.content.resource, in.content.replaced_by);
}

/// The elements that are applied in one transaction, with an index by uid. Its memory is kept from batch to batch.
class import_batch {
 public:
  std::size_t size() const noexcept { return used_; }
  bool empty() const noexcept { return used_ == 0; }

  /// Takes over the records of an element and leaves in their place memory of an earlier batch.
  ///
  /// Precondition: none of them is in the batch already (`holds_any_of`).
  void take(incoming_element& e, std::int64_t quarantine_id) {
    if (used_ == elements_.size()) elements_.emplace_back();
    std::swap(elements_[used_].records, e);
    elements_[used_].quarantine_id = quarantine_id;
    ++used_;
    const auto first = items_.size();
    for (auto& r : elements_[used_ - 1].records) {
      import_item item;
      item.incoming = &r;
      item.resource = r.content.resource;
      item.element = static_cast<std::uint32_t>(used_ - 1);
      item.parent = r.parent < 0 ? -1 : static_cast<std::int32_t>(first) + r.parent;
      if (r.parent >= 0)
        item.master_resource = elements_[used_ - 1].records[static_cast<std::size_t>(r.parent)].content.resource;
      item.place = place_of(r.content.uuid.text());
      for_each_target(r, [&](resource_id resource, const uid&) { item.refers_to |= resource_bit(resource); });
      if (item.parent >= 0) items_[static_cast<std::size_t>(item.parent)].has_parts = true;
      items_.push_back(std::move(item));
      insert(static_cast<std::uint32_t>(items_.size() - 1));
    }
  }

  /// Whether a record of the element is in the batch already: then the batch has to be applied first.
  bool holds_any_of(const incoming_element& e) {
    for (const auto& r : e)
      if (find(r.content.resource, r.content.uuid) != nullptr) return true;
    return false;
  }

  std::vector<import_item>& items() noexcept { return items_; }

  /// The item of a record, if it is in this batch.
  import_item* find(resource_id resource, const uid& id) {
    // Most references lead to resources of which the batch holds no record.
    if ((held_ & resource_bit(resource)) == 0) return nullptr;
    for (std::size_t i = hash(resource, id) & (slots_.size() - 1); slots_[i] != 0; i = (i + 1) & (slots_.size() - 1)) {
      auto& item = items_[slots_[i] - 1];
      if (item.incoming->content.resource == resource && item.incoming->content.uuid == id) return &item;
    }
    return nullptr;
  }

  /// The resources of which it holds records, as a set of bits.
  std::uint64_t resources() const noexcept { return held_; }

  incoming_element& element(std::uint32_t i) { return elements_[i].records; }
  /// The quarantine entry that the element comes from, or 0.
  std::int64_t quarantine_id(std::uint32_t i) const { return elements_[i].quarantine_id; }

  void clear() {
    used_ = 0;
    items_.clear();
    slots_.assign(slots_.size(), 0);
    held_ = 0;
  }

 private:
  struct held {
    incoming_element records;
    std::int64_t quarantine_id = 0;
  };

  static std::uint64_t place_of(std::string_view id) {
    constexpr std::string_view urn = "urn:uuid:";
    if (id.starts_with(urn)) id.remove_prefix(urn.size());
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < 8; ++i) place = place << 8 | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0U);
    return place;
  }

  static std::size_t hash(resource_id resource, const uid& id) {
    return std::hash<uid>{}(id) ^ (std::size_t{resource} * 0x9e3779b9U);
  }

  // An open-addressing table of positions: no allocation for each record, and at most half full.
  void insert(std::uint32_t position) {
    if (items_.size() * 2 > slots_.size()) {
      slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0);
      for (std::uint32_t i = 0; i < position; ++i) place(i);
    }
    place(position);
  }
  void place(std::uint32_t position) {
    const auto& r = items_[position].incoming->content;
    held_ |= resource_bit(r.resource);
    std::size_t i = hash(r.resource, r.uuid) & (slots_.size() - 1);
    while (slots_[i] != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = position + 1;
  }

  std::vector<held> elements_;
  std::size_t used_ = 0;
  std::vector<import_item> items_;
  std::vector<std::uint32_t> slots_;  // position + 1 of an item, 0: free
  std::uint64_t held_ = 0;            // the resources of its records
};

}  // namespace edensync
