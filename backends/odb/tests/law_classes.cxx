#include "law_classes.hxx"

#include <edensync/odb/class.hxx>

#include "law_classes-odb.hxx"

EDENSYNC_ODB_CLASS(law_site, "law_site")
EDENSYNC_ODB_CLASS(law_part, "law_part", {{"title", "name"}, {"site", "site_id"}})
EDENSYNC_ODB_CLASS(law_base, "law_base")
EDENSYNC_ODB_CLASS(law_note, "law_note")
