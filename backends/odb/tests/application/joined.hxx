// What the application adds where it wants to see what edensync keeps beside its objects.
#ifndef EDENSYNC_ODB_TESTS_APPLICATION_JOINED_HXX
#define EDENSYNC_ODB_TESTS_APPLICATION_JOINED_HXX

#include "classes.hxx"

// [joined]
#include <edensync/odb/object_stamp.hxx>

#pragma db view object(organisation)                            \
    table("edensync_class" = "c" : "c.name='org_organisation'") \
    object(edensync::odb::object_stamp = stamp                  \
           : "c.number=" + stamp::key.class_number + "AND" + stamp::key.object + "=" + organisation::id_)
struct living_organisation {
#pragma db column(organisation::name_)
  std::string name;
#pragma db column(stamp::uuid)
  std::string uuid;
};
// [joined]

#endif
