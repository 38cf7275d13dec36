// refused: edensync: record_store on ODB needs an integer id with `#pragma db id auto` in each class
#include "odb_class_without_an_id_of_its_own.hxx"

#include <edensync/odb/class.hxx>

#include "odb_class_without_an_id_of_its_own-odb.hxx"

#ifndef EDENSYNC_CORRECTED
EDENSYNC_ODB_CLASS(numbered_by_hand, "law_site")
EDENSYNC_ODB_CLASS(known_by_its_name, "law_part")
EDENSYNC_ODB_CLASS(known_by_nothing, "law_base")
#endif
EDENSYNC_ODB_CLASS(numbered, "law_note")
