#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"

namespace edensync {

class schema;
const schema& catalogue_schema();

/// A component as its master's resource sees it, with names resolved to numbers.
struct component_link {
  resource_id resource = no_resource;
  std::string_view alias;
  std::uint32_t key_field = 0;
  bool multiple = true;
  /// It is deleted with its master. A component that is part of a super-entity is something by itself, as the offices of an
  /// organisation are, and stays.
  bool goes_along = true;
};

/// A `duplicate_rule` with names resolved to numbers.
struct duplicate_fields {
  std::vector<std::uint32_t> primary;
  std::vector<std::uint32_t> secondary;
  bool ignore_case = true;
  bool ignore_deleted = false;
  bool no_update = false;
};

/// A resource of a schema: its descriptor with the names resolved.
class resource_schema {
 public:
  std::string_view name() const noexcept { return descriptor_.name; }
  resource_id id() const noexcept { return id_; }
  std::span<const field_descriptor> fields() const noexcept { return descriptor_.fields; }
  const field_descriptor& field(std::uint32_t i) const { return descriptor_.fields[i]; }

  /// The resources that a reference field may point to, in the order of their names: several for the key of a
  /// super-entity, none for other fields and for targets outside the schema. Lists have one at most.
  std::span<const resource_id> targets(std::uint32_t i) const { return targets_[i]; }

  /// The only one of them; `no_resource` if there is none, or if only the reference itself can say which it is.
  resource_id target(std::uint32_t i) const { return targets_[i].size() == 1 ? targets_[i].front() : no_resource; }

  bool may_point_to(std::uint32_t i, resource_id to) const {
    return std::find(targets_[i].begin(), targets_[i].end(), to) != targets_[i].end();
  }

  std::span<const component_link> components() const noexcept { return components_; }

  /// The masters that this resource is a component of, each with the field of this resource that points there.
  std::span<const component_link> masters() const noexcept { return masters_; }

  std::optional<std::uint32_t> hierarchy() const { return hierarchy_; }

  /// Whether a new record has something in it about which nothing was said.
  bool has_defaults() const noexcept { return has_defaults_; }

  /// How its records are recognised without a common uid; none if only unique fields tell.
  const std::optional<duplicate_fields>& duplicates() const noexcept { return duplicates_; }

  /// The number of a field. `hint` is looked at first: documents name fields in the order of the descriptor.
  std::optional<std::uint32_t> find_field(std::string_view name, std::uint32_t hint = 0) const {
    const auto all = descriptor_.fields;
    if (hint < all.size() && all[hint].name == name) return hint;
    for (std::uint32_t i = 0; i < all.size(); ++i)
      if (all[i].name == name) return i;
    return std::nullopt;
  }

 private:
  friend class schema;
  resource_descriptor descriptor_;
  resource_id id_ = no_resource;
  std::vector<std::vector<resource_id>> targets_;  // by field
  std::vector<component_link> components_;
  std::vector<component_link> masters_;
  std::optional<std::uint32_t> hierarchy_;
  bool has_defaults_ = false;
  std::optional<duplicate_fields> duplicates_;
};

/// The resources that a site synchronises: one table of descriptors, wherever they come from.
///
/// Resources that must never travel (user and repository tables) are refused by `make`, password and blob fields are
/// known but never read from or written to a document (spec/README.md, X9).
/// Lifetime: the names in described structs are static; those read at run time are kept by the schema (`keep`).
/// Thread safety: immutable after `make`; share it.
class schema {
 public:
  /// Links descriptors to a schema. Errors: `bad_schema` for a name twice, a component without its resource or key, a
  /// hierarchy field that is none, a rule for duplicates without its fields, or a table that must never travel. References to resources that are not in the schema
  /// are allowed; such fields are not synchronised. A reference to a super-entity may point to each resource that is part
  /// of it; the key of a component may point to each of its masters, even if a super-entity stands there of which nothing
  /// else is known. Lists of references to super-entities of several resources are not synchronised.
  static result<schema> make(std::span<const resource_descriptor> descriptors, std::shared_ptr<const void> keep = {}) {
    for (const auto& d : descriptors)
      if (never_travels(d.name)) return make_failure(error::bad_schema, std::string(d.name) + " must never travel");
    return make_any(descriptors, std::move(keep));
  }

  std::size_t size() const noexcept { return resources_.size(); }
  const resource_schema& operator[](resource_id id) const { return resources_[id]; }
  auto begin() const { return resources_.begin(); }
  auto end() const { return resources_.end(); }

  /// The number of a resource, `no_resource` if it is not here.
  resource_id find(std::string_view name) const {
    const auto it = names_.find(name);
    return it == names_.end() ? no_resource : it->second;
  }

  /// Whether resources of this schema are part of a super-entity of this name. Its own records follow from theirs: an Eden
  /// sends them by the way, and takes none itself (spec/s3xml.md §4.2).
  bool is_super_entity(std::string_view name) const { return !parts_of(name).empty(); }

  /// Tables that hold accounts, credentials or this site's own configuration; a peer's document cannot reach them.
  static bool never_travels(std::string_view table) {
    return table.starts_with("auth_") || table.starts_with("sync_") || table.starts_with("admin_") ||
           table.starts_with("edensync_") || table.starts_with("sqlite_");
  }

 private:
  friend const schema& catalogue_schema();  // the one schema of tables that else never travel
  schema() = default;

  static result<schema> make_any(std::span<const resource_descriptor> descriptors, std::shared_ptr<const void> keep) {
    schema s;
    s.keep_ = std::move(keep);
    for (const auto& d : descriptors) {
      if (s.find(d.name) != no_resource) return make_failure(error::bad_schema, std::string(d.name) + " stands twice");
      resource_schema r;
      r.descriptor_ = d;
      r.id_ = static_cast<resource_id>(s.resources_.size());
      s.names_.emplace(d.name, r.id_);
      s.resources_.push_back(std::move(r));
    }
    for (auto& r : s.resources_)
      if (auto linked = s.link_fields(r); !linked) return linked.error();
    for (auto& r : s.resources_)
      if (auto linked = link_duplicates(r); !linked) return linked.error();
    for (auto& r : s.resources_)
      if (auto linked = s.link_components(r); !linked) return linked.error();
    // By name, so that sites whose schemas name them in another order agree on it.
    for (auto& r : s.resources_)
      for (auto& each : r.targets_)
        std::sort(each.begin(), each.end(),
                  [&](resource_id a, resource_id b) { return s.resources_[a].name() < s.resources_[b].name(); });
    return s;
  }

  static failure bad(const resource_schema& r, std::string_view what, std::string_view name) {
    return make_failure(error::bad_schema, std::string(r.name()) + ": " + std::string(what) + " " + std::string(name));
  }

  std::vector<resource_id> parts_of(std::string_view super_entity) const {
    std::vector<resource_id> all;
    for (const auto& r : resources_)
      for (const auto name : r.descriptor_.super_entities)
        if (name == super_entity) all.push_back(r.id_);
    return all;
  }

  result<void> link_fields(resource_schema& r) {
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      const auto& f = r.field(i);
      if (r.find_field(f.name) != i) return bad(r, "the field stands twice:", f.name);
      const bool refers = f.type == field_type::reference || f.type == field_type::list_reference;
      r.has_defaults_ = r.has_defaults_ || !f.standard.empty();
      if (refers && f.target.empty()) return bad(r, "the reference has no target:", f.name);
      auto& targets = r.targets_.emplace_back();
      if (!refers) continue;
      targets = parts_of(f.target);
      if (targets.empty() && find(f.target) != no_resource) targets.push_back(find(f.target));
      if (f.type == field_type::list_reference && targets.size() > 1) targets.clear();
    }
    if (r.descriptor_.hierarchy.empty()) return {};
    r.hierarchy_ = r.find_field(r.descriptor_.hierarchy);
    if (!r.hierarchy_ || r.target(*r.hierarchy_) != r.id_)
      return bad(r, "the hierarchy field does not point to its own resource:", r.descriptor_.hierarchy);
    return {};
  }

  static result<void> link_duplicates(resource_schema& r) {
    if (!r.descriptor_.duplicates) return {};
    const duplicate_rule& rule = *r.descriptor_.duplicates;
    duplicate_fields d{{}, {}, rule.ignore_case, rule.ignore_deleted, rule.no_update};
    if (rule.primary.empty()) return bad(r, "the rule for duplicates", "has no primary field");
    for (const bool primary : {true, false})
      for (const auto name : primary ? rule.primary : rule.secondary) {
        const auto i = r.find_field(name);
        if (!i) return bad(r, "the rule for duplicates has no such field:", name);
        (primary ? d.primary : d.secondary).push_back(*i);
      }
    r.duplicates_ = std::move(d);
    return {};
  }

  result<void> link_components(resource_schema& r) {
    for (const auto& c : r.descriptor_.components) {
      const resource_id id = find(c.resource);
      if (id == no_resource) return bad(r, "the component is not in the schema:", c.resource);
      auto& part = resources_[id];
      const auto key = part.find_field(c.key);
      if (!key || part.field(*key).type != field_type::reference)
        return bad(r, "the component has no such reference:", c.key);
      // Those of a super-entity are told again by the resources that are part of it; its own records do not travel.
      if (!parts_of(r.name()).empty()) continue;
      if (!part.may_point_to(*key, r.id_)) part.targets_[*key].push_back(r.id_);
      const std::string_view alias = c.alias.empty() ? c.resource.substr(c.resource.find('_') + 1) : c.alias;
      const bool goes_along = part.descriptor_.super_entities.empty();
      r.components_.push_back({id, alias, *key, c.multiple, goes_along});
      part.masters_.push_back({r.id_, alias, *key, c.multiple, goes_along});
    }
    return {};
  }

  std::shared_ptr<const void> keep_;
  std::deque<resource_schema> resources_;
  std::map<std::string, resource_id, std::less<>> names_;
};

}  // namespace edensync
