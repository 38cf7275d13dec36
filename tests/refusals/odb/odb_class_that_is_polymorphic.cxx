// refused: edensync: record_store on ODB needs classes that are not polymorphic
#include "odb_class_that_is_polymorphic.hxx"

#include <edensync/odb/class.hxx>

#include "odb_class_that_is_polymorphic-odb.hxx"

#ifndef EDENSYNC_CORRECTED
EDENSYNC_ODB_CLASS(of_many_kinds, "law_site")
#endif
EDENSYNC_ODB_CLASS(of_one_kind, "law_part")
