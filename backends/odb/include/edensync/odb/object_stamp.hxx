// What edensync keeps beside each object of an application: a persistent class like the application's own, which can join
// it to them. C++11, and only so much of ODB as compiles as C++20, too.
#ifndef EDENSYNC_ODB_OBJECT_STAMP_HXX
#define EDENSYNC_ODB_OBJECT_STAMP_HXX

#include <odb/core.hxx>
#include <odb/nullable.hxx>

#include <cstdint>
#include <string>

namespace edensync {
namespace odb {

/// Of which object a stamp tells: the number of its class in edensync_class, and the object's id.
struct object_key {
  std::int64_t class_number;
  std::int64_t object;
};

/// The identity and version of an object as a record: uuid, mci, modified_on, deleted and the rest of it.
///
/// Moments are seconds since 1970. A deleted object stays where it is until the application erases it.
struct object_stamp {
  object_key key;
  std::string uuid;
  ::odb::nullable<std::int64_t> mci;
  ::odb::nullable<std::int64_t> created_on;
  ::odb::nullable<std::int64_t> modified_on;
  bool deleted;
  std::string replaced_by;
  std::string created_by;
  std::string modified_by;
  std::string owned_by_user;
  std::string owned_by_group;
  /// The place in the order of commits; when the object was last written, if it was only touched since then; modified_on,
  /// if it is later than the arrival of its commit; and the repository that this version came from.
  std::int64_t sequence;
  ::odb::nullable<std::int64_t> written;
  ::odb::nullable<std::int64_t> ahead;
  std::int64_t origin;
};

/// A number for each class that takes part, so that a stamp need not hold its name.
struct class_number {
  std::int64_t number;
  std::string name;
};

/// So much of a stamp as most questions are about; asked for in plain SQL.
struct found_object {
  std::int64_t object;
  std::string uuid;
  ::odb::nullable<std::int64_t> modified_on;
  ::odb::nullable<std::int64_t> mci;
  bool deleted;
  std::int64_t sequence;
  std::int64_t origin;
};

#ifdef ODB_COMPILER
#pragma db value(object_key)
#pragma db member(object_key::class_number) column("class")

#pragma db object(object_stamp) table("edensync_object")
#pragma db member(object_stamp::key) id column("")
#pragma db index(object_stamp::"edensync_object_uuid") unique members(key.class_number, uuid)
#pragma db index(object_stamp::"edensync_object_sequence") members(key.class_number, sequence)
#pragma db index(object_stamp::"edensync_object_ahead") members(key.class_number, ahead) options("WHERE ahead IS NOT NULL")

#pragma db object(class_number) table("edensync_class")
#pragma db member(class_number::number) id auto
#pragma db member(class_number::name) unique

#pragma db view(found_object)
#endif

}  // namespace odb
}  // namespace edensync

#endif
