#pragma once

#include "edensync/schema/schema.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace simulation {

/// The tables that all sites have: one of each kind of relation.
namespace table {
inline constexpr std::array country{edensync::field_descriptor{.name = "name", .mandatory = true},
                                    edensync::field_descriptor{.name = "note"}};
inline constexpr std::array tag{edensync::field_descriptor{.name = "name"}};
// A hierarchy, a mandatory reference, a plain one and a list.
inline constexpr std::array office{
    edensync::field_descriptor{.name = "name", .mandatory = true},
    edensync::field_descriptor{.name = "staff", .type = edensync::field_type::integer},
    edensync::field_descriptor{.name = "parent_id", .type = edensync::field_type::reference, .target = "sim_office"},
    edensync::field_descriptor{
        .name = "country_id", .type = edensync::field_type::reference, .target = "sim_country", .mandatory = true},
    edensync::field_descriptor{.name = "main_tag_id", .type = edensync::field_type::reference, .target = "sim_tag"},
    edensync::field_descriptor{.name = "tags", .type = edensync::field_type::list_reference, .target = "sim_tag"}};
// The same as a later version of the program has it.
inline constexpr std::array grown_office{
    office[0], office[1], office[2], office[3], office[4], office[5], edensync::field_descriptor{.name = "phone"}};
// A component of the office; several to one.
inline constexpr std::array contact{
    edensync::field_descriptor{.name = "value"},
    edensync::field_descriptor{.name = "office_id", .type = edensync::field_type::reference, .target = "sim_office"},
    edensync::field_descriptor{.name = "tag_id", .type = edensync::field_type::reference, .target = "sim_tag"}};
// A component of which an office has only one.
inline constexpr std::array badge{
    edensync::field_descriptor{.name = "text"},
    edensync::field_descriptor{.name = "office_id", .type = edensync::field_type::reference, .target = "sim_office"}};
inline constexpr std::array<edensync::component_descriptor, 2> office_components{
    edensync::component_descriptor{.resource = "sim_contact", .key = "office_id"},
    edensync::component_descriptor{.resource = "sim_badge", .key = "office_id", .multiple = false}};
}  // namespace table

inline constexpr edensync::resource_id country_id = 0, tag_id = 1, office_id = 2, contact_id = 3, badge_id = 4;

/// The field of an office that edits mention, and the one by which contacts and badges hang on it.
inline constexpr std::uint32_t office_parent = 2, component_key = 1;
inline constexpr bool is_component(edensync::resource_id r) { return r == contact_id || r == badge_id; }

namespace detail {

template <std::size_t OfficeFields>
edensync::schema linked(const std::array<edensync::field_descriptor, OfficeFields>& office) {
  const std::array all{
      edensync::resource_descriptor{.name = "sim_country", .fields = table::country},
      edensync::resource_descriptor{.name = "sim_tag", .fields = table::tag},
      edensync::resource_descriptor{
          .name = "sim_office", .fields = office, .components = table::office_components, .hierarchy = "parent_id"},
      edensync::resource_descriptor{.name = "sim_contact", .fields = table::contact},
      edensync::resource_descriptor{.name = "sim_badge", .fields = table::badge}};
  return edensync::schema::make(all).value();
}

}  // namespace detail

inline const edensync::schema& resources() {
  static const edensync::schema made = detail::linked(table::office);
  return made;
}

/// With a field more, the last one of an office.
inline const edensync::schema& grown_resources() {
  static const edensync::schema made = detail::linked(table::grown_office);
  return made;
}

/// The tables that stand for what is synchronised; the others are their components.
inline constexpr std::array<std::string_view, 3> masters{"sim_country", "sim_tag", "sim_office"};

}  // namespace simulation
