#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/record.hpp"
#include "edensync/exporter/recent_records.hpp"
#include "edensync/protocol/url_filter.hpp"

namespace edensync {

/// Says of one record after the other whether it passes a filter, reading what the filter's joins lead to.
///
/// A record passes if there are records at the ends of all joins for which every term holds, as in a query with left
/// joins: where a join leads nowhere its columns are null. Deleted records are at the end of none. Nothing is
/// materialised: components are read from a cursor, one at a time, until one fits.
/// Errors: throws as the reader does. Lifetime: reader and schema outlive it. Thread safety: one thread at a time.
template <record_reader Reader>
class filter_evaluator {
 public:
  /// `recent`: may be shared by evaluators of the same reader.
  filter_evaluator(Reader& r, url_filter f, std::shared_ptr<recent_records<Reader>> recent)
      : reader_(r), filter_(std::move(f)), recent_(std::move(recent)), rows_(filter_.joins().size()) {}

  bool operator()(const stored_record& r) {
    rows_[0].at = &r;
    const bool passes = holds_until(0) && joined(1);
    for (auto& row : rows_) row.kept.reset();
    return passes;
  }

 private:
  using truth = detail::truth;
  // A hierarchy is not deeper; a circle in it has an end.
  static constexpr int depth = 64;

  struct row {
    const stored_record* at = nullptr;
    std::shared_ptr<const stored_record> kept{};
    stored_record read{};
  };

  bool joined(std::size_t join) {
    if (join == rows_.size()) return true;
    const auto& j = filter_.joins()[join];
    const auto* from = rows_[j.from].at;
    const auto* step = from == nullptr || from->version.deleted ? nullptr : j.step_from(from->resource);
    auto& row = rows_[join];
    const auto* list = step == nullptr || j.backward ? nullptr : list_in(*from, step->field);
    if (list != nullptr) {
      bool any = false;
      for (const auto& to : *list) {
        row.kept = target(to);
        if (!row.kept) continue;
        any = true;
        row.at = row.kept.get();
        if (holds_until(join) && joined(join + 1)) return true;
      }
      if (any) return false;
    } else if (step != nullptr && !j.backward) {
      row.kept = target(*from, step->field);
      row.at = row.kept.get();
      return holds_until(join) && joined(join + 1);
    }
    if (step != nullptr && j.backward) {
      bool any = false;
      auto all = reader_.components(step->to, step->field, from->resource, std::array{from->handle}, 0);
      while (all.next(row.read)) {
        if (row.read.version.deleted) continue;
        any = true;
        row.at = &row.read;
        if (holds_until(join) && joined(join + 1)) return true;
      }
      if (any) return false;
    }
    row.at = nullptr;
    return holds_until(join) && joined(join + 1);
  }

  // The live record that a field refers to.
  std::shared_ptr<const stored_record> target(const stored_record& from, std::uint32_t field) {
    const auto* to = field < from.fields.size() ? std::get_if<reference>(&from.fields[field]) : nullptr;
    return to == nullptr ? nullptr : target(*to);
  }
  std::shared_ptr<const stored_record> target(const reference& to) {
    if (to.resource == no_resource || to.handle == record_handle::none) return nullptr;
    auto found = recent_->load(to.resource, to.handle);
    return found->version.deleted ? nullptr : found;
  }

  static const std::vector<reference>* list_in(const stored_record& from, std::uint32_t field) {
    return field < from.fields.size() ? std::get_if<std::vector<reference>>(&from.fields[field]) : nullptr;
  }

  // Whether all terms hold that need this join and none behind it.
  bool holds_until(std::size_t join) {
    for (const auto& t : filter_.terms())
      if (t.last == join && holds(t) != true) return false;
    return true;
  }

  truth holds(const url_filter::term& t) {
    truth any = false;
    for (const auto& a : t.alternatives) any = detail::any_of(any, holds(a));
    return t.inverted ? detail::not_of(any) : any;
  }

  truth holds(const url_filter::alternative& a) {
    const auto* r = rows_[a.join].at;
    const auto& c = a.condition_for(r);
    if (!a.knows(r)) return c.is(nullptr);
    switch (c.descent) {
      case url_filter::descent::none: return c.is(r);
      case url_filter::descent::of_record: return holds_upwards(*r, c.is);
      case url_filter::descent::of_target: return holds_upwards_of_target(*r, c.is);
    }
    return std::nullopt;
  }

  truth holds_upwards(const stored_record& r, const filter_condition& is) {
    if (is(&r) == true) return true;
    auto above = parent(r);
    for (int i = 0; above && i < depth; ++i, above = parent(*above))
      if (is(above.get()) == true) return true;
    return false;
  }

  std::shared_ptr<const stored_record> parent(const stored_record& r) {
    return r.version.deleted ? nullptr : target(r, *filter_.resources()[r.resource].hierarchy());
  }

  // The members are numbers of records, of which one has to be referred to or stand above one that is.
  truth holds_upwards_of_target(const stored_record& r, const filter_condition& is) {
    const auto own = is(&r);
    if (own == true || r.version.deleted) return own;
    const auto among = [&](const reference& to) {
      if (to.handle == record_handle::none || to.resource == no_resource) return false;
      filter_condition number = is;
      number.column = {filter_column::part::id, 0, field_type::bigint};
      return holds_upwards(*recent_->load(to.resource, to.handle), number) == true;
    };
    const auto& v = r.fields[is.column.index];
    if (const auto* to = std::get_if<reference>(&v)) return among(*to);
    if (const auto* list = std::get_if<std::vector<reference>>(&v))
      for (const auto& to : *list)
        if (among(to)) return true;
    return own;
  }

  Reader& reader_;
  url_filter filter_;
  std::shared_ptr<recent_records<Reader>> recent_;
  std::vector<row> rows_;
};

}  // namespace edensync
