#pragma once

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edensync/s3xml/reader.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/expat/event_source.hpp"

// A made-up schema, a sink that keeps what it is given, and values as text.
namespace s3xml_test {

using namespace edensync;

inline constexpr std::array depot_fields = {
    field_descriptor{.name = "name", .mandatory = true},
    field_descriptor{.name = "phone", .represented = true},
    field_descriptor{.name = "notes", .type = field_type::text},
    field_descriptor{.name = "staff", .type = field_type::integer},
    field_descriptor{.name = "area", .type = field_type::floating},
    field_descriptor{.name = "rent", .type = field_type::decimal},
    field_descriptor{.name = "open", .type = field_type::boolean},
    field_descriptor{.name = "since", .type = field_type::date},
    field_descriptor{.name = "opens", .type = field_type::time},
    field_descriptor{.name = "checked", .type = field_type::datetime},
    field_descriptor{.name = "extra", .type = field_type::json},
    field_descriptor{.name = "secret", .type = field_type::password},
    field_descriptor{.name = "photo", .type = field_type::upload},
    field_descriptor{.name = "tags", .type = field_type::list_string},
    field_descriptor{.name = "sizes", .type = field_type::list_integer},
    field_descriptor{.name = "town_id", .type = field_type::reference, .target = "gis_location"},
    field_descriptor{.name = "near", .type = field_type::list_reference, .target = "dvr_depot"},
    field_descriptor{.name = "entity_id", .type = field_type::reference, .target = "pr_pentity"}};
inline constexpr std::array shelf_fields = {
    field_descriptor{.name = "label"},
    field_descriptor{.name = "depot_id", .type = field_type::reference, .target = "dvr_depot", .mandatory = true}};
inline constexpr std::array box_fields = {
    field_descriptor{.name = "label"},
    field_descriptor{.name = "shelf_id", .type = field_type::reference, .target = "dvr_shelf", .mandatory = true}};
inline constexpr std::array plan_fields = {
    field_descriptor{.name = "title"},
    field_descriptor{.name = "depot_id", .type = field_type::reference, .target = "dvr_depot"},
    field_descriptor{.name = "next_id", .type = field_type::reference, .target = "dvr_depot"}};
inline constexpr std::array town_fields = {
    field_descriptor{.name = "name"},
    field_descriptor{.name = "parent", .type = field_type::reference, .target = "gis_location"}};
inline constexpr std::array depot_parts = {
    component_descriptor{.resource = "dvr_shelf", .key = "depot_id"},
    component_descriptor{.resource = "dvr_plan", .alias = "present", .key = "depot_id", .multiple = false},
    component_descriptor{.resource = "dvr_plan", .alias = "future", .key = "next_id"}};
inline constexpr std::array shelf_parts = {
    component_descriptor{.resource = "dvr_box", .alias = "crate", .key = "shelf_id"}};

inline const schema& example() {
  static const std::array all = {
      resource_descriptor{.name = "dvr_depot", .fields = depot_fields, .components = depot_parts},
      resource_descriptor{.name = "dvr_shelf", .fields = shelf_fields, .components = shelf_parts},
      resource_descriptor{.name = "dvr_box", .fields = box_fields},
      resource_descriptor{.name = "dvr_plan", .fields = plan_fields},
      resource_descriptor{.name = "gis_location", .fields = town_fields, .hierarchy = "parent"}};
  static const auto s = schema::make(all);
  return s.value();
}

struct collector {
  std::vector<incoming_element> elements;
  std::vector<std::string> unknown;
  void element(incoming_element& e) { elements.push_back(std::move(e)); }
  void unknown_resource(std::string_view name, const uid& id) {
    unknown.push_back(std::string(name) + " " + id.text());
  }
};

/// The same sink, but it leaves what it is given where it is.
struct copier : collector {
  void element(incoming_element& e) { elements.push_back(e); }
};

inline std::function<uid()> counting_uids() {
  return [n = 0]() mutable { return uid("urn:uuid:made-" + std::to_string(++n)); };
}

template <class Sink>
result<void> read_into(Sink& sink, std::string_view document, s3xml::reader_options options = {},
                       std::size_t step = 0) {
  if (!options.make_uid) options.make_uid = counting_uids();
  s3xml::reader<Sink> r(example(), options, sink);
  expat::event_source source(r);
  if (step == 0) step = document.size() + 1;
  for (std::size_t at = 0; at < document.size(); at += step)
    if (auto fed = source.feed(document.substr(at, step)); !fed) return fed;
  return source.finish();
}

inline std::string show(const value& v);

struct shower {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(null_value) const { return "null"; }
  std::string operator()(bool b) const { return b ? "yes" : "no"; }
  std::string operator()(std::int64_t i) const { return std::to_string(i); }
  std::string operator()(double d) const {
    std::ostringstream s;
    s.precision(17);
    s << d;
    return s.str();
  }
  std::string operator()(const std::string& s) const { return "'" + s + "'"; }
  std::string operator()(timestamp t) const { return to_text(t); }
  std::string operator()(date d) const { return to_text(d); }
  std::string operator()(time_of_day t) const { return to_text(t); }
  std::string operator()(const reference& r) const {
    return (r.resource == no_resource ? "?" : std::string(example()[r.resource].name())) + ":" + r.target.text();
  }
  template <class T>
  std::string operator()(const std::vector<T>& list) const {
    std::string s = "[";
    for (const auto& e : list) s += (s.size() > 1 ? " " : "") + (*this)(e);
    return s + "]";
  }
};

inline std::string show(const value& v) { return std::visit(shower{}, v); }

/// All that there is in an element, one line per record.
inline std::string show(const incoming_element& e) {
  std::string s;
  for (const auto& r : e) {
    const auto& c = r.content;
    const auto& d = example()[c.resource];
    s.append(d.name()).append(" ").append(c.uuid.text());
    if (!r.uid_given) s += " made";
    if (r.parent >= 0) s += " in " + std::to_string(r.parent) + " by " + std::to_string(r.key_field);
    if (r.single) s += " single";
    if (c.version.deleted) s += " deleted";
    if (c.version.mci) s += " mci=" + std::to_string(*c.version.mci);
    if (c.created_on) s += " created=" + to_text(*c.created_on);
    if (c.version.modified_on) s += " modified=" + to_text(*c.version.modified_on);
    if (!c.replaced_by.empty()) s += " replaced_by=" + c.replaced_by.text();
    if (r.sequence != 0) s += " #" + std::to_string(r.sequence);
    for (const auto* a :
         {&c.authors.created_by, &c.authors.modified_by, &c.authors.owned_by_user, &c.authors.owned_by_group})
      if (!a->empty()) s += " @" + *a;
    for (std::size_t i = 0; i < c.fields.size(); ++i)
      if (!is_absent(c.fields[i]))
        s.append(" ").append(d.field(static_cast<std::uint32_t>(i)).name).append("=").append(show(c.fields[i]));
    for (const auto& w : r.errors) s += " !" + std::to_string(w.field) + "(" + w.raw + ")" + w.message;
    s += '\n';
  }
  return s;
}

inline std::string show(const collector& c) {
  std::string s;
  for (const auto& e : c.elements) s += show(e) + "--\n";
  for (const auto& u : c.unknown) s += "unknown " + u + "\n";
  return s;
}

inline std::string golden(std::string_view name) {
  std::ifstream in(std::string(EDENSYNC_SOURCE_DIR "/tests/golden/s3xml/").append(name), std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace s3xml_test
