#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/schema/describe.hpp"

// A small schema with every kind of relation, and documents of it: what the tests of importer, exporter and site share.
namespace edensync::test {

struct organisation;
struct office;
struct room;
struct badge;
struct post;

}  // namespace edensync::test

template <>
struct edensync::resource<edensync::test::organisation> {
  static constexpr std::string_view name = "org_organisation";
  static constexpr std::array<std::string_view, 1> unique{"code"};
};
/// Has many rooms and one badge.
template <>
struct edensync::resource<edensync::test::office> {
  static constexpr std::string_view name = "org_office";
  static constexpr std::array components{
      edensync::component_descriptor{.resource = "org_room", .key = "office_id"},
      edensync::component_descriptor{.resource = "org_badge", .key = "office_id", .multiple = false}};
};
template <>
struct edensync::resource<edensync::test::room> {
  static constexpr std::string_view name = "org_room";
};
template <>
struct edensync::resource<edensync::test::badge> {
  static constexpr std::string_view name = "org_badge";
};
/// Cannot be without its office, but is no component of it.
template <>
struct edensync::resource<edensync::test::post> {
  static constexpr std::string_view name = "hrm_post";
};

namespace edensync::test {

struct organisation {
  BOOST_HANA_DEFINE_STRUCT(organisation, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, code),
                           (std::optional<edensync::link<organisation>>, parent),
                           (std::vector<edensync::link<organisation>>, friends),
                           (std::optional<edensync::link<office>>, seat));
};
struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, phone1),
                           (std::optional<int>, floors),
                           (std::optional<edensync::link<organisation>>, organisation_id));
};
struct room {
  BOOST_HANA_DEFINE_STRUCT(room, (edensync::uid, uuid), (std::string, name),
                           (std::optional<edensync::link<office>>, office_id));
};
struct badge {
  BOOST_HANA_DEFINE_STRUCT(badge, (edensync::uid, uuid), (std::optional<std::string>, text),
                           (std::optional<edensync::link<office>>, office_id));
};
struct post {
  BOOST_HANA_DEFINE_STRUCT(post, (edensync::uid, uuid), (std::string, name), (edensync::link<office>, office_id));
};

inline const schema& relief() {
  static const schema s = describe<organisation, office, room, badge, post>().value();
  return s;
}

/// The numbers of the resources in `relief`.
inline constexpr resource_id organisations = 0, offices = 1, rooms = 2, badges = 3, posts = 4;

/// Seconds after 2026-03-01T08:00:00, where the tests take place.
constexpr timestamp second(std::int64_t n) { return at(to_date({2026, 3, 1}), {8 * 3600}) + n; }

/// The uid that a document gives to what the tests call by a short name.
inline uid id_of(std::string_view name) { return uid("urn:uuid:" + std::string(name)); }

/// One `<resource>`, put together a piece at a time.
class element {
 public:
  element(std::string_view table, std::string_view name) : table_(table) { attribute("uuid", id_of(name).text()); }

  element at(std::int64_t seconds) && { return std::move(attribute("modified_on", to_text(second(seconds)))); }
  element mci(int n) && { return std::move(attribute("mci", std::to_string(n))); }
  element number(std::uint64_t n) && { return std::move(attribute("sequence", std::to_string(n))); }
  element deleted() && { return std::move(attribute("deleted", "True")); }
  element into(std::string_view survivor) && {
    attribute("deleted", "True");
    return std::move(attribute("replaced_by", id_of(survivor).text()));
  }
  element data(std::string_view field, std::string_view text) && {
    inner_ += "<data field=\"" + std::string(field) + "\">" + std::string(text) + "</data>";
    return std::move(*this);
  }
  element ref(std::string_view field, std::string_view table, std::string_view name) && {
    inner_ += "<reference field=\"" + std::string(field) + "\" resource=\"" + std::string(table) + "\" uuid=\"" +
              id_of(name).text() + "\"/>";
    return std::move(*this);
  }
  element refs(std::string_view field, std::string_view table, std::initializer_list<std::string_view> names) && {
    std::string all;
    for (const auto n : names) all += (all.empty() ? "" : ", ") + ("&quot;" + id_of(n).text() + "&quot;");
    inner_ += "<reference field=\"" + std::string(field) + "\" resource=\"" + std::string(table) + "\" uuid=\"[" + all +
              "]\"/>";
    return std::move(*this);
  }
  element with(const element& part) && {
    inner_ += part.text();
    return std::move(*this);
  }

  std::string text() const {
    std::string out = "<resource name=\"" + table_ + "\"";
    for (const auto& [name, text] : attributes_) out += " " + name + "=\"" + text + "\"";
    return out + ">" + inner_ + "</resource>";
  }

 private:
  element& attribute(std::string_view name, std::string_view text) {
    attributes_.insert_or_assign(std::string(name), std::string(text));
    return *this;
  }

  std::string table_;
  std::map<std::string, std::string> attributes_;
  std::string inner_;
};

inline element an_organisation(std::string_view name, std::int64_t at = 0) {
  return element("org_organisation", name).at(at).mci(1).data("name", name);
}
inline element an_office(std::string_view name, std::int64_t at = 0) {
  return element("org_office", name).at(at).mci(1).data("name", name);
}
inline element a_room(std::string_view name, std::int64_t at = 0) {
  return element("org_room", name).at(at).mci(1).data("name", name);
}
inline element a_badge(std::string_view name, std::string_view text, std::int64_t at = 0) {
  return element("org_badge", name).at(at).mci(1).data("text", text);
}
inline element a_post(std::string_view name, std::string_view office, std::int64_t at = 0) {
  return element("hrm_post", name).at(at).mci(1).data("name", name).ref("office_id", "org_office", office);
}

/// A whole document of these elements.
inline std::string document(const std::vector<element>& all) {
  std::string out = "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\">";
  for (const auto& e : all) out += e.text();
  return out + "</s3xml>";
}

namespace detail {

inline std::string short_name(const uid& id) {
  const std::string_view text = id.text();
  return std::string(text.starts_with("urn:uuid:") ? text.substr(9) : text);
}

inline std::string show(const value& v) {
  if (const auto* s = std::get_if<std::string>(&v)) return *s;
  if (const auto* n = std::get_if<std::int64_t>(&v)) return std::to_string(*n);
  if (const auto* r = std::get_if<reference>(&v)) return "->" + short_name(r->target);
  if (const auto* l = std::get_if<std::vector<reference>>(&v)) {
    std::string all;
    for (const auto& r : *l) all += "->" + short_name(r.target);
    return all;
  }
  return "?";
}

}  // namespace detail

/// Whether what only this site knows is shown as well.
enum class with_mci : bool { no, yes };

/// One record in one line: `org_office a @5 name=a phone1=1`; deleted ones end in `deleted`, merged ones in `into b`.
inline std::string show(const stored_record& r, with_mci m = with_mci::no) {
  const auto& resource = relief()[r.resource];
  std::string out = std::string(resource.name()) + " " + detail::short_name(r.uuid);
  out += r.version.modified_on ? " @" + std::to_string(*r.version.modified_on - second(0)) : " @?";
  if (m == with_mci::yes) out += " mci=" + (r.version.mci ? std::to_string(*r.version.mci) : "?");
  if (r.version.deleted)
    return out + (r.replaced_by.empty() ? " deleted" : " into " + detail::short_name(r.replaced_by));
  for (std::uint32_t i = 0; i < r.fields.size(); ++i) {
    if (!has_content(r.fields[i])) continue;
    const auto text = detail::show(r.fields[i]);
    if (!text.empty()) out += " " + std::string(resource.field(i).name) + "=" + text;
  }
  return out;
}

/// All records of a snapshot, in an order that does not depend on when they came.
template <class Reader>
std::vector<std::string> contents(Reader&& from, with_mci m = with_mci::no) {
  std::vector<std::string> all;
  for (const auto& r : relief()) {
    auto each = from.changes({r.id(), 0, std::nullopt, true});
    for (stored_record s; each.next(s);) all.push_back(show(s, m));
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// One record; empty if it is not here.
template <class Reader>
std::string line_of(Reader&& from, resource_id resource, std::string_view name, with_mci m = with_mci::no) {
  const auto found = from.find(resource, id_of(name));
  if (!found) return {};
  stored_record r;
  from.load(resource, found->handle, r);
  return show(r, m);
}

}  // namespace edensync::test
