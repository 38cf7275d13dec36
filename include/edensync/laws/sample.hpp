#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/write_context.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/laws/law.hpp"

namespace edensync::laws::sample {

inline constexpr resource_id site = 0;
inline constexpr resource_id part = 1;
inline constexpr resource_id base = 2;
inline constexpr resource_id note = 3;

/// The fields of `site`, in order. `order` is a word of SQL on purpose.
enum site_field : std::uint32_t {
  name,
  comments,
  order,
  big,
  ratio,
  price,
  open,
  founded,
  opens,
  seen,
  extra,
  secret,
  file,
  bytes,
  tags,
  numbers,
  parent,
  partner,
  friends,
  outside,
};

/// The fields of `part`.
enum part_field : std::uint32_t { part_name, part_of };

/// The fields of `note`, which belongs to a site or to a base: only the reference says to which of them.
enum note_field : std::uint32_t { note_name, about, marked };

inline constexpr std::array site_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true, .unique = true},
    field_descriptor{.name = "comments", .type = field_type::text},
    field_descriptor{.name = "order", .type = field_type::integer},
    field_descriptor{.name = "big", .type = field_type::bigint},
    field_descriptor{.name = "ratio", .type = field_type::floating},
    field_descriptor{.name = "price", .type = field_type::decimal},
    field_descriptor{.name = "open", .type = field_type::boolean},
    field_descriptor{.name = "founded", .type = field_type::date},
    field_descriptor{.name = "opens", .type = field_type::time},
    field_descriptor{.name = "seen", .type = field_type::datetime},
    field_descriptor{.name = "extra", .type = field_type::json},
    field_descriptor{.name = "secret", .type = field_type::password},
    field_descriptor{.name = "file", .type = field_type::upload},
    field_descriptor{.name = "bytes", .type = field_type::blob},
    field_descriptor{.name = "tags", .type = field_type::list_string},
    field_descriptor{.name = "numbers", .type = field_type::list_integer},
    field_descriptor{.name = "parent", .type = field_type::reference, .target = "law_site"},
    field_descriptor{.name = "partner", .type = field_type::reference, .target = "law_site"},
    field_descriptor{.name = "friends", .type = field_type::list_reference, .target = "law_site"},
    field_descriptor{.name = "outside", .type = field_type::reference, .target = "law_elsewhere"},
};

// A document tells the name twice: for the eye, and as JSON.
inline constexpr std::array part_fields{
    field_descriptor{.name = "name", .type = field_type::string, .represented = true},
    field_descriptor{.name = "site_id", .type = field_type::reference, .target = "law_site", .mandatory = true},
};

inline constexpr std::array base_fields{field_descriptor{.name = "name", .type = field_type::string}};

inline constexpr std::array note_fields{
    field_descriptor{.name = "name", .type = field_type::string},
    field_descriptor{.name = "place_id", .type = field_type::reference, .target = "law_place"},
    field_descriptor{.name = "marked_id", .type = field_type::reference, .target = "law_place", .unique = true},
};

inline constexpr std::array site_components{component_descriptor{.resource = "law_part", .key = "site_id"},
                                            component_descriptor{.resource = "law_note", .key = "place_id"}};
inline constexpr std::array base_components{component_descriptor{.resource = "law_note", .key = "place_id"}};

/// The super-entity of sites and bases: no resource of its own.
inline constexpr std::array<std::string_view, 1> places{"law_place"};

inline constexpr std::array resources{
    resource_descriptor{.name = "law_site",
                        .fields = site_fields,
                        .components = site_components,
                        .hierarchy = "parent",
                        .super_entities = places},
    resource_descriptor{.name = "law_part", .fields = part_fields},
    resource_descriptor{
        .name = "law_base", .fields = base_fields, .components = base_components, .super_entities = places},
    resource_descriptor{.name = "law_note", .fields = note_fields},
};

/// The resources that the laws write: a master with a field of each type, its component, and a component that it shares
/// with another master.
inline std::shared_ptr<const schema> make_schema() {
  return std::make_shared<const schema>(schema::make(resources).value());
}

/// Seconds after 2026-01-01T00:00:00, where the laws take place.
constexpr timestamp second(std::int64_t n) { return at(to_date({2026, 1, 1})) + n; }

inline write_context at_second(std::int64_t n, repository_id origin = this_site) { return {second(n), origin}; }

/// A site of this name, whose uuid is made from it.
inline record make_site(std::string_view text, timestamp modified_on = second(0)) {
  record r;
  r.resource = site;
  r.uuid = uid("urn:uuid:" + std::string(text));
  r.version.modified_on = modified_on;
  r.fields.emplace_back(std::string(text));
  return r;
}

inline record make_part(std::string_view text, record_handle master, timestamp modified_on = second(0)) {
  record r;
  r.resource = part;
  r.uuid = uid("urn:uuid:" + std::string(text));
  r.version.modified_on = modified_on;
  r.fields.emplace_back(std::string(text));
  r.fields.emplace_back(reference{site, {}, master});
  return r;
}

/// A base, and a note about a site or a base.
inline record make_base(std::string_view text) {
  record r;
  r.resource = base;
  r.uuid = uid("urn:uuid:" + std::string(text));
  r.version.modified_on = second(0);
  r.fields.emplace_back(std::string(text));
  return r;
}

inline record make_note(std::string_view text, resource_id of, record_handle master) {
  record r = make_base(text);
  r.resource = note;
  r.fields.emplace_back(reference{of, {}, master});
  return r;
}

/// A record that says nothing about content; for updates of the version alone.
inline record no_content(resource_id resource) {
  record r;
  r.resource = resource;
  return r;
}

/// Sets a field and leaves those before it absent.
inline record& with(record& r, std::uint32_t field, value v) {
  if (r.fields.size() <= field) r.fields.resize(std::size_t{field} + 1);
  r.fields[field] = std::move(v);
  return r;
}

template <class Transaction>
record_handle add(Transaction& t, const record& r) {
  const write_result written = t.insert(r);
  expect(written.has_value(), "a record that is well-formed is taken");
  return *written;
}

template <class Transaction>
void change(Transaction& t, record_handle h, const record& r) {
  expect(t.update(h, r).has_value(), "an update that is well-formed is taken");
}

template <class Reader>
stored_record load(Reader&& from, resource_id resource, record_handle h) {
  stored_record r;
  from.load(resource, h, r);
  return r;
}

/// The content of a record's name, or nothing if it is null.
inline std::string name_of(const record& r) {
  const auto* text = std::get_if<std::string>(&r.fields.at(0));
  return text == nullptr ? std::string() : *text;
}

template <class Cursor>
std::vector<std::string> names(Cursor&& c) {
  std::vector<std::string> all;
  for (stored_record r; c.next(r);) all.push_back(name_of(r));
  return all;
}

/// The names of what a query finds.
template <class Reader>
std::vector<std::string> changed(Reader&& from, const change_query& q = {.resource = site, .since = {}}) {
  return names(from.changes(q));
}

}  // namespace edensync::laws::sample
