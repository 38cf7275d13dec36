#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "edensync/protocol/status_message.hpp"
#include "golden/support/document.hpp"
#include "golden/support/exchange.hpp"
#include "golden/support/masks.hpp"

namespace edensync::test::golden {

/// What a JSON message says, without local ids: how many there are matters, not which. Messages may be translated and are
/// for people (spec/s3xml.md §8); that there is one matters.
inline boost::json::value plain_message(const boost::json::value& v, std::string_view key = {}) {
  namespace json = boost::json;
  if (const auto* o = v.if_object()) {
    json::object out;
    for (const auto& [name, each] : *o) {
      // Texts are for people; a reference is told why its target is not here.
      if (name == "edensync" || name == "$") continue;
      if (key.starts_with("$k_") && (name == "@error" || name == "@resource")) continue;
      out[name] = plain_message(each, name);
    }
    return out;
  }
  if (const auto* list = v.if_array()) {
    if (key == "created" || key == "updated" || key == "deleted") return list->size();
    json::array out;
    for (const auto& each : *list) out.push_back(plain_message(each));
    return out;
  }
  if (key == "@value" && !v.is_string()) return boost::json::string(boost::json::serialize(v));
  if (key == "message" || key == "@error") return "…";
  if (key == "sender") return "this site";
  return v;
}

// Of a field that one side refuses only that is compared: what was tried stands there in several forms, and of several bad
// fields a reader may name one.
inline void soften(boost::json::value& a, boost::json::value& b) {
  if (a.is_array() && b.is_array()) {
    auto &x = a.get_array(), &y = b.get_array();
    for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) soften(x[i], y[i]);
  }
  if (!a.is_object() || !b.is_object()) return;
  auto &x = a.get_object(), &y = b.get_object();
  for (auto& [key, v] : x) {
    auto* w = y.if_contains(key);
    if (w == nullptr) continue;
    const bool field = !key.starts_with('$') || key.starts_with("$k_");
    const auto bad = [&](const boost::json::value& each) {
      return each.is_object() && each.get_object().contains("@error");
    };
    if (field && (bad(v) || bad(*w)))
      v = *w = "refused";
    else
      soften(v, *w);
  }
}

inline comparison compare_messages(std::string_view recorded, std::string_view ours) {
  boost::system::error_code wrong;
  const auto readable = edensync::detail::without_odd_numbers(recorded);
  const auto a = boost::json::parse(readable, wrong);
  if (wrong) return {"\n  the recorded message cannot be read", {}};
  const auto b = boost::json::parse(ours, wrong);
  if (wrong) return {"\n  no JSON: " + std::string(ours.substr(0, 200)), {}};
  auto x = plain_message(a), y = plain_message(b);
  soften(x, y);
  if (x == y) return {};
  const auto plain_a = boost::json::serialize(x), plain_b = boost::json::serialize(y);
  return {"\n  - " + plain_a + "\n  + " + plain_b + "\n    (" + std::string(ours) + ")", {}};
}

inline std::string media_type(std::string_view header) {
  std::string out(header.substr(0, header.find(';')));
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// What differs between a recorded answer and ours; empty if nothing that a client could notice does.
inline comparison compare_answers(const http_message& recorded, const http_message& ours, const masks& hide,
                                  const world& both, std::optional<timestamp> since = {}) {
  comparison all;
  auto& out = all.difference;
  if (recorded.status() != ours.status())
    out += "\n  - status " + std::to_string(recorded.status()) + "\n  + status " + std::to_string(ours.status());
  for (const auto& h : recorded.headers) {
    if (!masks::header(h.name)) continue;
    const auto a = h.name == "Content-Type" ? media_type(h.value) : h.value;
    const auto mine = ours.headers.get(h.name);
    const auto b = h.name == "Content-Type" ? media_type(mine) : std::string(mine);
    if (a != b) out += "\n  - " + h.name + ": " + a + "\n  + " + h.name + ": " + b;
  }
  if (recorded.body.starts_with("<?xml")) return all += compare_documents(recorded.body, ours.body, hide, both, since);
  if (recorded.body.starts_with("{")) return all += compare_messages(recorded.body, ours.body);
  if (recorded.body != ours.body) out += "\n  - " + recorded.body.substr(0, 200) + "\n  + " + ours.body.substr(0, 200);
  return all;
}

}  // namespace edensync::test::golden
