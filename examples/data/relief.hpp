#pragma once

// The resources of the example data as an application sees them: one struct for each table of README.md, with the names
// and types that Eden gives its fields. Quickstart, recipes and tests share them.

#include <edensync/core/result.hpp>
#include <edensync/schema/describe.hpp>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace relief {

/// A place: a country, a region, a town.
struct location {
  BOOST_HANA_DEFINE_STRUCT(location, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, level),
                           (std::optional<double>, lat), (std::optional<double>, lon),
                           (std::optional<edensync::long_text>, comments),
                           (std::optional<edensync::link<location>>, parent));
};

struct organisation {
  BOOST_HANA_DEFINE_STRUCT(organisation, (edensync::uid, uuid), (std::string, name),
                           (std::optional<std::string>, acronym), (std::optional<std::string>, country),
                           (std::optional<std::string>, phone), (std::optional<std::string>, website),
                           (std::optional<int>, year), (std::optional<edensync::long_text>, comments));
};

struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, code),
                           (std::optional<std::string>, phone1), (std::optional<std::string>, email),
                           (std::optional<bool>, obsolete), (std::optional<edensync::long_text>, comments),
                           (std::optional<edensync::link<organisation>>, organisation_id),
                           (std::optional<edensync::link<location>>, location_id));
};

/// A person; contacts and addresses belong to it and travel with it.
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (edensync::uid, uuid), (std::string, first_name),
                           (std::optional<std::string>, middle_name), (std::optional<std::string>, last_name),
                           (std::optional<int>, gender), (std::optional<edensync::date>, date_of_birth),
                           (std::optional<edensync::long_text>, comments));
};

/// How a person can be reached. `pe_id` says whom it belongs to: in Eden a "person entity", here the person itself.
struct contact {
  BOOST_HANA_DEFINE_STRUCT(contact, (edensync::uid, uuid), (edensync::link<person>, pe_id),
                           (std::string, contact_method), (std::string, value), (std::optional<int>, priority));
};

/// Where a person lives.
struct address {
  BOOST_HANA_DEFINE_STRUCT(address, (edensync::uid, uuid), (edensync::link<person>, pe_id), (std::optional<int>, type),
                           (std::optional<edensync::long_text>, comments),
                           (std::optional<edensync::link<location>>, location_id));
};

/// A request for supplies, by a person, for an office.
struct request {
  BOOST_HANA_DEFINE_STRUCT(request, (edensync::uid, uuid), (std::string, req_ref),
                           (std::optional<edensync::timestamp>, date), (std::optional<int>, priority),
                           (std::optional<edensync::long_text>, purpose), (std::optional<bool>, is_template),
                           (std::optional<edensync::timestamp>, date_required), (std::optional<bool>, closed),
                           (std::optional<edensync::long_text>, comments),
                           (std::optional<edensync::link<office>>, site_id),
                           (std::optional<edensync::link<person>>, requester_id));
};

}  // namespace relief

// `represented` names the fields that Eden writes twice: the value, and beside it a text for people.
template <>
struct edensync::resource<relief::location> {
  static constexpr std::string_view name = "gis_location";
  static constexpr std::array<std::string_view, 2> represented{"level", "comments"};
  static constexpr std::string_view hierarchy = "parent";
};

template <>
struct edensync::resource<relief::organisation> {
  static constexpr std::string_view name = "org_organisation";
  static constexpr std::array<std::string_view, 5> represented{"acronym", "country", "phone", "website", "comments"};
};

template <>
struct edensync::resource<relief::office> {
  static constexpr std::string_view name = "org_office";
  static constexpr std::array<std::string_view, 3> represented{"phone1", "email", "comments"};
  static constexpr std::array<std::string_view, 1> unique{"code"};
};

template <>
struct edensync::resource<relief::person> {
  static constexpr std::string_view name = "pr_person";
  static constexpr std::array<std::string_view, 3> represented{"middle_name", "last_name", "comments"};
  // The order in which Eden writes them.
  static constexpr std::array<edensync::component_descriptor, 2> components{
      {{.resource = "pr_address", .key = "pe_id"}, {.resource = "pr_contact", .key = "pe_id"}}};
};

template <>
struct edensync::resource<relief::contact> {
  static constexpr std::string_view name = "pr_contact";
  static constexpr std::array<std::string_view, 2> represented{"contact_method", "value"};
};

template <>
struct edensync::resource<relief::address> {
  static constexpr std::string_view name = "pr_address";
  static constexpr std::array<std::string_view, 1> represented{"comments"};
};

template <>
struct edensync::resource<relief::request> {
  static constexpr std::string_view name = "inv_req";
  static constexpr std::array<std::string_view, 2> represented{"purpose", "comments"};
};

namespace relief {

/// The master resources, in the order in which they are best synchronised: first what others refer to.
inline constexpr std::array<std::string_view, 5> masters{"gis_location", "org_organisation", "org_office", "pr_person",
                                                         "inv_req"};

/// All seven as a schema.
inline edensync::result<edensync::schema> schema() {
  return edensync::describe<location, organisation, office, person, contact, address, request>();
}

}  // namespace relief
