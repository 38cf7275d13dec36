#pragma once

#include <boost/test/unit_test.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/importer/importer.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/policy/eden_exact.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/expat/event_source.hpp"
#include "property/support/simple_import.hpp"
#include "property/support/world.hpp"

// The engine on one side of the comparison, and what both sides came to, in words that can be compared.
namespace property {

inline const schema& engine_schema() {
  static const schema s = [] {
    static std::deque<std::vector<field_descriptor>> fields;
    static constexpr component_descriptor parts[] = {{.resource = "org_room", .key = "office_id"},
                                                     {.resource = "org_badge", .key = "office_id", .multiple = false}};
    static constexpr std::string_view secondary[] = {"organisation_id"};
    std::vector<resource_descriptor> all;
    for (const auto& t : tables()) {
      auto& into = fields.emplace_back();
      for (const auto& f : t.fields) {
        field_descriptor d{.name = f.name, .mandatory = f.mandatory, .unique = f.unique};
        d.type = f.what == kind::text     ? field_type::string
                 : f.what == kind::number ? field_type::integer
                 : f.what == kind::one    ? field_type::reference
                                          : field_type::list_reference;
        if (f.what == kind::one || f.what == kind::many) d.target = tables()[f.target].name;
        into.push_back(d);
      }
      all.push_back({.name = t.name, .fields = into});
    }
    all[organisations].hierarchy = "parent";
    all[offices].components = parts;
    all[offices].duplicates = duplicate_rule{.secondary = secondary};
    return schema::make(all).value();
  }();
  return s;
}

inline std::string escaped_list(const std::vector<std::string>& ids) {
  std::string out = "[";
  for (const auto& id : ids) out += (out.size() > 1 ? ", " : "") + ("&quot;" + id + "&quot;");
  return out + "]";
}

inline std::string xml_of(const doc_element& e) {
  std::string out = "<resource name=\"" + std::string(tables()[e.of].name) + "\"";
  const auto attribute = [&](const char* name, const std::string& text) {
    if (!text.empty()) out += " " + std::string(name) + "=\"" + text + "\"";
  };
  attribute("uuid", e.uuid);
  attribute("tuid", e.tuid);
  if (e.modified_on) attribute("modified_on", to_text(*e.modified_on));
  if (e.mci) attribute("mci", std::to_string(*e.mci));
  if (e.deleted) attribute("deleted", "True");
  attribute("replaced_by", e.replaced_by);
  out += ">";
  for (const auto& f : e.fields) {
    const auto& d = tables()[e.of].fields[f.field];
    if (d.what == kind::text || d.what == kind::number) {
      out += "<data field=\"" + std::string(d.name) + "\">" + f.text + "</data>";
      continue;
    }
    out += "<reference field=\"" + std::string(d.name) + "\" resource=\"" + std::string(tables()[d.target].name) + "\"";
    if (d.what == kind::many)
      out += " uuid=\"" + escaped_list(f.targets) + "\"";
    else if (!f.targets.empty())
      out += " uuid=\"" + f.targets.front() + "\"";
    else if (!f.tuid.empty())
      out += " tuid=\"" + f.tuid + "\"";
    out += f.target ? ">" + xml_of(*f.target) + "</reference>" : std::string("/>");
  }
  for (const auto& p : e.parts) out += xml_of(p);
  return out + "</resource>";
}

inline std::string xml_of(const std::vector<doc_element>& all) {
  std::string out = "<s3xml>";
  for (const auto& e : all) out += "\n" + xml_of(e);
  return out + "\n</s3xml>";
}

/// One record in words, but for its single references.
template <class Name>
std::string line_of(const simple_record& r, Name name) {
  std::string out = std::string(tables()[r.of].name) + " " + name(r);
  out += r.version.modified_on
             ? " @" + (*r.version.modified_on >= now ? "now+" + std::to_string(*r.version.modified_on - now)
                                                     : std::to_string(*r.version.modified_on - second(0)))
             : " @?";
  out += " mci=" + (r.version.mci ? std::to_string(*r.version.mci) : "?");
  if (r.version.deleted) out += r.replaced_by.empty() ? " deleted" : " into " + r.replaced_by;
  for (std::uint32_t f = 0; f < r.texts.size(); ++f) {
    const auto field = " " + std::string(tables()[r.of].fields[f].name) + "=";
    if (r.texts[f]) out += field + *r.texts[f];
    if (!r.lists[f].empty()) {
      out += field;
      for (const auto& id : r.lists[f]) out += id + ",";
    }
  }
  return out;
}

/// What is left, one line a record.
inline std::vector<std::string> lines_of(const std::vector<simple_record>& all) {
  const auto name = [](const simple_record& r) { return r.uuid.substr(r.uuid.rfind(':') + 1); };
  std::vector<std::string> lines;
  for (auto r : all) {
    std::string links;
    for (std::uint32_t f = 0; f < r.links.size(); ++f)
      if (r.links[f]) links += " " + std::string(tables()[r.of].fields[f].name) + "->" + name(all[*r.links[f]]);
    r.links.assign(r.links.size(), std::nullopt);
    lines.push_back(line_of(r, name) + links);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

class engine_import {
 public:
  explicit engine_import(const test_case& c) : case_(c) {
    auto t = store_.begin({second(0), this_site});
    std::vector<record_handle> handles;
    for (const auto& l : c.here) handles.push_back(t.insert(record_of(l, handles)).value());
    for (std::size_t i = 0; i < c.here.size(); ++i) t.update(handles[i], record_of(c.here[i], handles)).value();
    t.commit();
  }

  /// Why the import failed; none if it did not.
  std::optional<failure> run() {
    import_options o;
    o.origin = 7;
    o.master = case_.told.master;
    o.allowed = case_.told.allowed;
    o.update = case_.told.update;
    o.conflict = case_.told.conflict;
    o.last_sync = case_.told.last_sync;
    o.decide = &eden_exact::decide;
    o.as_eden = true;
    o.twins.synchronise_uuids = case_.told.synchronise_uuids;
    o.now = [] { return now; };
    o.make_uid = [n = 0]() mutable { return uid("made:" + std::to_string(++n)); };
    importer<memory::store, expat::event_source> i(store_, engine_schema(), std::move(o));
    if (auto begun = i.start(); !begun) return begun.error();
    if (auto fed = i.feed(xml_of(case_.document)); !fed) return fed.error();
    if (auto done = i.finish(); !done) return done.error();
    return std::nullopt;
  }

  /// What is in the store, in the words of the other side.
  std::vector<simple_record> records() {
    auto s = store_.snapshot();
    std::map<std::pair<resource_id, record_handle>, std::size_t> places;
    std::vector<stored_record> kept;
    for (resource_id t = 0; t < tables().size(); ++t) {
      auto all = s.changes({t, 0, std::nullopt, true});
      for (stored_record r; all.next(r);) {
        places[{t, r.handle}] = kept.size();
        kept.push_back(r);
      }
    }
    std::vector<simple_record> out;
    for (const auto& k : kept) {
      simple_record r;
      r.of = static_cast<table>(k.resource);
      r.uuid = k.uuid.text();
      r.version = k.version;
      r.replaced_by = k.replaced_by.text();
      for (const auto& v : k.fields) {
        auto& text = r.texts.emplace_back();
        auto& link = r.links.emplace_back();
        auto& list = r.lists.emplace_back();
        if (const auto* own = std::get_if<std::string>(&v)) text = *own;
        if (const auto* number = std::get_if<std::int64_t>(&v)) text = std::to_string(*number);
        if (const auto* to = std::get_if<reference>(&v)) link = places.at({to->resource, to->handle});
        if (const auto* many = std::get_if<std::vector<reference>>(&v))
          for (const auto& to : *many) list.push_back(to.target.text());
      }
      out.push_back(std::move(r));
    }
    return out;
  }

 private:
  record record_of(const local_record& l, const std::vector<record_handle>& handles) const {
    record r;
    r.resource = l.of;
    r.uuid = uid(l.uuid);
    r.version = l.version;
    const auto& fields = tables()[l.of].fields;
    r.fields.resize(fields.size());
    for (std::uint32_t f = 0; f < fields.size(); ++f) {
      if (f < l.texts.size() && !l.texts[f].empty()) {
        if (fields[f].what == kind::number)
          r.fields[f] = static_cast<std::int64_t>(std::stoll(l.texts[f]));
        else
          r.fields[f] = l.texts[f];
      }
      if (f >= l.links.size() || l.links[f].empty()) continue;
      std::vector<reference> list;
      for (const auto to : l.links[f])
        if (to < handles.size()) list.push_back({fields[f].target, uid(case_.here[to].uuid), handles[to]});
      if (list.empty()) continue;  // it comes later, and so does the second pass
      if (fields[f].what == kind::many)
        r.fields[f] = list;
      else
        r.fields[f] = list.front();
    }
    return r;
  }

  const test_case& case_;
  memory::store store_{engine_schema()};
};

}  // namespace property
