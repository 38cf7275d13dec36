#pragma once

#include <string>
#include <string_view>

#include "edensync/schema/described_table.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Where a peer describes the fields of a table, below its base URL: `/PREFIX/NAME/fields.xml`; empty if the name has no prefix.
/// Pure. Source: spec/protocol.md §9.2.
inline std::string fields_target(std::string_view table) {
  const auto at = table.find('_');
  if (at == std::string_view::npos) return {};
  return '/' + std::string(table.substr(0, at)) + '/' + std::string(table.substr(at + 1)) + "/fields.xml";
}

/// The table that is asked for there; empty if it is another address. Pure.
inline std::string described_there(std::string_view path) {
  constexpr std::string_view end = "/fields.xml";
  if (!path.starts_with('/') || !path.ends_with(end) || path.size() == end.size()) return {};
  path = path.substr(1, path.size() - 1 - end.size());
  const auto at = path.find('/');
  if (at == std::string_view::npos || at == 0 || path.find('/', at + 1) != std::string_view::npos) return {};
  // Another table has that address.
  if (path.find('_') < at) return {};
  return std::string(path.substr(0, at)) + '_' + std::string(path.substr(at + 1));
}

/// Describes the fields of a table as an Eden does: their names and types. `read_schema` reads it again. Pure.
/// Source: spec/protocol.md §9.2.
inline std::string to_field_document(const resource_schema& table) {
  std::string out = "<?xml version='1.0' encoding='utf-8'?>\n<fields resource=\"";
  const auto put = [&](std::string_view text) {
    for (const char c : text) {
      if (c == '&')
        out += "&amp;";
      else if (c == '<')
        out += "&lt;";
      else if (c == '"')
        out += "&quot;";
      else
        out += c;
    }
  };
  put(table.name());
  out += "\">\n";
  for (const auto& f : table.fields()) {
    out += "  <field name=\"";
    put(f.name);
    out += "\" type=\"";
    put(detail::word_of(f.type));
    if (!f.target.empty()) {
      out += ' ';
      put(f.target);
    }
    out += "\"/>\n";
  }
  return out + "</fields>\n";
}

}  // namespace edensync
