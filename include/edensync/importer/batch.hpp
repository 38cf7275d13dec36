#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edensync/core/decision.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

/// One record on its way through the stages of an import. Each stage fills in its own part.
struct import_item {
  incoming_record* incoming = nullptr;
  /// Its element in the batch.
  std::uint32_t element = 0;
  /// Its master in the batch, or -1.
  std::int32_t parent = -1;

  /// By `identify`: the local twin.
  std::optional<found_record> local;
  /// By `identify`: how the contents compare, where the times are equal.
  content_order tie = content_order::unknown;
  /// By `decide`.
  decide_input input;
  decision outcome;
  /// By `apply`: where the record is now; none if it is not here.
  record_handle handle = record_handle::none;
  bool written = false;
  bool failed = false;
};

/// The elements that are applied in one transaction, with an index by uid. Its memory is kept from batch to batch.
class import_batch {
 public:
  std::size_t size() const noexcept { return used_; }
  bool empty() const noexcept { return used_ == 0; }

  /// Takes over the records of an element and leaves in their place memory of an earlier batch.
  void take(incoming_element& e, std::int64_t quarantine_id) {
    if (used_ == elements_.size()) elements_.emplace_back();
    std::swap(elements_[used_].records, e);
    elements_[used_].quarantine_id = quarantine_id;
    ++used_;
  }

  /// Whether a record of the element is in the batch already: then the batch has to be applied first.
  bool holds_any_of(const incoming_element& e) const {
    for (const auto& r : e)
      if (index_.contains({r.content.resource, r.content.uuid.text()})) return true;
    return false;
  }

  /// Adds the last element taken to the index and the list of items.
  void index_last() {
    auto& records = elements_[used_ - 1].records;
    const auto first = items_.size();
    for (auto& r : records) {
      import_item item;
      item.incoming = &r;
      item.element = static_cast<std::uint32_t>(used_ - 1);
      item.parent = r.parent < 0 ? -1 : static_cast<std::int32_t>(first) + r.parent;
      index_.emplace(key{r.content.resource, r.content.uuid.text()}, static_cast<std::uint32_t>(items_.size()));
      items_.push_back(std::move(item));
    }
  }

  std::vector<import_item>& items() noexcept { return items_; }

  /// The item of a record, if it is in this batch.
  import_item* find(resource_id resource, const uid& id) {
    const auto it = index_.find({resource, id.text()});
    return it == index_.end() ? nullptr : &items_[it->second];
  }

  incoming_element& element(std::uint32_t i) { return elements_[i].records; }
  /// The quarantine entry that the element comes from, or 0.
  std::int64_t quarantine_id(std::uint32_t i) const { return elements_[i].quarantine_id; }

  void clear() {
    used_ = 0;
    index_.clear();
    items_.clear();
  }

 private:
  struct held {
    incoming_element records;
    std::int64_t quarantine_id = 0;
  };
  // The text is that of the record itself, which stays where it is until `clear`.
  struct key {
    resource_id resource;
    std::string_view text;
    friend bool operator==(const key&, const key&) = default;
  };
  struct key_hash {
    std::size_t operator()(const key& k) const noexcept { return std::hash<std::string_view>{}(k.text) ^ k.resource; }
  };

  std::vector<held> elements_;
  std::size_t used_ = 0;
  std::unordered_map<key, std::uint32_t, key_hash> index_;
  std::vector<import_item> items_;
};

}  // namespace edensync
