// Classes that say which number each object has, or have none that is a number.
#ifndef EDENSYNC_ODB_CLASS_WITHOUT_AN_ID_OF_ITS_OWN_HXX
#define EDENSYNC_ODB_CLASS_WITHOUT_AN_ID_OF_ITS_OWN_HXX

#include <odb/core.hxx>

#include <string>

#pragma db object
struct numbered_by_hand {
#pragma db id
  long id = 0;
};

#pragma db object
struct known_by_its_name {
#pragma db id
  std::string name;
};

#pragma db object no_id
struct known_by_nothing {
  std::string name;
};

#pragma db object
struct numbered {
#pragma db id auto
  long id = 0;
};

#endif
