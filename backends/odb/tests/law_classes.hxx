// The resources of edensync::laws as an application would have them: persistent classes of ODB that know nothing of
// synchronisation. Each type of field has a member that holds it.
#ifndef EDENSYNC_ODB_TESTS_LAW_CLASSES_HXX
#define EDENSYNC_ODB_TESTS_LAW_CLASSES_HXX

#include <odb/core.hxx>
#include <odb/lazy-ptr.hxx>
#include <odb/nullable.hxx>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#pragma db object table("law_site")
class law_site {
  friend class odb::access;

#pragma db id auto
  std::int64_t id_ = 0;
#pragma db index
  odb::nullable<std::string> name_;
  odb::nullable<std::string> comments_;
  odb::nullable<std::int64_t> order_;
  odb::nullable<std::int64_t> big_;
  odb::nullable<double> ratio_;
  odb::nullable<std::string> price_;
  odb::nullable<bool> open_;
  odb::nullable<std::string> founded_;
  odb::nullable<std::string> opens_;
  odb::nullable<std::int64_t> seen_;
  odb::nullable<std::string> extra_;
  odb::nullable<std::string> secret_;
  odb::nullable<std::string> file_;
#pragma db type("BLOB")
  odb::nullable<std::vector<char>> bytes_;
  odb::nullable<std::string> tags_;
  odb::nullable<std::string> numbers_;
#pragma db index
  odb::lazy_shared_ptr<law_site> parent_;
  odb::lazy_shared_ptr<law_site> partner_;
  odb::nullable<std::string> friends_;
  odb::nullable<std::int64_t> outside_;
};

#pragma db object table("law_part")
struct law_part {
#pragma db id auto
  std::int64_t number = 0;
  odb::nullable<std::string> title;
#pragma db index
  odb::lazy_shared_ptr<law_site> site;
  // Of no interest to anybody else.
  int shelf = 7;
};

// ODB counts its updates, and refuses those of an object that somebody else has changed since it was loaded.
#pragma db object table("law_base") optimistic
struct law_base {
#pragma db id auto
  std::int64_t id = 0;
#pragma db version
  unsigned long version = 0;
  odb::nullable<std::string> name;
};

#pragma db object table("law_note")
struct law_note {
#pragma db id auto
  unsigned long id = 0;
  odb::nullable<std::string> name;
  odb::nullable<std::int64_t> place_id;
  odb::nullable<std::string> place_id_of;
  odb::nullable<std::int64_t> marked_id;
  odb::nullable<std::string> marked_id_of;
};

#endif
