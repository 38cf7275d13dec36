#pragma once

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"

#include "resources.hpp"

#include <map>
#include <string>
#include <utility>

namespace simulation {

// What a site holds, seen through the reading side of its store only. Nothing here is shared with the importer or the
// exporter: it is what they are judged by.

/// One record as far as it travels: references by uid; no handle, mci, owner or place in a change order.
struct version {
  edensync::timestamp modified_on;
  bool deleted = false;
  /// Everything else in one text. The fields of a deleted record do not travel, so they are not in it.
  std::string content;
  /// The field that not all tables have at all times; empty if there is nothing in it.
  std::string late{};

  friend bool operator==(const version&, const version&) = default;
};

using key = std::pair<edensync::resource_id, edensync::uid>;
using contents = std::map<key, version>;

struct value_text {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(edensync::null_value) const { return "null"; }
  std::string operator()(std::int64_t n) const { return std::to_string(n); }
  std::string operator()(const std::string& s) const { return '"' + s + '"'; }
  std::string operator()(const edensync::reference& r) const { return "->" + r.target.text(); }
  std::string operator()(const std::vector<edensync::reference>& all) const {
    std::string s = "[";
    for (const auto& r : all) s += " ->" + r.target.text();
    return s + " ]";
  }
  std::string operator()(const auto&) const { return "a type that is not used here"; }
};

inline std::string text_of(const edensync::value& v) {
  // A list without members says no more than an empty field.
  if (const auto* list = std::get_if<std::vector<edensync::reference>>(&v); list != nullptr && list->empty())
    return "null";
  return std::visit(value_text{}, v);
}

inline version version_of(const edensync::stored_record& r) {
  version v;
  v.modified_on = r.version.modified_on.value_or(edensync::timestamp{});
  v.deleted = r.version.deleted;
  if (v.deleted) {
    v.content = "deleted, replaced by " + r.replaced_by.text();
    return v;
  }
  v.content = "created " + (r.created_on ? edensync::to_text(*r.created_on) : std::string("never"));
  const auto known_everywhere = resources()[r.resource].fields().size();
  for (std::size_t f = 0; f < r.fields.size(); ++f) {
    if (f < known_everywhere)
      v.content += ", " + text_of(r.fields[f]);
    else if (edensync::has_content(r.fields[f]))
      v.late = ", " + text_of(r.fields[f]);
  }
  return v;
}

template <class Reader>
contents contents_of(Reader& reader, const edensync::schema& s) {
  contents all;
  edensync::stored_record r;
  for (const auto& resource : s) {
    auto cursor = reader.changes({resource.id(), 0, std::nullopt, true});
    while (cursor.next(r)) all.emplace(key{r.resource, r.uuid}, version_of(r));
  }
  return all;
}

inline std::string text_of(const key& k, const version& v, const edensync::schema& s) {
  return std::string(s[k.first].name()) + ' ' + k.second.text() + ": " + edensync::to_text(v.modified_on) + ' ' +
         v.content + v.late;
}

/// Whether a site need not know of it: a component that it never held, and that is deleted where it is known
/// (docs/design/convergence.md).
inline bool need_not_be_known(const key& k, const version& v) { return is_component(k.first) && v.deleted; }

/// The first difference that is not allowed, in words; empty if both hold the same.
template <class Allowed>
std::string difference(const std::string& one, const contents& a, const std::string& other, const contents& b,
                       const edensync::schema& s, Allowed allowed) {
  for (const auto& [k, v] : a) {
    const auto there = b.find(k);
    const auto* second = there == b.end() ? nullptr : &there->second;
    if ((second != nullptr && *second == v) || allowed(k, &v, second)) continue;
    if (there == b.end() && need_not_be_known(k, v)) continue;
    if (there == b.end()) return "only at " + one + ": " + text_of(k, v, s);
    return one + ": " + text_of(k, v, s) + "\n  " + other + ": " + text_of(k, there->second, s);
  }
  for (const auto& [k, v] : b)
    if (!a.contains(k) && !need_not_be_known(k, v) && !allowed(k, nullptr, &v))
      return "only at " + other + ": " + text_of(k, v, s);
  return {};
}

}  // namespace simulation
