// An application with objects from before anybody thought of synchronisation, which it goes on writing.
#pragma once

#include "edensync/odb/store.hpp"

#include <array>
#include <string>
#include <vector>

#include "application/program.hpp"
#include "support/temporary_folder.hpp"

namespace edensync::test {

// [schema]
constexpr std::array organisation_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true, .unique = true},
    field_descriptor{.name = "acronym", .type = field_type::string},
};
constexpr std::array office_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true},
    field_descriptor{.name = "obsolete", .type = field_type::boolean},
    field_descriptor{.name = "organisation_id", .type = field_type::reference, .target = "org_organisation"},
};
constexpr std::array resources{
    resource_descriptor{.name = "org_organisation", .fields = organisation_fields},
    resource_descriptor{.name = "org_office", .fields = office_fields},
};
// [schema]

struct running_application {
  temporary_folder folder;
  std::string path = folder.file("application.sqlite");

  running_application() {
    application::start(path);
    application::found("Red Cross", "RC");
    application::found("Oxfam", "OX");
    application::open_office("Bern", "Red Cross");
  }
  ~running_application() { application::stop(); }

  edensync::odb::store synchronised() {
    // [open]
    auto described = schema::make(resources);
    auto opened = edensync::odb::store::open(path, described.value());
    // [open]
    return opened.value();
  }

  void plain_sql(const char* statements) const { sqlite::connection({.path = path}, 256).run(statements); }

  static record named(resource_id resource, const char* id, const char* name) {
    record r;
    r.resource = resource;
    r.uuid = uid(id);
    r.version.modified_on = timestamp{1000};
    r.version.mci = 1;
    r.fields.emplace_back(std::string(name));
    return r;
  }
};

inline std::vector<stored_record> changed(edensync::odb::snapshot now, resource_id resource,
                                          sequence_number after = 0) {
  std::vector<stored_record> all;
  auto each = now.changes({.resource = resource, .after = after, .since = {}});
  for (stored_record r; each.next(r);) all.push_back(r);
  return all;
}

inline std::string name_of(const record& r) { return std::get<std::string>(r.fields.at(0)); }

}  // namespace edensync::test
