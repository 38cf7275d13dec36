#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/adopt.hpp"
#include "edensync/sqlite/store.hpp"

#include "plain_sql.hpp"
#include "support/temporary_folder.hpp"

/// An application with a database of its own, and what a store makes of it.
namespace adopted_rig {

using namespace edensync;

inline constexpr std::array organisation_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true, .unique = true},
    field_descriptor{.name = "country", .type = field_type::string}};
inline constexpr std::array office_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true},
    field_descriptor{.name = "floors", .type = field_type::integer},
    field_descriptor{.name = "organisation_id", .type = field_type::reference, .target = "org_organisation"},
    field_descriptor{.name = "comments", .type = field_type::text}};
inline constexpr std::array resources{resource_descriptor{.name = "org_organisation", .fields = organisation_fields},
                                      resource_descriptor{.name = "org_office", .fields = office_fields}};

inline constexpr resource_id organisation = 0, office = 1;

inline std::shared_ptr<const schema> two_resources() {
  return std::make_shared<const schema>(schema::make(resources).value());
}

/// What the application has: names of its own, a column more, and no place for comments.
inline constexpr const char* tables = R"sql(
CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country TEXT COLLATE NOCASE, stars INT);
CREATE TABLE offices(id INTEGER PRIMARY KEY, title TEXT NOT NULL, floors INTEGER CHECK(floors>=0),
  org INTEGER REFERENCES organisations(id) ON UPDATE CASCADE);)sql";

inline std::vector<sqlite::adopted_table> described() {
  return {{.resource = "org_organisation", .table = "organisations"},
          {.resource = "org_office", .table = "offices", .columns = {{"name", "title"}, {"organisation_id", "org"}}}};
}

struct application {
  edensync::test::temporary_folder folder;
  std::string path = folder.file("application.sqlite");
  plain_sql sql{path};

  explicit application(const std::string& ddl = tables) { sql.run(ddl); }

  result<std::string> try_adopt(const std::vector<sqlite::adopted_table>& t = described(),
                                sqlite::dry_run dry = sqlite::dry_run::no) {
    return sqlite::adopt({.path = path}, *two_resources(), t, dry);
  }
  /// Why the tables cannot be adopted.
  std::string refusal(const std::vector<sqlite::adopted_table>& t = described()) {
    const auto done = try_adopt(t);
    return done ? "" : done.error().info.ours();
  }
  sqlite::store open() { return sqlite::store::open(path, two_resources()).value(); }
  sqlite::store adopt(const std::vector<sqlite::adopted_table>& t = described()) {
    try_adopt(t).value();
    return open();
  }

  std::vector<std::string> definitions() {
    return sql.rows("SELECT type,name,tbl_name,sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1,2");
  }
};

inline std::string text_of(const value& v) {
  if (const auto* s = std::get_if<std::string>(&v)) return *s;
  if (const auto* n = std::get_if<std::int64_t>(&v)) return std::to_string(*n);
  if (const auto* r = std::get_if<reference>(&v)) return "->" + std::to_string(static_cast<std::int64_t>(r->handle));
  return {};
}

/// A record as `3 Depot 2 ->1`; deleted ones end in `deleted`.
inline std::string line_of(const stored_record& r) {
  std::string line = std::to_string(static_cast<std::int64_t>(r.handle));
  for (const auto& v : r.fields)
    if (const auto text = text_of(v); !text.empty()) line += " " + text;
  return line + (r.version.deleted ? " deleted" : "");
}

using lines = std::vector<std::string>;

/// What changed in a resource behind a number, in the order of commits.
template <class Reader>
lines changes(Reader&& from, resource_id resource, sequence_number after = 0) {
  lines all;
  auto each = from.changes({.resource = resource, .after = after, .since = {}});
  for (stored_record r; each.next(r);) all.push_back(line_of(r));
  return all;
}

template <class Reader>
stored_record record_of(Reader&& from, resource_id resource, std::string_view name) {
  auto each = from.changes({.resource = resource, .since = {}});
  for (stored_record r; each.next(r);)
    if (text_of(r.fields[0]) == name) return r;
  return {};
}

inline record a_record(resource_id resource, std::string_view name, timestamp modified_on = {1000}) {
  record r;
  r.resource = resource;
  r.uuid = uid("urn:uuid:" + std::string(name));
  r.version.modified_on = modified_on;
  r.version.mci = 1;
  r.fields.emplace_back(std::string(name));
  return r;
}
inline record an_office(std::string_view name, record_handle of, std::int64_t floors = 1) {
  record r = a_record(office, name);
  r.fields.emplace_back(floors);
  r.fields.emplace_back(reference{organisation, {}, of});
  return r;
}

/// Writes as a pull would, in one transaction.
template <class Store, class Work>
auto imported(Store& store, Work work) {
  auto t = store.begin({.now = {2000}, .origin = 7});
  auto done = work(t);
  t.commit();
  return done;
}

inline std::string told(const write_result& w) {
  return w ? "taken" : std::string(to_text(w.error().reason)) + ": " + w.error().message;
}

}  // namespace adopted_rig
