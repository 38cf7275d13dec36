#pragma once

#include <boost/json.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "golden/support/document.hpp"

// What documents tell of records, for comparing what two active sides send; and documents written anew from a part of one.
namespace edensync::test::golden {

namespace detail {

inline void write_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
}

}  // namespace detail

inline node read_tree(std::string_view text) {
  auto root = parse_tree(text);
  if (!root) throw std::runtime_error("a document cannot be read: " + std::string(text.substr(0, 200)));
  return std::move(*root);
}

inline void write_tree(std::string& out, const node& n) {
  out += '<' + n.name;
  for (const auto& [name, value] : n.attributes) {
    out += ' ' + name + "=\"";
    detail::write_escaped(out, value);
    out += '"';
  }
  out += '>';
  detail::write_escaped(out, n.text);
  for (const auto& c : n.children) write_tree(out, c);
  out += "</" + n.name + '>';
}

/// Whether an Eden makes the records of this table by itself, by the way of an import: affiliations, whereabouts and the
/// links of persons to logins. So it does with the path of a location, which holds its own ids. What its hooks do is the
/// application's matter, and nothing to compare.
inline bool made_by_hooks(std::string_view table) {
  return table == "pr_role" || table == "sit_presence" || table == "pr_person_user";
}

/// A record as a document tells it: what travels of it, each thing by its name.
struct told_record {
  std::string table;
  std::string uuid;
  /// Whether it stands by itself, and not inside of another one.
  bool outermost = true;
  /// Attributes, and `FIELD` with a value, or `->FIELD` with what it refers to.
  std::map<std::string, std::string> content;
};

namespace detail {

// The same value may be written as JSON or as plain text, and JSON in several ways.
inline std::string plain_value(const node& field) {
  std::string v = field.attributes.contains("value") ? field["value"] : field.text;
  if (v.empty() || (v.front() != '"' && v.front() != '[')) return v;
  boost::system::error_code wrong;
  const auto parsed = boost::json::parse(v, wrong);
  if (wrong) return v;
  if (!parsed.is_string()) return boost::json::serialize(parsed);
  return {parsed.get_string().data(), parsed.get_string().size()};
}

inline void collect(const node& n, bool outermost, std::vector<told_record>& into) {
  for (const auto& c : n.children) {
    if (c.name != "resource") continue;
    told_record r{c["name"], c["uuid"], outermost, {}};
    if (made_by_hooks(r.table)) continue;
    for (const auto* name : {"created_on", "modified_on", "deleted", "mci", "replaced_by"})
      if (c.attributes.contains(name)) r.content[name] = c[name];
    for (const auto& f : c.children) {
      if (r.table == "gis_location" && f["field"] == "path") continue;
      if (f.name == "data") r.content["." + f["field"]] = plain_value(f);
      if (f.name == "reference") r.content["->" + f["field"]] = f["resource"] + ' ' + f["uuid"];
    }
    into.push_back(std::move(r));
    collect(c, false, into);
  }
}

}  // namespace detail

/// All records of a document in their order, those inside others behind them.
inline std::vector<told_record> told_records(const node& root) {
  std::vector<told_record> all;
  detail::collect(root, true, all);
  return all;
}

}  // namespace edensync::test::golden
