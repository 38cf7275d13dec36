// [register]
#include <edensync/odb/class.hxx>

#include "classes-odb.hxx"

EDENSYNC_ODB_CLASS(organisation, "org_organisation")
EDENSYNC_ODB_CLASS(office, "org_office", {{"closed", "obsolete"}, {"owner", "organisation_id"}})
// [register]
EDENSYNC_ODB_CLASS(desk, "org_desk")
