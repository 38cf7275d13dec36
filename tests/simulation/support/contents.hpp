#pragma once

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"

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
  for (const auto& f : r.fields) v.content += ", " + text_of(f);
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
         v.content;
}

/// The first difference, in words; empty if both hold the same.
inline std::string difference(const contents& a, const contents& b, const edensync::schema& s) {
  for (const auto& [k, v] : a) {
    const auto other = b.find(k);
    if (other == b.end()) return "only at the active site: " + text_of(k, v, s);
    if (!(other->second == v)) return "active:  " + text_of(k, v, s) + "\n  passive: " + text_of(k, other->second, s);
  }
  for (const auto& [k, v] : b)
    if (!a.contains(k)) return "only at the passive site: " + text_of(k, v, s);
  return {};
}

}  // namespace simulation
