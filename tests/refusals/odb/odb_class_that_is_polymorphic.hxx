// A class of which a table keeps several kinds, and one that is alone.
#ifndef EDENSYNC_ODB_CLASS_THAT_IS_POLYMORPHIC_HXX
#define EDENSYNC_ODB_CLASS_THAT_IS_POLYMORPHIC_HXX

#include <odb/core.hxx>

#pragma db object polymorphic
struct of_many_kinds {
  virtual ~of_many_kinds() = default;
#pragma db id auto
  long id = 0;
};

#pragma db object
struct of_one_kind {
#pragma db id auto
  long id = 0;
};

#endif
