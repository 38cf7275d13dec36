#include <edensync/odb/class.hxx>

#include "classes-odb.hxx"

EDENSYNC_ODB_CLASS(location, "gis_location")
EDENSYNC_ODB_CLASS(organisation, "org_organisation")
EDENSYNC_ODB_CLASS(office, "org_office")
EDENSYNC_ODB_CLASS(person, "pr_person")
EDENSYNC_ODB_CLASS(contact, "pr_contact")
EDENSYNC_ODB_CLASS(address, "pr_address")
EDENSYNC_ODB_CLASS(request, "inv_req")
