#include "edensync/sqlite/change_layout.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/write_context.hpp"
#include "edensync/sqlite/store.hpp"
#include "support/temporary_folder.hpp"

namespace {

using edensync::component_descriptor;
using edensync::error;
using edensync::failure_exception;
using edensync::field_descriptor;
using edensync::field_type;
using edensync::resource_descriptor;
using edensync::sqlite::execution;
using edensync::sqlite::statement;

using fields = std::vector<field_descriptor>;

const field_descriptor name{.name = "name", .type = field_type::string};
const field_descriptor code{.name = "code", .type = field_type::string};
const field_descriptor team{.name = "team_id", .type = field_type::reference, .target = "dvr_team"};

field_descriptor mandatory(field_descriptor f) {
  f.mandatory = true;
  return f;
}
field_descriptor unique(field_descriptor f) {
  f.unique = true;
  return f;
}

// A table of a schema, with what it needs to live.
struct table {
  std::string_view name;
  fields content;
  std::vector<component_descriptor> components{};
};

edensync::schema make(const std::vector<table>& tables) {
  auto keep = std::make_shared<std::vector<table>>(tables);
  std::vector<resource_descriptor> all;
  for (const auto& t : *keep) all.push_back({t.name, t.content, t.components});
  return edensync::schema::make(all, keep).value();
}

struct changing : edensync::test::temporary_folder {
  changing() { how.path = file("site.sqlite"); }

  void change(const std::vector<table>& tables) {
    const auto s = make(tables);
    edensync::sqlite::change_layout(how, s);
    // What was made is what a store needs.
    edensync::sqlite::store(how, std::make_shared<const edensync::schema>(s)).snapshot();
  }

  void refused(const std::vector<table>& tables, std::string_view words) {
    const auto before = definitions();
    try {
      edensync::sqlite::change_layout(how, make(tables));
      BOOST_ERROR("not refused: " << words);
    } catch (const failure_exception& e) {
      BOOST_TEST((e.why().code == error::bad_schema));
      BOOST_TEST(e.why().text().find(words) != std::string::npos, e.why().text());
    }
    BOOST_TEST(definitions() == before);
  }

  void sql(const std::string& text) { edensync::sqlite::connection(how, 256).run(text); }

  bool takes(const std::string& text) {
    try {
      sql(text);
      return true;
    } catch (const failure_exception&) {
      return false;
    }
  }

  std::string ask(const std::string& text) {
    edensync::sqlite::connection db(how, 256);
    edensync::sqlite::statement_counter executed{0};
    statement s(db.get(), text, executed);
    execution e(s);
    std::string all;
    while (e.step()) all += (all.empty() ? "" : " ") + (e.is_null(0) ? std::string("null") : e.get_string(0));
    return all;
  }

  std::string definitions() { return ask("SELECT coalesce(sql,'')||rootpage FROM sqlite_master ORDER BY name"); }

  // A record with a number and a uid made of it, and one or two columns more.
  void add(const std::string& table, int id, const std::string& columns, const std::string& content) {
    const auto n = std::to_string(id);
    sql("INSERT INTO " + table + "(id,uuid,sync_sequence," + columns + ") VALUES(" + n + ",'" + table + n + "'," + n +
        "," + content + ")");
  }

  edensync::sqlite::options how;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(change_layout, changing)

BOOST_AUTO_TEST_CASE(what_is_as_it_should_be_is_left_alone) {
  const std::vector<table> tables{
      {"dvr_team", {mandatory(name)}},
      {"dvr_site", {name, unique(code), team}, {{.resource = "dvr_bed", .key = "site_id"}}},
      {"dvr_bed", {{.name = "site_id", .type = field_type::reference, .target = "dvr_site"}}}};
  change(tables);
  const auto made = definitions();
  change(tables);
  BOOST_TEST(definitions() == made);
  // Nor is it made anew because it once was.
  change({{"dvr_team", {mandatory(name), code}}});
  const auto again = definitions();
  BOOST_TEST(again != made);
  change({{"dvr_team", {mandatory(name), code}}});
  BOOST_TEST(definitions() == again);
}

BOOST_AUTO_TEST_CASE(fields_and_tables_are_added_to_records) {
  change({{"dvr_site", {name}}});
  add("dvr_site", 7, "name,mci,deleted,modified_on", "'Harbour',3,0,'2026-03-01T08:00:00'");
  add("dvr_site", 9, "name,deleted", "NULL,1");
  change({{"dvr_site", {code, name, team}}, {"dvr_team", {name}}});
  BOOST_TEST(ask("SELECT id||uuid||mci||name||modified_on||sync_sequence||(code IS NULL) FROM dvr_site WHERE id=7") ==
             "7dvr_site73Harbour2026-03-01T08:00:0071");
  BOOST_TEST(ask("SELECT deleted FROM dvr_site ORDER BY id") == "0 1");
  add("dvr_team", 1, "name", "'North'");
  BOOST_TEST(takes("UPDATE dvr_site SET team_id=1"));
  BOOST_TEST(!takes("UPDATE dvr_site SET team_id=2"));  // the reference is one now
  // What others refer to is made anew under them.
  change({{"dvr_site", {code, name, team}}, {"dvr_team", {name, code}}});
  BOOST_TEST(ask("SELECT t.name FROM dvr_site s JOIN dvr_team t ON t.id=s.team_id") == "North North");
  BOOST_TEST(!takes("DELETE FROM dvr_team"));
}

BOOST_AUTO_TEST_CASE(references_that_lead_nowhere_are_told_and_not_kept) {
  change({{"dvr_site", {name, team}}, {"dvr_team", {name}}});
  sql("PRAGMA foreign_keys=OFF; INSERT INTO dvr_site(uuid,sync_sequence,team_id) VALUES('x',1,77)");
  refused({{"dvr_site", {name, team}}, {"dvr_team", {name, code}}}, "dvr_site: records refer to what is not there");
}

BOOST_AUTO_TEST_CASE(what_becomes_mandatory_is_asked_of_new_records) {
  change({{"dvr_site", {name, code}}});
  add("dvr_site", 1, "name", "'Harbour'");
  change({{"dvr_site", {name, mandatory(code)}}});
  BOOST_TEST(takes("UPDATE dvr_site SET name='Church' WHERE id=1"));
  BOOST_TEST(!takes("INSERT INTO dvr_site(uuid,sync_sequence,name) VALUES('x',2,'School')"));
  BOOST_TEST(takes("INSERT INTO dvr_site(uuid,sync_sequence,code) VALUES('x',2,'C')"));
  // A field that was not there, and the way back.
  change({{"dvr_site", {name, mandatory(code), mandatory({.name = "kind", .type = field_type::integer})}}});
  BOOST_TEST(takes("UPDATE dvr_site SET name='School'"));
  BOOST_TEST(!takes("INSERT INTO dvr_site(uuid,sync_sequence,code) VALUES('y',3,'D')"));
  change({{"dvr_site", {name, code, {.name = "kind", .type = field_type::integer}}}});
  BOOST_TEST(takes("INSERT INTO dvr_site(uuid,sync_sequence) VALUES('y',3)"));
}

BOOST_AUTO_TEST_CASE(what_becomes_unique_must_be_so) {
  change({{"dvr_site", {name, code}}});
  add("dvr_site", 1, "code", "'A'");
  add("dvr_site", 2, "code", "'A'");
  refused({{"dvr_team", {name}}, {"dvr_site", {name, unique(code)}}}, "dvr_site: records that are there share");
  BOOST_TEST(ask("SELECT count(*) FROM sqlite_master WHERE name='dvr_team'") == "0");
  sql("UPDATE dvr_site SET code='B' WHERE id=2");
  change({{"dvr_site", {name, unique(code)}}});
  BOOST_TEST(!takes("UPDATE dvr_site SET code='A' WHERE id=2"));
  change({{"dvr_site", {name, code}}});
  BOOST_TEST(takes("UPDATE dvr_site SET code='A' WHERE id=2"));
}

BOOST_AUTO_TEST_CASE(a_key_of_one_master_becomes_one_of_several) {
  const table site{"dvr_site", {name}, {{.resource = "dvr_bed", .key = "site_id"}}};
  const table camp{"dvr_camp", {name}, {{.resource = "dvr_bed", .key = "site_id"}}};
  const table bed{"dvr_bed", {{.name = "site_id", .type = field_type::reference, .target = "dvr_site"}}};
  change({site, bed});
  add("dvr_site", 4, "name", "'Harbour'");
  add("dvr_bed", 1, "site_id", "4");
  change({site, camp, bed});
  BOOST_TEST(ask("SELECT site_id||site_id_of FROM dvr_bed") == "4dvr_site");
  add("dvr_camp", 5, "name", "'Tents'");
  add("dvr_bed", 2, "site_id,site_id_of", "5,'dvr_camp'");
  refused({site, bed}, "dvr_bed.site_id was of another kind, and records have content in it: 1");
  sql("DELETE FROM dvr_bed WHERE id=2");
  change({site, bed});
  BOOST_TEST(ask("SELECT site_id FROM dvr_bed") == "4");
  BOOST_TEST(!takes("UPDATE dvr_bed SET site_id=5"));
}

BOOST_AUTO_TEST_CASE(content_of_another_kind_is_not_misread) {
  const field_descriptor number{.name = "code", .type = field_type::integer};
  const field_descriptor elsewhere{.name = "team_id", .type = field_type::reference, .target = "dvr_site"};
  const field_descriptor plain{.name = "team_id", .type = field_type::integer};
  change({{"dvr_team", {name}}, {"dvr_site", {name, code, team}}});
  const std::vector<table> numbers{{"dvr_team", {name}}, {"dvr_site", {name, number, team}}};
  change(numbers);  // as long as nothing is in it
  BOOST_TEST(takes("INSERT INTO dvr_team(id,uuid,sync_sequence) VALUES(1,'t',1)"));
  add("dvr_site", 1, "code,team_id", "12,1");
  refused({{"dvr_team", {name}}, {"dvr_site", {name, code, team}}}, "dvr_site.code");
  refused({{"dvr_team", {name}}, {"dvr_site", {name, number, elsewhere}}}, "dvr_site.team_id");
  refused({{"dvr_team", {name}}, {"dvr_site", {name, number, plain}}}, "dvr_site.team_id");
  BOOST_TEST(ask("SELECT code||team_id FROM dvr_site") == "121");
}

BOOST_AUTO_TEST_CASE(what_is_described_no_more_stays) {
  change({{"dvr_team", {name}}, {"dvr_site", {mandatory(name), unique(code), team}}});
  add("dvr_team", 1, "name", "'North'");
  add("dvr_site", 1, "name,code,team_id", "'Harbour','A',1");
  change({{"dvr_team", {name}}, {"dvr_site", {code}}});
  BOOST_TEST(ask("SELECT name||code||team_id FROM dvr_site") == "HarbourA1");
  BOOST_TEST(takes("INSERT INTO dvr_site(uuid,sync_sequence,code) VALUES('x',2,'A')"));
  sql("DELETE FROM dvr_site WHERE uuid='x'");
  change({{"dvr_team", {name}}, {"dvr_site", {name, code, team}}});
  BOOST_TEST(ask("SELECT name||code||team_id FROM dvr_site") == "HarbourA1");
}

BOOST_AUTO_TEST_SUITE_END()
