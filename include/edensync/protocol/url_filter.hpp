#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/protocol/filter_condition.hpp"
#include "edensync/protocol/filter_joins.hpp"
#include "edensync/protocol/filter_key.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The filter of one table: what several terms ask for, all of which have to hold for the same joined records.
///
/// Pure: what lies at the end of a join is for a `filter_evaluator` to find. Null matches NONE only, and `ne` does not
/// match it; several selectors are alternatives, or all of them if the term is inverted with `!`.
/// Lifetime: the schema outlives it. Thread safety: immutable once all terms are added.
/// Source: spec/protocol.md §8; docs/guides/filters.md.
class url_filter {
 public:
  /// Where `typeof` looks for what a condition asks: in the record alone, in what it is a part of by its resource's
  /// hierarchy, or in what the record is a part of that the field refers to.
  enum class descent : std::uint8_t { none, of_record, of_target };

  /// A condition by the resource of the record at the end of its join.
  struct alternative {
    struct each {
      resource_id resource = no_resource;
      filter_condition is;
      url_filter::descent descent = url_filter::descent::none;
    };
    std::size_t join = 0;
    std::vector<each> conditions{};

    const each& condition_for(const stored_record* r) const {
      const auto it = std::find_if(conditions.begin(), conditions.end(),
                                   [&](const auto& c) { return r != nullptr && c.resource == r->resource; });
      return it == conditions.end() ? conditions.front() : *it;
    }
    bool knows(const stored_record* r) const { return r != nullptr && condition_for(r).resource == r->resource; }
  };

  struct term {
    std::vector<alternative> alternatives{};
    bool inverted = false;
    /// The last join that it needs.
    std::size_t last = 0;
  };

  url_filter(const schema& s, resource_id r) : schema_(&s), joins_(s, r) {}

  /// Adds a term. `now` is what relative times (`NOW`, `-3D`) count from; without it they are errors.
  ///
  /// Errors: `bad_filter`, with the term and what is wrong with it; nothing is added then. Configuration should refuse
  /// such a term; in a request it is to be ignored and reported, because an Eden ignores it. Read as Eden reads, an
  /// alternative that cannot be understood is left out if there is another one; but `bad_request` if a value cannot be read
  /// as what the field holds, of which an Eden dies.
  result<void> add(const filter_term& t, filter_reading how, std::optional<timestamp> now = std::nullopt) {
    const auto key = parse_filter_key(t.key);
    if (!key) return in_term(t, key.error());
    const auto members = parse_filter_value(t.value);
    const auto before = joins_;
    term made{.inverted = key->inverted};
    std::optional<failure> why;
    for (const auto& selector : key->selectors) {
      auto one = read(selector, key->op, members, how, now);
      if (!one) {
        why = one.error();
        if (how == filter_reading::strict || why->code == error::bad_request) break;
        continue;
      }
      made.last = std::max(made.last, one->join);
      made.alternatives.push_back(std::move(*one));
    }
    if (made.alternatives.empty() || (why && (how == filter_reading::strict || why->code == error::bad_request))) {
      joins_ = before;
      return in_term(t, *why);
    }
    terms_.push_back(std::move(made));
    return {};
  }

  bool empty() const noexcept { return terms_.empty(); }
  /// Whether it asks who made or owns a record.
  bool names_authors() const {
    for (const auto& t : terms_)
      for (const auto& a : t.alternatives)
        for (const auto& c : a.conditions)
          if (c.is.column.what == filter_column::part::author_name) return true;
    return false;
  }
  std::span<const filter_join> joins() const noexcept { return joins_.all(); }
  std::span<const term> terms() const noexcept { return terms_; }
  const schema& resources() const noexcept { return *schema_; }

 private:
  static failure in_term(const filter_term& t, const failure& why) {
    const auto code = why.code == error::bad_request ? error::bad_request : error::bad_filter;
    return make_failure(code, "[" + t.table + "]" + t.key + "=" + t.value + ": " + why.info.ours());
  }

  result<alternative> read(const std::string& selector, filter_operator op, const std::vector<filter_member>& members,
                           filter_reading how, std::optional<timestamp> now) {
    const auto place = joins_.follow(selector);
    if (!place) return place.error();
    alternative a{place->join};
    std::optional<failure> why;
    for (const auto& [resource, column] : place->columns) {
      auto c = make_filter_condition(column, op, members, how, now);
      if (c)
        a.conditions.push_back({resource, std::move(*c), descent_of(resource, column, op)});
      else
        why = c.error();
    }
    if (a.conditions.empty()) return *why;
    return a;
  }

  descent descent_of(resource_id resource, const filter_column& c, filter_operator op) const {
    if (op != filter_operator::type_of) return descent::none;
    const auto& r = (*schema_)[resource];
    if (r.hierarchy()) return descent::of_record;
    if (c.what != filter_column::part::field) return descent::none;
    const auto to = r.target(c.index);
    return to != no_resource && (*schema_)[to].hierarchy() ? descent::of_target : descent::none;
  }

  const schema* schema_;
  filter_joins joins_;
  std::vector<term> terms_;
};

}  // namespace edensync
