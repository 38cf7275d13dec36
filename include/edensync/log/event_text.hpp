#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "edensync/core/log_event.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/log/redact.hpp"

namespace edensync {

namespace detail {

// One line of UTF-8, without credentials and without what could do something to a terminal, whoever's words they are.
inline std::string clean(const std::string& text) {
  constexpr std::size_t most = 2000;
  auto out = well_formed(redact(std::string(utf8_beginning(text, most))));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

// Calls `f(name, value)` for what the event says, in the order of the members.
template <class F>
void for_each_member(const log_event& e, F&& f) {
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) f(name, boost::json::value(clean(value)));
  };
  const auto number = [&](std::string_view name, const auto& value) {
    if (value) f(name, boost::json::value(*value));
  };
  text("repository", e.repository);
  text("resource", e.resource);
  if (e.run != 0) f("run", boost::json::value(e.run));
  text("method", e.method);
  text("path", e.path);
  text("user", e.user);
  if (e.status != 0) f("status", boost::json::value(e.status));
  number("bytes_in", e.bytes_in);
  number("bytes_out", e.bytes_out);
  if (e.counts) {
    const auto& c = *e.counts;
    f("received", boost::json::value(c.received));
    f("created", boost::json::value(c.created));
    f("updated", boost::json::value(c.updated));
    f("deleted", boost::json::value(c.deleted));
    f("unchanged", boost::json::value(c.unchanged));
    f("kept", boost::json::value(c.kept));
    f("conflicts", boost::json::value(c.conflicts));
    f("refused", boost::json::value(c.refused));
    f("quarantined", boost::json::value(c.quarantined));
  }
  number("milliseconds", e.milliseconds);
  text("message", e.message);
}

}  // namespace detail

/// An event as one JSON object in one line: `time`, `level`, `event`, and behind them the members that apply, under their
/// names; counts stand among them. Pure.
inline std::string event_json(const log_event& e) {
  boost::json::object out{{"time", to_text(e.at) + "Z"}, {"level", to_text(e.level)}, {"event", e.event}};
  detail::for_each_member(e, [&](std::string_view name, boost::json::value v) { out[name] = std::move(v); });
  return boost::json::serialize(out);
}

/// The same for people: time, level and event, and behind them `name=value`; texts with blanks are quoted. Pure.
inline std::string event_text(const log_event& e) {
  auto out = to_text(e.at) + "Z " + std::string(to_text(e.level)) + ' ' + e.event;
  detail::for_each_member(e, [&](std::string_view name, const boost::json::value& v) {
    const auto* text = v.if_string();
    const bool plain = text != nullptr && text->find_first_of(" \"=\\") == boost::json::string::npos;
    out.append(" ").append(name).append("=");
    out += plain ? std::string(text->data(), text->size()) : boost::json::serialize(v);
  });
  return out;
}

}  // namespace edensync
