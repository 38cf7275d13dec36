// Whatever others write in plain SQL, chosen by chance: the records are what is in the tables, and each change is told.
#include "edensync/laws/random_steps.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "adopted_rig.hpp"

using namespace adopted_rig;

namespace {

/// Unique by its number, by a column, by two, and by an expression.
constexpr const char* unique_in_many_ways = R"sql(
CREATE TABLE organisations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, country TEXT, stars INT);
CREATE UNIQUE INDEX places ON organisations(country, stars) WHERE stars > 0;
CREATE UNIQUE INDEX heads ON organisations(substr(name, 1, 1) || coalesce(stars, 9)))sql";

/// Statements that meet each other: few numbers, few texts.
std::string random_sql(laws::play::chance& c) {
  const auto id = [&] { return std::to_string(c.below(5)); };
  const auto name = [&] { return "'" + std::string(1, "ab"[c.below(2)]) + std::string(1, "xyz"[c.below(3)]) + "'"; };
  const auto country = [&] { return c.one_in(3) ? std::string("NULL") : c.one_in(2) ? "'NO'" : "'SE'"; };
  const auto row = [&] {
    return "(" + (c.one_in(3) ? "NULL" : id()) + "," + name() + "," + country() + "," + std::to_string(c.below(4)) +
           ")";
  };
  static constexpr std::array or_else{"", " OR REPLACE", " OR IGNORE", " OR FAIL", " OR ABORT", " OR REPLACE"};
  const std::string how = or_else[c.below(or_else.size())];
  const std::string where = c.one_in(4) ? std::string() : " WHERE id" + std::string(c.one_in(3) ? ">" : "=") + id();
  switch (c.below(9)) {
    case 0:
    case 1: return "INSERT" + how + " INTO organisations VALUES" + row();
    case 2: return "INSERT" + how + " INTO organisations VALUES" + row() + "," + row();
    case 3: return "UPDATE" + how + " organisations SET name=" + name() + where;
    case 4: return "UPDATE" + how + " organisations SET country=" + country() + ",stars=" + id() + where;
    case 5: return "UPDATE" + how + " organisations SET id=" + (c.one_in(2) ? id() : "id+1") + where;
    case 6: return "DELETE FROM organisations" + where;
    case 7:
      return "INSERT INTO organisations VALUES" + row() +
             (c.one_in(2) ? " ON CONFLICT(name) DO UPDATE SET country=excluded.country,stars=excluded.stars"
                          : " ON CONFLICT DO UPDATE SET country=excluded.country");
    default: return "INSERT INTO organisations VALUES" + row() + " ON CONFLICT DO NOTHING";
  }
}

/// What is wrong after these statements, or nothing.
std::string wrong_after(const std::vector<std::string>& statements, bool recursive) {
  application app(unique_in_many_ways);
  app.sql.run(recursive ? "PRAGMA recursive_triggers=ON" : "PRAGMA recursive_triggers=OFF");
  auto store = app.adopt({described()[0]});
  std::map<std::string, stored_record> before;
  sequence_number mark = 0;
  for (const auto& sql : statements) {
    const auto rows = app.sql.rows("SELECT id||' '||name||coalesce(' '||country,'') FROM organisations ORDER BY 1");
    app.sql.attempt(sql);
    const auto rows_now = app.sql.rows("SELECT id||' '||name||coalesce(' '||country,'') FROM organisations ORDER BY 1");
    auto now = store.snapshot();
    if (rows == rows_now && now.sequence() != mark && sql.starts_with("DELETE")) return "nothing was deleted, and told";
    lines alive;
    std::map<std::string, stored_record> after;
    auto each = now.changes({.resource = organisation, .since = {}});
    for (stored_record r; each.next(r);) {
      if (!r.version.deleted) alive.push_back(line_of(r));
      after.emplace(r.uuid.text(), r);
    }
    std::sort(alive.begin(), alive.end());
    if (alive != rows_now) return "the records are not what the table holds";
    for (const auto& [uuid, r] : before) {
      const auto it = after.find(uuid);
      if (it == after.end()) return "a record is gone";
      const bool other =
          it->second.version.deleted != r.version.deleted || (!r.version.deleted && it->second.fields != r.fields);
      if (other && it->second.sequence <= mark) return "a change is not told";
      if (other && *it->second.version.modified_on <= *r.version.modified_on) return "a change is no younger";
    }
    before = std::move(after);
    mark = now.sequence();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_adopt_foreign_writers)

BOOST_AUTO_TEST_CASE(records_are_what_is_in_the_tables_whatever_others_write) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    laws::play::chance c(seed);
    const bool recursive = c.one_in(2);
    std::vector<std::string> all;
    while (all.size() < 40) all.push_back(random_sql(c));
    std::string wrong = wrong_after(all, recursive);
    if (wrong.empty()) continue;
    for (std::size_t n = all.size(); n-- != 0;) {
      auto fewer = all;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(n));
      if (auto still = wrong_after(fewer, recursive); !still.empty()) all = std::move(fewer), wrong = std::move(still);
    }
    for (const auto& sql : all) wrong += "\n  " + sql;
    BOOST_FAIL("seed " << seed << (recursive ? ", with recursive triggers: " : ": ") << wrong);
  }
}

BOOST_AUTO_TEST_SUITE_END()
