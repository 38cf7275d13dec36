// An application's persistent classes as they were before it heard of synchronisation.
#ifndef EDENSYNC_ODB_TESTS_APPLICATION_CLASSES_HXX
#define EDENSYNC_ODB_TESTS_APPLICATION_CLASSES_HXX

// [classes]
#include <odb/core.hxx>
#include <odb/nullable.hxx>

#include <memory>
#include <string>
#include <vector>

#pragma db object table("organisations")
class organisation {
 public:
  organisation(std::string name, std::string acronym) : name_(std::move(name)), acronym_(std::move(acronym)) {}

  const std::string& name() const { return name_; }
  void rename(std::string name) { name_ = std::move(name); }

 private:
  friend class odb::access;
  organisation() = default;

#pragma db id auto
  unsigned long id_ = 0;
#pragma db unique
  std::string name_;
  std::string acronym_;
};

#pragma db object table("offices")
struct office {
#pragma db id auto
  unsigned long id = 0;
  std::string name;
  odb::nullable<bool> closed;
  odb::nullable<int> beds;
#pragma db index
  std::shared_ptr<organisation> owner;
  // What others need not know.
  int desks = 3;
  std::vector<std::string> nicknames;
};
// [classes]

#pragma db object table("desks")
struct desk {
#pragma db id auto
  unsigned long id = 0;
#pragma db not_null
  std::shared_ptr<office> place;
  int number = 5;
};

#endif
