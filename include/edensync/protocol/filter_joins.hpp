#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/protocol/filter_column.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// One step from a record to others: along a reference or a list of them, or back along the references of those that point to it.
struct filter_join {
  /// The join that it starts from; 0 is the record itself.
  std::size_t from = 0;
  bool backward = false;
  std::string name{};
  struct step {
    resource_id from = no_resource;
    /// Of `from`; of `to` if it goes backward.
    std::uint32_t field = 0;
    /// Backward: the resource of the records that point here.
    resource_id to = no_resource;
  };
  /// One for each resource that a record of `from` may be of.
  std::vector<step> steps{};
  /// What the records at its end may be.
  std::vector<resource_id> resources{};

  const step* step_from(resource_id r) const {
    for (const auto& s : steps)
      if (s.from == r) return &s;
    return nullptr;
  }
};

/// The joins of a filter, found by the selectors of its conditions. Selectors with the same way share it, as in Eden's
/// queries: conditions on one component are about the same record of it.
class filter_joins {
 public:
  filter_joins(const schema& s, resource_id r) : schema_(&s) { joins_.push_back({.resources = {r}}); }

  std::span<const filter_join> all() const noexcept { return joins_; }
  std::size_t size() const noexcept { return joins_.size(); }

  /// What a selector names: the join where it ends, and its column in each resource that has it.
  struct place {
    std::size_t join = 0;
    std::vector<std::pair<resource_id, filter_column>> columns{};
  };

  /// Follows a selector, `{ALIAS.|KEY$}FIELD`. Errors: `bad_filter`; nothing is added then.
  ///
  /// ALIAS is `~` or the own name without its prefix, a component's alias, or `TABLE` or `KEY:TABLE` of a table whose
  /// field KEY refers to this one. Source: spec/protocol.md §8.2.
  result<place> follow(std::string_view selector) {
    const auto kept = joins_.size();
    auto found = walk(selector);
    if (!found) joins_.resize(kept);
    return found;
  }

 private:
  static failure bad(std::string_view what, std::string_view name) {
    return make_failure(error::bad_filter, std::string(what) + " " + std::string(name));
  }

  result<place> walk(std::string_view text) {
    std::size_t here = 0;
    for (;;) {
      const auto end = text.find_first_of(".$");
      const auto head = text.substr(0, end);
      if (head.empty()) return bad("a name is missing in", text.empty() ? "the selector" : text);
      if (end == std::string_view::npos) return column(here, head);
      const auto rest = text.substr(end + 1);
      if (text[end] == '$' && (rest == "uid" || rest == "uuid"))
        if (auto target = uid_of_target(here, head); !target.columns.empty()) return target;
      if (text[end] == '$')
        if (auto name = name_of_author(here, head, rest); !name.columns.empty()) return name;
      const auto next = text[end] == '$' ? along(here, head) : to_alias(here, head);
      if (!next) return next.error();
      here = *next;
      text = rest;
    }
  }

  result<place> column(std::size_t here, std::string_view name) const {
    place p{here};
    std::optional<failure> why;
    for (const auto r : joins_[here].resources) {
      auto c = find_filter_column((*schema_)[r], name);
      if (c)
        p.columns.emplace_back(r, *c);
      else
        why = c.error();
    }
    if (p.columns.empty()) return *why;
    return p;
  }

  // A reference knows whom it refers to: nothing has to be loaded for that.
  place uid_of_target(std::size_t here, std::string_view name) const {
    place p{here};
    for (const auto r : joins_[here].resources)
      if (const auto i = (*schema_)[r].find_field(name); i && (*schema_)[r].field(*i).type == field_type::reference)
        p.columns.emplace_back(r, filter_column{filter_column::part::target, *i, field_type::string});
    return p;
  }

  // Accounts are no records here, but the record knows what its authors are called.
  place name_of_author(std::size_t here, std::string_view column, std::string_view key) const {
    place p{here};
    const auto& all = filter_column::author_columns;
    for (std::uint32_t i = 0; i < all.size(); ++i)
      for (const auto r : joins_[here].resources)
        if (all[i].name == column && all[i].key == key && !(*schema_)[r].find_field(column))
          p.columns.emplace_back(r, filter_column{filter_column::part::author_name, i, field_type::string});
    return p;
  }

  result<std::size_t> along(std::size_t here, std::string_view name) {
    if (name.starts_with('(')) return bad("contexts are not supported:", name);
    filter_join j{here, false, std::string(name)};
    for (const auto r : joins_[here].resources) {
      const auto& from = (*schema_)[r];
      const auto i = from.find_field(name);
      if (!i || (from.field(*i).type != field_type::reference && from.field(*i).type != field_type::list_reference))
        continue;
      j.steps.push_back({r, *i});
      for (const auto to : from.targets(*i)) add(j.resources, to);
    }
    if (j.steps.empty()) return bad("no such reference:", name);
    if (j.resources.empty()) return bad("the records are not here to which refers", name);
    return share(std::move(j));
  }

  result<std::size_t> to_alias(std::size_t here, std::string_view alias) {
    if (alias == "~") return here;
    if (alias.starts_with('(')) return bad("contexts are not supported:", alias);
    filter_join j{here, true, std::string(alias)};
    std::optional<failure> why;
    for (const auto r : joins_[here].resources) {
      const auto& master = (*schema_)[r];
      if (alias == master.name().substr(master.name().find('_') + 1)) return here;
      const auto s = pointing_to(master, alias);
      if (!s) {
        why = s.error();
        continue;
      }
      j.steps.push_back(*s);
      add(j.resources, s->to);
    }
    if (j.steps.empty()) return *why;
    return share(std::move(j));
  }

  result<filter_join::step> pointing_to(const resource_schema& master, std::string_view alias) const {
    for (const auto& c : master.components())
      if (c.alias == alias) return filter_join::step{master.id(), c.key_field, c.resource};
    if (alias.find('_') == std::string_view::npos) return bad("no such component:", alias);
    const auto colon = alias.find(':');
    const auto key = colon == std::string_view::npos ? std::string_view() : alias.substr(0, colon);
    const auto table = colon == std::string_view::npos ? alias : alias.substr(colon + 1);
    if (table == master.name() && key.empty() && !refers(master, master))
      return bad("the fields of a table itself are written ~.FIELD, not with", alias);
    const auto id = schema_->find(table);
    if (id == no_resource) return bad("no such table:", table);
    const auto& other = (*schema_)[id];
    std::optional<std::uint32_t> found;
    for (std::uint32_t i = 0; i < other.fields().size(); ++i) {
      if (!points_to(other, i, master) || (!key.empty() && other.field(i).name != key)) continue;
      if (found) return bad("more than one field refers to this table; write KEY:TABLE instead of", alias);
      found = i;
    }
    if (!found) return bad("nothing refers to this table in", alias);
    return filter_join::step{master.id(), *found, id};
  }

  // What points to a super-entity does not count, as in Eden.
  static bool points_to(const resource_schema& from, std::uint32_t i, const resource_schema& to) {
    return from.field(i).type == field_type::reference && from.field(i).target == to.name();
  }
  static bool refers(const resource_schema& from, const resource_schema& to) {
    for (std::uint32_t i = 0; i < from.fields().size(); ++i)
      if (points_to(from, i, to)) return true;
    return false;
  }

  static void add(std::vector<resource_id>& all, resource_id one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }

  std::size_t share(filter_join j) {
    for (std::size_t i = 1; i < joins_.size(); ++i)
      if (joins_[i].from == j.from && joins_[i].backward == j.backward && joins_[i].name == j.name) return i;
    joins_.push_back(std::move(j));
    return joins_.size() - 1;
  }

  const schema* schema_;
  std::vector<filter_join> joins_;
};

}  // namespace edensync
