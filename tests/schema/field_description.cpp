#include "edensync/schema/field_description.hpp"

#include <boost/test/unit_test.hpp>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/expat/event_source.hpp"
#include "support/recorded.hpp"

namespace {

using edensync::error;
using edensync::field_type;

constexpr std::string_view depot = R"xml(<?xml version='1.0' encoding='utf-8'?>
<fields resource="dvr_depot">
  <field name="id" type="id"/>
  <field name="pe_id" type="reference pr_pentity"/>
  <field name="name" type="string" readable="True" writable="True" has_options="False"/>
  <field name="code" type="string"/>
  <field name="kind" type="string"/>
  <field name="parent" type="reference dvr_depot"/>
  <field name="town_id" type="reference gis_location"/>
  <field name="capacity" type="decimal(10,2)"/>
  <field name="area" type="double"/>
  <field name="tags" type="list:string"/>
  <field name="near" type="list:reference dvr_depot.id"/>
  <field name="shape" type="geometry()"/>
  <field name="deleted_rb" type="integer"/>
</fields>)xml";

constexpr std::string_view contact = R"(<fields resource="dvr_contact">
  <field name="pe_id" type="reference pr_pentity"/><field name="value" type="text"/>
  <options><field name="deep" type="nonsense"/></options>
</fields>)";

constexpr std::string_view supplement = R"({
 "pr_pentity": {"id": "pe_id"},
 "dvr_depot": {"id": "id", "super_entity": ["pr_pentity"], "fields": [
   {"name": "name", "notnull": true, "default": null, "validators": ["IS_NOT_EMPTY", "IS_LENGTH"]},
   {"name": "code", "notnull": true, "unique": true, "default": "A1", "has_representation": true},
   {"name": "kind", "notnull": false, "validators": ["IS_EMPTY_OR", "IS_ONE_OF"]},
   {"name": "town_id", "notnull": false, "validators": ["IS_ONE_OF"], "has_representation": true},
   {"name": "capacity", "validators": ["IS_ONE_OF"], "has_representation": true},
   {"name": "uuid", "notnull": true, "meta": true}],
  "components": [
   {"alias": "email", "table": "dvr_contact", "linked": null, "pkey": "pe_id", "fkey": "pe_id", "multiple": true},
   {"alias": "contact", "table": "dvr_contact", "linked": null, "pkey": "pe_id", "fkey": "pe_id", "multiple": false},
   {"alias": "phone", "table": "dvr_contact", "linked": null, "pkey": "pe_id", "fkey": "pe_id", "multiple": true},
   {"alias": "odd", "table": "dvr_contact", "linked": "x_y", "pkey": "a", "fkey": "id", "multiple": true},
   {"alias": "stock", "table": "dvr_stock", "linked": null, "pkey": "id", "fkey": "depot_id", "multiple": true}]},
 "dvr_contact": {"fields": [{"name": "pe_id", "notnull": false, "validators": ["IS_ONE_OF"]}]}
})";

edensync::result<edensync::schema> read(std::vector<std::string_view> documents, std::string_view with = supplement) {
  return edensync::read_schema<edensync::expat::event_source>(documents, with);
}

void refused(std::vector<std::string_view> documents, std::string_view with, error why, std::string_view word) {
  const auto s = read(std::move(documents), with);
  BOOST_TEST_REQUIRE(s.has_error());
  BOOST_TEST((s.error().code == why), s.error().text());
  BOOST_TEST(s.error().text().find(word) != std::string::npos, s.error().text());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(field_description)

BOOST_AUTO_TEST_CASE(fields_and_types) {
  const auto s = read({depot, contact});
  BOOST_TEST_REQUIRE(s.has_value(), s.error().text());
  const auto& r = (*s)[s->find("dvr_depot")];
  std::string names;
  for (const auto& f : r.fields()) names.append(f.name).append(1, ' ');
  BOOST_TEST(names == "name code kind parent town_id capacity area tags near ");
  BOOST_TEST((r.field(5).type == field_type::decimal));
  BOOST_TEST((r.field(6).type == field_type::floating));
  BOOST_TEST((r.field(8).type == field_type::list_reference));
  BOOST_TEST(r.field(8).target == "dvr_depot");
  BOOST_TEST(r.target(4) == edensync::no_resource);
  BOOST_TEST_REQUIRE(r.hierarchy().has_value());
  BOOST_TEST(r.field(*r.hierarchy()).name == "parent");
}

BOOST_AUTO_TEST_CASE(what_the_supplement_adds) {
  const auto s = read({depot, contact});
  BOOST_TEST_REQUIRE(s.has_value());
  const auto& r = (*s)[s->find("dvr_depot")];
  BOOST_TEST(r.field(0).mandatory);
  BOOST_TEST(!r.field(1).mandatory);  // has a default
  BOOST_TEST(r.field(1).unique);
  BOOST_TEST(r.field(1).represented);
  BOOST_TEST(!r.field(2).mandatory);
  BOOST_TEST(!r.field(4).mandatory);  // its table is not described
  BOOST_TEST(!r.field(4).represented);
  BOOST_TEST(r.field(5).mandatory);
  const auto& part = (*s)[s->find("dvr_contact")];
  BOOST_TEST(part.field(0).mandatory);  // points to a super-entity, but is the key of a component
}

// Without types of its fields a table that only the supplement knows cannot be had yet, and is no error.
BOOST_AUTO_TEST_CASE(tables_that_only_the_supplement_knows) {
  const auto s = read({contact}, R"({"dvr_full": {"id": "id", "fields": [
     {"name": "name", "type": "string"}, {"name": "uuid", "meta": true}]},
   "dvr_half": {"id": "id", "fields": [{"name": "name", "type": "string"}, {"name": "code", "notnull": true}]}})");
  BOOST_TEST_REQUIRE(s.has_value(), s.error().text());
  BOOST_TEST(s->size() == 2u);
  BOOST_TEST((s->find("dvr_full") != edensync::no_resource));
  BOOST_TEST((s->find("dvr_half") == edensync::no_resource));
}

BOOST_AUTO_TEST_CASE(components) {
  const auto s = read({depot, contact});
  BOOST_TEST_REQUIRE(s.has_value());
  const auto parts = (*s)[s->find("dvr_depot")].components();
  BOOST_TEST_REQUIRE(parts.size() == 1);
  BOOST_TEST(parts[0].alias == "contact");
  BOOST_TEST(!parts[0].multiple);
  const auto alone = read({depot});
  BOOST_TEST_REQUIRE(alone.has_value());
  BOOST_TEST((*alone)[0].components().empty());
}

// The parts of a super-entity, whether they are masters by that key or not.
BOOST_AUTO_TEST_CASE(a_key_that_several_tables_share) {
  constexpr std::string_view person = R"(<fields resource="dvr_person"><field name="name" type="string"/></fields>)";
  constexpr std::string_view team = R"(<fields resource="dvr_team"><field name="name" type="string"/></fields>)";
  constexpr std::string_view place = R"(<fields resource="dvr_place"><field name="name" type="string"/></fields>)";
  constexpr std::string_view entity = R"(<fields resource="pr_pentity"><field name="pe_id" type="id"/></fields>)";
  constexpr std::string_view part = R"(<fields resource="dvr_contact"><field name="pe_id" type="reference pr_pentity"/>
    <field name="all" type="list:reference pr_pentity"/><field name="text" type="text"/></fields>)";
  constexpr std::string_view attached =
      R"("components": [{"table": "dvr_contact", "alias": "contact", "fkey": "pe_id"}])";
  const auto with = R"({"pr_pentity": {"id": "pe_id", )" + std::string(attached) +
                    R"(}, "dvr_team": {"super_entity": ["doc_entity", "pr_pentity"]},
    "dvr_place": {"super_entity": ""}, "dvr_person": {"super_entity": "pr_pentity", )" +
                    std::string(attached) + R"(}, "dvr_depot": {)" + std::string(attached) + "}}";
  const auto names = [](const edensync::schema& s, std::uint32_t field) {
    std::string all;
    for (const auto id : s[s.find("dvr_contact")].targets(field)) all.append(s[id].name()).append(1, ' ');
    return all;
  };
  const auto s = read({team, part, place, person, depot}, with);
  BOOST_TEST_REQUIRE(s.has_value(), s.error().text());
  const auto& contacts = (*s)[s->find("dvr_contact")];
  BOOST_TEST(names(*s, 0) == "dvr_depot dvr_person dvr_team ");
  BOOST_TEST((contacts.target(0) == edensync::no_resource));
  BOOST_TEST(contacts.may_point_to(0, s->find("dvr_team")));
  BOOST_TEST(!contacts.may_point_to(0, s->find("dvr_place")));
  BOOST_TEST(names(*s, 1) == "");  // lists of several kinds are not synchronised
  BOOST_TEST(names(*s, 2) == "");
  BOOST_TEST(contacts.masters().size() == 2u);
  // The super-entity stands for others, even if it is described itself.
  const auto more = read({entity, part, person}, with);
  BOOST_TEST_REQUIRE(more.has_value(), more.error().text());
  BOOST_TEST(names(*more, 0) == "dvr_person ");
  BOOST_TEST(((*more)[1].target(0) == more->find("dvr_person")));
  BOOST_TEST(names(*more, 1) == "dvr_person ");
  BOOST_TEST((*more)[0].components().empty());
  BOOST_TEST((*more)[1].masters().size() == 1u);
}

BOOST_AUTO_TEST_CASE(rules_for_duplicates_are_read_as_far_as_they_name_fields) {
  const std::string_view unit = R"(<fields resource="org_unit"><field name="name" type="string"/>
    <field name="code" type="string"/><field name="seat" type="string"/></fields>)";
  const auto rule = [&](const std::string& more) {
    const auto s = read({unit}, R"({"org_unit": {"deduplicate": )" + more + "}}");
    BOOST_TEST_REQUIRE(s.has_value(), more);
    return (*s)[0].duplicates();
  };
  for (const auto none : {"null", "1", "{}", R"({"class": "function"})", R"({"class": "method"})"})
    BOOST_TEST(!rule(none).has_value(), none);
  const auto usual = rule(R"({"class": "S3Duplicate"})");
  BOOST_TEST_REQUIRE(usual.has_value());
  BOOST_TEST((usual->primary == std::vector<std::uint32_t>{0}));
  BOOST_TEST(usual->secondary.empty());
  BOOST_TEST(usual->ignore_case);
  BOOST_TEST(!usual->ignore_deleted);
  BOOST_TEST(!usual->no_update);
  const auto own = rule(R"({"class": "S3Duplicate", "primary": ["seat", "code"], "secondary": ["nowhere", "name"],
                            "ignore_case": false, "ignore_deleted": true, "noupdate": true})");
  BOOST_TEST_REQUIRE(own.has_value());
  BOOST_TEST((own->primary == std::vector<std::uint32_t>{2, 1}));
  BOOST_TEST((own->secondary == std::vector<std::uint32_t>{0}));
  BOOST_TEST(!own->ignore_case);
  BOOST_TEST(own->ignore_deleted);
  BOOST_TEST(own->no_update);
  // Without one of its fields it would find too much.
  BOOST_TEST(!rule(R"({"class": "S3Duplicate", "primary": ["code", "nowhere"]})").has_value());
}

BOOST_AUTO_TEST_CASE(the_names_outlive_the_documents) {
  auto document = std::make_unique<std::string>(depot);
  auto more = std::make_unique<std::string>(supplement);
  const auto s = read({*document}, *more);
  document->assign(document->size(), 'x');
  more->assign(more->size(), 'x');
  document.reset();
  more.reset();
  BOOST_TEST_REQUIRE(s.has_value());
  const auto copy = *s;
  BOOST_TEST(copy[0].name() == "dvr_depot");
  BOOST_TEST(copy[0].field(0).name == "name");
}

BOOST_AUTO_TEST_CASE(refusals_say_what_and_where) {
  refused({depot, "<fields resource='a_b'>"}, "", error::malformed_document, "field description 2");
  refused({"<html/>"}, "", error::bad_schema, "root");
  refused({"<fields/>"}, "", error::bad_schema, "root");
  refused({"<fields resource='a_b'><field name='x' type='quaternion'/></fields>"}, "", error::bad_schema, "a_b.x");
  refused({"<fields resource='a_b'><field type='string'/></fields>"}, "", error::bad_schema, "a_b");
  refused({"<fields resource='a_b'><field name='x' type='reference'/></fields>"}, "", error::bad_schema, "x");
  refused({"<fields resource='auth_user'/>"}, "", error::bad_schema, "auth_user");
  refused({"<!DOCTYPE fields><fields resource='a_b'/>"}, "", error::document_type_refused, "description 1");
  refused({contact, contact}, "", error::bad_schema, "dvr_contact");
  refused({contact}, "{", error::bad_json, "supplement");
  refused({contact}, "[]", error::bad_schema, "supplement");
  refused({contact}, R"({"dvr_contact": 1})", error::bad_schema, "dvr_contact");
  refused({contact}, R"({"dvr_contact": {"fields": {}}})", error::bad_schema, "dvr_contact.fields");
  refused({contact}, R"({"dvr_contact": {"components": [1]}})", error::bad_schema, "dvr_contact.components");
  refused({contact}, R"({"dvr_contact": {"hierarchy": "value"}})", error::bad_schema, "value");
}

BOOST_AUTO_TEST_CASE(descriptions_of_a_real_eden) {
  const auto folder = edensync::test::recorded("eden-wire/fields");
  if (!folder) return;
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(*folder))
    texts.push_back(edensync::test::read_file(entry.path()));
  const auto more = edensync::test::read_file(folder->parent_path() / "tables.json");
  const auto s = read({texts.begin(), texts.end()}, more);
  BOOST_TEST_REQUIRE(s.has_value(), s.error().text());
  BOOST_TEST(s->size() >= texts.size());  // and what the supplement tells of others
  const auto& o = (*s)[s->find("org_organisation")];
  BOOST_TEST(o.field(*o.find_field("name")).mandatory);
  BOOST_TEST(o.field(*o.find_field("acronym")).represented);
  BOOST_TEST(!o.find_field("pe_id").has_value());
  std::string aliases;
  for (const auto& c : o.components()) aliases.append(c.alias).append(1, ' ');
  BOOST_TEST(aliases == "office human_resource address contact role ");
  const auto& l = (*s)[s->find("gis_location")];
  BOOST_TEST_REQUIRE(l.hierarchy().has_value());
  BOOST_TEST(l.field(*l.hierarchy()).name == "parent");
  BOOST_TEST(!l.field(*l.find_field("gis_feature_type")).mandatory);
  // Eden's own function cannot be read; a name that each of them has stands for it.
  BOOST_TEST(o.duplicates().has_value());
  BOOST_TEST(!l.duplicates().has_value());
  const auto& office = (*s)[s->find("org_office")];
  BOOST_TEST_REQUIRE(office.duplicates().has_value());
  BOOST_TEST((office.duplicates()->primary == std::vector<std::uint32_t>{*office.find_field("name")}));
  BOOST_TEST((office.duplicates()->secondary == std::vector<std::uint32_t>{*office.find_field("organisation_id")}));
  BOOST_TEST((*s)[s->find("pr_contact")].duplicates()->ignore_deleted);
}

BOOST_AUTO_TEST_SUITE_END()
