#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace edensync {

/// The field types of Eden that travel (spec/s3xml.md §3.2). `floating` is Eden's "double".
enum class field_type : std::uint8_t {
  string,
  text,
  integer,
  bigint,
  floating,
  decimal,
  boolean,
  date,
  time,
  datetime,
  json,
  password,
  upload,
  blob,
  list_string,
  list_integer,
  reference,
  list_reference,
};

/// One field of a resource. Lifetime: the names must outlive the descriptor.
struct field_descriptor {
  std::string_view name;
  field_type type = field_type::string;
  /// The resource that a reference points to, or a super-entity: whatever is part of it; empty for other types.
  std::string_view target{};
  /// A live record must have content in it.
  bool mandatory = false;
  /// No two records have the same content in it.
  bool unique = false;
  /// Eden writes it as a `value` attribute beside a display text (string and text fields only).
  bool represented = false;
  /// What a new record has in it if nothing is said about it, as its text; dates and times: the moment of its creation,
  /// whatever stands here. Empty: nothing.
  std::string_view standard{};
  /// The most characters that a string may have; 0: any number.
  std::uint32_t length = 0;
  /// A JSON text in which objects `"$k_NAME"` refer to records, as Eden configures some tables (spec/s3xml.md §4.1).
  bool holds_references = false;
};

/// A resource whose records are written inside those of another one, their master.
struct component_descriptor {
  /// The table of the component.
  std::string_view resource;
  /// The name by which the master knows it; needed when a table is attached more than once. Empty: the table's name
  /// without its prefix.
  std::string_view alias{};
  /// The reference field of the component that points to the master. It is not written: nesting says it.
  std::string_view key;
  /// A master may have more than one of them.
  bool multiple = true;
};

/// How a record is recognised that has no uid in common with its twin: what Eden calls de-duplication (spec/import.md §4).
///
/// The twin has the same content in all primary fields, which must have some, and in those of the secondary ones in which
/// the incoming record has any. It is looked for if a record comes without a uid, or the repository's uids are
/// synchronised; deleted records may be found, too.
struct duplicate_rule {
  static constexpr std::string_view usual[] = {"name"};
  std::span<const std::string_view> primary = usual;
  std::span<const std::string_view> secondary{};
  /// Upper and lower case are the same in fields of the types string and text.
  bool ignore_case = true;
  /// Deleted records are not found.
  bool ignore_deleted = false;
  /// What is found stays as it is: it is what others in the document refer to, and its components there are left out, too.
  bool no_update = false;
};

/// One resource as a flat table: what a described struct and Eden's own field descriptions both become.
struct resource_descriptor {
  std::string_view name;
  std::span<const field_descriptor> fields;
  std::span<const component_descriptor> components{};
  /// The reference field that makes a hierarchy of the resource; empty if there is none.
  std::string_view hierarchy{};
  /// The super-entities that its records are part of: whoever may refer to one of those may refer to this resource.
  std::span<const std::string_view> super_entities{};
  /// None: records are known by uid and unique fields only.
  std::optional<duplicate_rule> duplicates{};
};

}  // namespace edensync
