#include <edensync/odb/class.hxx>

#include "person-odb.hxx"

EDENSYNC_ODB_CLASS(app::person, "pr_person", {{"last_name", "name"}})
