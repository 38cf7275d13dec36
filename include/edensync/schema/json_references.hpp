#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace edensync {

/// A reference inside a JSON text, as Eden writes it: `{"$k_NAME": {"@resource": TABLE, "@uuid": UUID}}`.
struct json_reference {
  std::string_view resource;
  std::string_view id;
  /// `id` is a `tuid`, which holds within its document only.
  bool local = false;
};

namespace detail {

inline std::string_view text_of(const boost::json::object& o, std::string_view name, std::string_view shorter) {
  for (const auto key : {name, shorter})
    if (const auto* v = o.if_contains(key); v != nullptr && v->is_string()) return v->get_string();
  return {};
}

// Calls `f(json_reference, object)` for every reference in `v`, at any depth.
template <class Json, class F>
void visit_json_references(Json& v, F&& f) {
  if (auto* list = v.if_array()) {
    for (auto& each : *list) visit_json_references(each, f);
  } else if (auto* o = v.if_object()) {
    for (auto& each : *o) {
      auto* to = each.value().if_object();
      const bool named = std::string_view(each.key()).starts_with("$k_") && to != nullptr;
      const auto resource = named ? text_of(*to, "@resource", "r") : std::string_view();
      const auto uuid = named ? text_of(*to, "@uuid", "u") : std::string_view();
      const auto tuid = named ? text_of(*to, "@tuid", "t") : std::string_view();
      if (resource.empty() || (uuid.empty() && tuid.empty()))
        visit_json_references(each.value(), f);
      else
        f(json_reference{resource, uuid.empty() ? tuid : uuid, uuid.empty()}, *to);
    }
  }
}

}  // namespace detail

/// Calls `f(json_reference)` for every reference in a JSON text; for none if it is not JSON. Source: spec/s3xml.md §4.1.
template <class F>
void for_each_json_reference(std::string_view json, F&& f) {
  if (json.find("\"$k_") == std::string_view::npos) return;
  boost::system::error_code wrong;
  const auto v = boost::json::parse(json, wrong);
  if (!wrong) detail::visit_json_references(v, [&](const json_reference& r, const auto&) { f(r); });
}

/// Replaces every reference in a JSON text by one to the uid that `resolve(json_reference)` gives as a string; the text stays
/// as it is if that changes nothing.
template <class F>
void resolve_json_references(std::string& json, F&& resolve) {
  if (json.find("\"$k_") == std::string::npos) return;
  boost::system::error_code wrong;
  auto v = boost::json::parse(json, wrong);
  if (wrong) return;
  bool changed = false;
  detail::visit_json_references(v, [&](const json_reference& r, boost::json::object& to) {
    std::string resource(r.resource), id = resolve(r);
    if (!r.local && r.id == id) return;
    to = {{"@resource", std::move(resource)}, {"@uuid", std::move(id)}};
    changed = true;
  });
  if (changed) json = boost::json::serialize(v);
}

}  // namespace edensync
