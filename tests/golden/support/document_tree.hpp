#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/expat/event_source.hpp"

// XML as a tree, for looking at documents without the engine's own reader.
namespace edensync::test::golden {

struct node {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;
  std::vector<node> children;

  std::string get(std::string_view attribute) const {
    for (const auto& [n, v] : attributes)
      if (n == attribute) return v;
    return {};
  }
  bool has(std::string_view attribute) const {
    for (const auto& [n, v] : attributes)
      if (n == attribute) return true;
    return false;
  }
  void set(std::string_view attribute, std::string value) {
    for (auto& [n, v] : attributes)
      if (n == attribute) v = std::move(value);
  }
};

namespace detail {

class tree_builder final : public xml_handler {
 public:
  node root;

  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    node n{std::string(name), {}, {}, {}};
    for (const auto& a : attributes) n.attributes.emplace_back(a.name, a.value);
    open_.push_back(std::move(n));
  }
  void end(std::string_view) override {
    node done = std::move(open_.back());
    open_.pop_back();
    (open_.empty() ? root : open_.back().children.emplace_back()) = std::move(done);
  }
  void text(std::string_view piece) override { open_.back().text += piece; }

 private:
  std::vector<node> open_;
};

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
  detail::tree_builder builder;
  expat::event_source source(builder, xml_limits{});
  auto done = source.feed(text);
  if (done) done = source.finish();
  if (!done) throw std::runtime_error("a recorded document cannot be read: " + done.error().text());
  return std::move(builder.root);
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
  std::string v = field.has("value") ? field.get("value") : field.text;
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
    told_record r{c.get("name"), c.get("uuid"), outermost, {}};
    if (made_by_hooks(r.table)) continue;
    for (const auto* name : {"created_on", "modified_on", "deleted", "mci", "replaced_by"})
      if (c.has(name)) r.content[name] = c.get(name);
    for (const auto& f : c.children) {
      if (r.table == "gis_location" && f.get("field") == "path") continue;
      if (f.name == "data") r.content["." + f.get("field")] = plain_value(f);
      if (f.name == "reference") r.content["->" + f.get("field")] = f.get("resource") + ' ' + f.get("uuid");
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
