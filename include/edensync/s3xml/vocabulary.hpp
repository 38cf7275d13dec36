#pragma once

#include <string_view>

/// The words of S3XML: names of elements and attributes, and the texts that have a meaning (spec/s3xml.md §1–4).
namespace edensync::s3xml::word {

// Elements.
inline constexpr std::string_view root = "s3xml";
inline constexpr std::string_view resource = "resource";
inline constexpr std::string_view data = "data";
inline constexpr std::string_view reference = "reference";

// Attributes of the root.
inline constexpr std::string_view success = "success";
inline constexpr std::string_view start = "start";
inline constexpr std::string_view limit = "limit";
inline constexpr std::string_view results = "results";
inline constexpr std::string_view domain = "domain";
inline constexpr std::string_view url = "url";
inline constexpr std::string_view xmlns = "xmlns";

// Attributes of a record.
inline constexpr std::string_view name = "name";
inline constexpr std::string_view alias = "alias";
inline constexpr std::string_view uuid = "uuid";
inline constexpr std::string_view tuid = "tuid";
inline constexpr std::string_view deleted = "deleted";
inline constexpr std::string_view replaced_by = "replaced_by";
inline constexpr std::string_view mci = "mci";
inline constexpr std::string_view created_on = "created_on";
inline constexpr std::string_view modified_on = "modified_on";
inline constexpr std::string_view created_by = "created_by";
inline constexpr std::string_view modified_by = "modified_by";
inline constexpr std::string_view owned_by_user = "owned_by_user";
inline constexpr std::string_view owned_by_group = "owned_by_group";

// Attributes that only edensync writes; Eden ignores them.
/// The record's place in the sender's change order.
inline constexpr std::string_view sequence = "sequence";
/// `True`: the uuid was made by the receiver, because the document gave none.
inline constexpr std::string_view made = "made";

// Attributes of a field.
inline constexpr std::string_view field = "field";
inline constexpr std::string_view value = "value";
/// Of an upload field, with `url`: what its owner called the file.
inline constexpr std::string_view filename = "filename";

}  // namespace edensync::s3xml::word
