#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/odb/gateway.hpp"
#include "edensync/sqlite/layout.hpp"

namespace edensync::odb {

/// Where the fields of a resource stand in its persistent class, and the beginnings of the questions about it.
struct class_layout {
  /// What stands for "no column".
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  const gateway::object_class* of = nullptr;
  /// In edensync_class.
  std::int64_t number = 0;
  /// By field: its column, and the one with the name of the table that a reference leads to, where it may lead to several.
  std::vector<std::size_t> column, named;
  /// By field: whether its member cannot be null; then an empty text is none.
  std::vector<bool> never_null;

  /// Condition on stamps. `SELECT … WHERE` over stamps, and over objects and their stamps. All end with a blank.
  std::string stamps, find, join;
  /// The stamp of an object that is there.
  std::string there;

  /// Errors: bad_schema if no class is registered for the resource, or one that cannot hold its fields.
  explicit class_layout(const resource_schema& r) {
    for (const auto* each : gateway::classes())
      if (each->resource() == r.name()) of = each;
    if (of == nullptr)
      throw_failure(error::bad_schema, "no persistent class is registered for " + std::string(r.name()));
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      column.push_back(place(r, r.field(i).name));
      if (!holds(of->columns()[column.back()].type, r.field(i).type))
        throw_failure(error::bad_schema, "the member for " + std::string(r.name()) + '.' +
                                             std::string(r.field(i).name) + " is of another type");
      named.push_back(r.targets(i).size() > 1 ? place(r, sqlite::named_column(r.field(i).name)) : nowhere);
    }
    never_null.resize(column.size());
  }

  /// Makes the texts, once the number is known.
  void number_is(std::int64_t n) {
    number = n;
    const std::string own = "r.class=" + std::to_string(n);
    const std::string what = "SELECT r.object,r.uuid,r.modified_on,r.mci,r.deleted,r.sequence,r.origin FROM ";
    stamps = "class=" + std::to_string(n) + " AND ";
    find = what + "edensync_object AS r WHERE " + own + " AND ";
    // From the objects to their stamps, whatever SQLite thinks of it: what is asked for stands in the objects.
    join = what + table() + " AS o CROSS JOIN edensync_object AS r ON " + own + " AND r.object=o." +
           sqlite::quoted_name(of->id_column()) + " WHERE ";
    there = join + "o." + sqlite::quoted_name(of->id_column()) + "=?";
  }

  std::string table() const { return sqlite::quoted_name(of->table()); }
  /// A column as `join` names it.
  std::string quoted(std::size_t i) const { return "o." + sqlite::quoted_name(of->column_name(i)); }

 private:
  using kind = gateway::cell::kind;

  std::size_t place(const resource_schema& r, std::string_view name) const {
    const auto& all = of->columns();
    const auto it = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
    if (it == all.end())
      throw_failure(error::bad_schema,
                    "the persistent class of " + std::string(r.name()) + " has no member for " + std::string(name));
    return static_cast<std::size_t>(it - all.begin());
  }

  static bool holds(kind member, field_type type) {
    switch (type) {
      case field_type::boolean:
      case field_type::integer:
      case field_type::bigint:
      case field_type::reference: return member == kind::integer;
      case field_type::floating: return member == kind::real;
      case field_type::datetime: return member == kind::text || member == kind::integer;
      case field_type::blob: return member == kind::blob;
      default: return member == kind::text;
    }
  }
};

}  // namespace edensync::odb
