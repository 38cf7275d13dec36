#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"

namespace edensync::detail {

/// A table read at run time, with its names.
struct described_table {
  std::string name;
  std::deque<std::string> words;
  std::vector<field_descriptor> fields;
  std::vector<component_descriptor> components;
  std::string_view hierarchy;
  std::vector<std::string_view> super_entities;
  std::vector<std::string_view> primary, secondary;  // what `duplicates` looks at
  std::optional<duplicate_rule> duplicates;

  std::string_view keep(std::string_view word) { return words.emplace_back(word); }
  field_descriptor* find(std::string_view field) {
    const auto at = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == field; });
    return at == fields.end() ? nullptr : &*at;
  }
};

/// Columns that every table of Eden has; they travel as attributes of the record, or not at all (spec/s3xml.md §2.1).
inline bool is_meta_column(std::string_view name) {
  static constexpr std::array<std::string_view, 14> names = {
      "id",          "uuid",       "mci",         "deleted",     "deleted_fk",    "deleted_rb",     "created_on",
      "modified_on", "created_by", "modified_by", "approved_by", "owned_by_user", "owned_by_group", "realm_entity"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// How Eden calls the types of fields that can travel.
inline constexpr std::pair<std::string_view, field_type> field_type_words[] = {
    {"string", field_type::string},       {"text", field_type::text},
    {"integer", field_type::integer},     {"bigint", field_type::bigint},
    {"double", field_type::floating},     {"boolean", field_type::boolean},
    {"date", field_type::date},           {"time", field_type::time},
    {"datetime", field_type::datetime},   {"json", field_type::json},
    {"password", field_type::password},   {"upload", field_type::upload},
    {"blob", field_type::blob},           {"list:string", field_type::list_string},
    {"reference", field_type::reference}, {"list:integer", field_type::list_integer},
    {"decimal", field_type::decimal},     {"list:reference", field_type::list_reference}};

/// Eden's name of a field type; none if it is not one that can travel.
inline std::optional<field_type> field_type_of(std::string_view word) {
  for (const auto& [name, type] : field_type_words)
    if (name == word) return type;
  return std::nullopt;
}

/// The opposite of `field_type_of`.
inline std::string_view word_of(field_type of) {
  for (const auto& [name, type] : field_type_words)
    if (type == of) return name;
  return {};
}

/// Adds a field as Eden names its type. Meta columns, keys and geometries, which follow from other fields, are no fields.
/// Errors, thrown: `bad_schema` for a field without a name or of an unknown type.
inline void add_field(described_table& to, std::string_view name, std::string_view type) {
  if (name.empty()) throw_failure(error::bad_schema, to.name + ": a field has no name");
  if (is_meta_column(name) || type == "id" || type.starts_with("geometry")) return;
  const auto word = type.substr(0, type.find_first_of(" ("));
  const auto known = field_type_of(word);
  if (!known)
    throw_failure(error::bad_schema, to.name + "." + std::string(name) + ": unknown type " + std::string(type));
  field_descriptor f{.name = to.keep(name), .type = *known};
  if (*known == field_type::reference || *known == field_type::list_reference) {
    // Some say which column they point to: `reference table.column`.
    const auto target = word.size() < type.size() ? type.substr(word.size() + 1) : std::string_view();
    f.target = to.keep(target.substr(0, target.find('.')));
  }
  to.fields.push_back(f);
}

}  // namespace edensync::detail
