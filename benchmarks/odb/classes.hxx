// The persistent classes over which a store and a loop by hand are measured.
#ifndef EDENSYNC_BENCHMARKS_ODB_CLASSES_HXX
#define EDENSYNC_BENCHMARKS_ODB_CLASSES_HXX

#include <odb/core.hxx>
#include <odb/lazy-ptr.hxx>
#include <odb/nullable.hxx>

#include <cstdint>
#include <memory>
#include <string>

#pragma db object table("org_organisation")
struct organisation {
#pragma db id auto
  std::int64_t id = 0;
  std::string name;
};

#pragma db object table("org_office")
struct office {
#pragma db id auto
  std::int64_t id = 0;
  std::string name;
  odb::nullable<std::string> code;
  odb::nullable<std::string> phone1;
  odb::nullable<std::string> email;
  odb::nullable<bool> obsolete;
  odb::nullable<std::int64_t> beds;
  odb::nullable<double> lat;
  odb::nullable<std::string> comments;
  odb::lazy_shared_ptr<organisation> organisation_id;
};

#endif
