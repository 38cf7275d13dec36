#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/exporter/exporter.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/schema/field_description.hpp"
#include "edensync/expat/event_source.hpp"
#include "support/relief.hpp"

// A schema read at run time in which several masters share the key of their components, as the parts of Eden's
// super-entities do.
namespace edensync::test {

/// Persons and organisations have contacts and one portrait each; teams are referred to by the same key, but are no
/// masters; a place is nothing of the kind.
inline const schema& entities() {
  static const schema s = [] {
    constexpr std::array<std::string_view, 6> fields{
        R"(<fields resource="pr_person"><field name="pe_id" type="reference pr_pentity"/>
           <field name="name" type="string"/></fields>)",
        R"(<fields resource="org_organisation"><field name="pe_id" type="reference pr_pentity"/>
           <field name="name" type="string"/></fields>)",
        R"(<fields resource="pr_team"><field name="name" type="string"/></fields>)",
        R"(<fields resource="gis_place"><field name="name" type="string"/></fields>)",
        R"(<fields resource="pr_contact"><field name="name" type="string"/>
           <field name="pe_id" type="reference pr_pentity"/></fields>)",
        R"(<fields resource="pr_portrait"><field name="name" type="string"/>
           <field name="pe_id" type="reference pr_pentity"/></fields>)"};
    constexpr std::string_view supplement = R"({
      "pr_pentity": {"id": "pe_id"},
      "pr_person": {"super_entity": ["pr_pentity", "sit_trackable"], "components": [
        {"alias": "contact", "table": "pr_contact", "fkey": "pe_id", "multiple": true},
        {"alias": "portrait", "table": "pr_portrait", "fkey": "pe_id", "multiple": false}]},
      "org_organisation": {"super_entity": "pr_pentity", "components": [
        {"alias": "contact", "table": "pr_contact", "fkey": "pe_id", "multiple": true},
        {"alias": "portrait", "table": "pr_portrait", "fkey": "pe_id", "multiple": false}]},
      "pr_team": {"super_entity": "pr_pentity"}})";
    return read_schema<expat::event_source>(fields, supplement).value();
  }();
  return s;
}

/// The numbers of the resources in `entities`.
inline constexpr resource_id persons = 0, bodies = 1, teams = 2, places = 3, contacts = 4, portraits = 5;

/// A record of `entities`, and a contact or portrait of a master.
inline record entity(resource_id resource, std::string_view name) {
  record r;
  r.resource = resource;
  r.uuid = id_of(name);
  r.fields.emplace_back(std::string(name));
  return r;
}
inline record part_of(resource_id resource, std::string_view name, resource_id of, std::string_view master) {
  record r = entity(resource, name);
  r.fields.emplace_back(reference{of, id_of(master), record_handle::none});
  return r;
}

/// All records in one line each, sorted: `pr_contact c ->pr_person p`; deleted ones end in `deleted`.
template <class Reader>
std::vector<std::string> entity_lines(Reader&& from) {
  std::vector<std::string> all;
  for (const auto& r : entities()) {
    auto each = from.changes({r.id(), 0, std::nullopt, true});
    for (stored_record s; each.next(s);) {
      std::string line = std::string(r.name()) + " " + detail::short_name(s.uuid);
      for (const auto& v : s.fields)
        if (const auto* to = std::get_if<reference>(&v))
          line += " ->" + std::string(entities()[to->resource].name()) + " " + detail::short_name(to->target);
      if (s.version.deleted) line += s.replaced_by.empty() ? " deleted" : " into " + detail::short_name(s.replaced_by);
      all.push_back(std::move(line));
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// What a document with all records of one resource holds: `p(c d) q`, components in brackets, then what these refer to.
template <class Reader>
std::string exported(Reader&& from, resource_id masters) {
  struct outline {
    std::string text;
    void element(incoming_element& e) {
      if (!text.empty()) text += ' ';
      text += detail::short_name(e.front().content.uuid);
      for (std::size_t i = 1; i < e.size(); ++i)
        text += (i == 1 ? "(" : " ") + detail::short_name(e[i].content.uuid) + (i + 1 == e.size() ? ")" : "");
    }
    void unknown_resource(std::string_view name, const uid&) { text += " !" + std::string(name); }
  };
  export_options o;
  o.masters.resource = masters;
  exporter each(from, entities(), o);
  outline told;
  s3xml::reader<outline> reader(entities(), {}, told);
  expat::event_source source(reader, xml_limits{});
  std::string piece(4096, '\0');
  for (;;) {
    const auto n = each.read(piece).value();
    if (n == 0) break;
    source.feed(std::string_view(piece).substr(0, n)).value();
  }
  source.finish().value();
  return told.text;
}

/// Imports a document of these elements as if task 3 of repository 7 had brought it.
template <class Store>
import_report take(Store& store, resource_id master, const std::vector<element>& all, bool native = false) {
  import_options o;
  o.origin = 7;
  o.task = 3;
  o.master = master;
  o.native = native;
  o.now = [] { return second(1000); };
  o.make_uid = [u = memory::counting_uid_source(1)]() mutable { return u.make(); };
  importer<Store, expat::event_source> i(store, entities(), o);
  i.start().value();
  i.feed(document(all)).value();
  return i.finish().value();
}

inline element an_entity(std::string_view table, std::string_view name, std::int64_t at = 0) {
  return element(table, name).at(at).mci(1).data("name", name);
}

}  // namespace edensync::test
