#pragma once

#include "edensync/schema/schema.hpp"

#include <array>

namespace simulation {

/// The tables that both sites have: one of each kind of relation.
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
// A component of the office; several to one.
inline constexpr std::array contact{
    edensync::field_descriptor{.name = "value"},
    edensync::field_descriptor{.name = "office_id", .type = edensync::field_type::reference, .target = "sim_office"},
    edensync::field_descriptor{.name = "tag_id", .type = edensync::field_type::reference, .target = "sim_tag"}};
inline constexpr std::array<edensync::component_descriptor, 1> office_components{
    edensync::component_descriptor{.resource = "sim_contact", .key = "office_id"}};
}  // namespace table

inline constexpr edensync::resource_id country_id = 0, tag_id = 1, office_id = 2, contact_id = 3;

/// The fields of a contact and of an office that edits mention.
inline constexpr std::uint32_t office_parent = 2, contact_key = 1;

inline const edensync::schema& resources() {
  static const std::array all{edensync::resource_descriptor{.name = "sim_country", .fields = table::country},
                              edensync::resource_descriptor{.name = "sim_tag", .fields = table::tag},
                              edensync::resource_descriptor{.name = "sim_office",
                                                            .fields = table::office,
                                                            .components = table::office_components,
                                                            .hierarchy = "parent_id"},
                              edensync::resource_descriptor{.name = "sim_contact", .fields = table::contact}};
  static const edensync::schema made = edensync::schema::make(all).value();
  return made;
}

}  // namespace simulation
