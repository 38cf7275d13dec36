// The annotated classes, read by the odb compiler and by the gateway; C++11 and nothing of edensync.
#ifndef EDENSYNC_ODB_ORGANISATION_HXX
#define EDENSYNC_ODB_ORGANISATION_HXX

#include <odb/core.hxx>
#include <odb/nullable.hxx>

#include <cstdint>
#include <string>

#pragma db model version(1, 1)

#pragma db object table("org_organisation")
struct organisation {
#pragma db id auto
  std::int64_t id;
#pragma db unique
  std::string uuid;
#pragma db index
  odb::nullable<std::string> name;
  odb::nullable<std::int64_t> modified_on;
  odb::nullable<int> mci;
  bool deleted;
  std::string replaced_by;
  // The place in the order of commits, when it was committed (change_query), and the repository that it came from.
#pragma db unique
  std::int64_t sequence;
  std::int64_t arrival;
  std::int64_t origin;
};

#pragma db view object(organisation)
struct newest {
#pragma db column("max(" + organisation::sequence + ")")
  odb::nullable<std::int64_t> sequence;
#pragma db column("max(" + organisation::modified_on + ")")
  odb::nullable<std::int64_t> modified_on;
};

#pragma db object table("edensync_setting")
struct setting {
#pragma db id
  std::string name;
  std::string content;
};

#endif
