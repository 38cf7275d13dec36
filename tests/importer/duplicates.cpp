// Records that have no uid in common with their twin: found by unique keys, by the application's finder, or by the rule of
// their resource (spec/import.md §4).
#include "edensync/importer/identify.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/importer/importer.hpp"
#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/policy/policy_set.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/expat/event_source.hpp"
#include "support/relief.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

constexpr std::string_view of_organisation[] = {"organisation_id"}, of_contact[] = {"value", "office_id"};

const schema& resources() {
  static const schema s = [] {
    static constexpr field_descriptor organisation[] = {{.name = "name", .mandatory = true},
                                                        {.name = "code", .unique = true},
                                                        {.name = "number", .type = field_type::integer, .unique = true},
                                                        {.name = "comments", .type = field_type::text}};
    static constexpr field_descriptor office[] = {
        {.name = "name", .mandatory = true},
        {.name = "organisation_id", .type = field_type::reference, .target = "org_organisation"},
        {.name = "comments", .type = field_type::text}};
    static constexpr field_descriptor contact[] = {
        {.name = "value"},
        {.name = "office_id", .type = field_type::reference, .target = "org_office"},
        {.name = "comments", .type = field_type::text}};
    static constexpr component_descriptor parts[] = {{.resource = "org_contact", .key = "office_id"}};
    static constexpr field_descriptor kind[] = {{.name = "name", .mandatory = true},
                                                {.name = "comments", .type = field_type::text}};
    static constexpr field_descriptor kind_tag[] = {
        {.name = "tag"},
        {.name = "kind_id", .type = field_type::reference, .target = "org_kind"},
        {.name = "comments", .type = field_type::text}};
    static constexpr component_descriptor tags[] = {{.resource = "org_kind_tag", .key = "kind_id"}};
    static constexpr field_descriptor use[] = {
        {.name = "kind_id", .type = field_type::reference, .target = "org_kind", .mandatory = true},
        {.name = "comments", .type = field_type::text}};
    const resource_descriptor all[] = {
        {.name = "org_organisation", .fields = organisation},
        {.name = "org_office",
         .fields = office,
         .components = parts,
         .duplicates = duplicate_rule{.secondary = of_organisation}},
        {.name = "org_contact",
         .fields = contact,
         .duplicates = duplicate_rule{.primary = of_contact, .ignore_deleted = true}},
        {.name = "org_kind", .fields = kind, .components = tags, .duplicates = duplicate_rule{.no_update = true}},
        {.name = "org_kind_tag", .fields = kind_tag},
        {.name = "org_use", .fields = use}};
    return schema::make(all).value();
  }();
  return s;
}
constexpr resource_id body_table = 0, office_table = 1, contact = 2, kinds = 3, kind_tags = 4, uses = 5;

// One element without a uid, unless it is given one.
std::string element_of(std::string_view table, std::string_view id, std::int64_t at, std::string_view inner) {
  std::string out =
      "<resource name=\"" + std::string(table) + "\" modified_on=\"" + to_text(second(at)) + "\" mci=\"1\"";
  if (!id.empty()) out += " uuid=\"" + id_of(id).text() + "\"";
  return out + ">" + std::string(inner) + "</resource>";
}
std::string data(std::string_view field, std::string_view text) {
  return "<data field=\"" + std::string(field) + "\">" + std::string(text) + "</data>";
}
std::string link_to(std::string_view name) {
  return "<reference field=\"organisation_id\" resource=\"org_organisation\" uuid=\"" + id_of(name).text() + "\"/>";
}

struct rig {
  memory::store store{resources()};
  memory::counting_uid_source uids{1};
  import_options options = [this] {
    import_options o;
    o.origin = 7;
    o.master = office_table;
    o.handle_limit = 10;
    o.now = [] { return second(1000); };
    o.make_uid = [this] { return uids.make(); };
    return o;
  }();

  import_report take(const std::vector<std::string>& elements) {
    std::string text = "<s3xml>";
    for (const auto& e : elements) text += e;
    importer<memory::store, expat::event_source> i(store, resources(), options);
    i.start().value();
    i.feed(text + "</s3xml>").value();
    return i.finish().value();
  }

  // All records of a resource: `uid comments`, and `deleted`; uids that were made here show as `?`.
  std::vector<std::string> lines(resource_id resource) {
    std::vector<std::string> all;
    auto s = store.snapshot();
    auto each = s.changes({resource, 0, std::nullopt, true});
    const auto comments = *resources()[resource].find_field("comments");
    for (stored_record r; each.next(r);) {
      const auto id = r.uuid.text().substr(9);
      const auto* text = std::get_if<std::string>(&r.fields[comments]);
      all.push_back((id.size() == 36 ? "?" : id) + (text ? " " + *text : "") + (r.version.deleted ? " deleted" : ""));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
};

using lines = std::vector<std::string>;

std::string office_of(std::string_view id, std::int64_t at, std::string_view name, std::string_view comments,
                      std::string_view more = {}) {
  return element_of("org_office", id, at, data("name", name) + data("comments", comments) + std::string(more));
}
std::string organisation_of(std::string_view id, std::string_view code, std::string_view comments = "o",
                            std::int64_t at = 0, std::string_view more = {}) {
  return element_of("org_organisation", id, at,
                    data("name", "n") + data("code", code) + data("comments", comments) + std::string(more));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_duplicates, rig)

// Recorded: passive/*push-no-uuid*.
BOOST_AUTO_TEST_CASE(a_record_without_a_uid_is_known_by_its_name) {
  take({office_of("", 1, "Main", "first")});
  const auto again = take({office_of("", 2, "mAiN", "second")});
  BOOST_TEST(lines(office_table) == ::lines{"? second"}, boost::test_tools::per_element());
  BOOST_TEST(again.updated.size() == 1u);
  BOOST_TEST(again.created.empty());
  take({office_of("", 3, "Other", "third"), office_of("", 4, "other", "fourth")});
  BOOST_TEST(lines(office_table) == (::lines{"? fourth", "? second"}), boost::test_tools::per_element());
}

// Recorded: passive/*same-name-other-uuid*, passive/*person-no-uuid-match*.
BOOST_AUTO_TEST_CASE(one_with_a_uid_is_another_record) {
  take({office_of("a", 1, "Main", "first")});
  const auto other = take({office_of("b", 2, "Main", "second")});
  BOOST_TEST(lines(office_table) == (::lines{"a first", "b second"}), boost::test_tools::per_element());
  BOOST_TEST(other.created.size() == 1u);
}

BOOST_AUTO_TEST_CASE(unless_uids_are_synchronised_then_it_takes_over_the_uid) {
  take({organisation_of("o", "A"), office_of("a", 1, "Main", "first", link_to("o")), office_of("x", 1, "Else", "x")});
  options.twins.synchronise_uuids = true;
  const auto done =
      take({office_of("b", 2, "Main", "second"), office_of("x", 2, "Main", "known by its uid"),
            element_of(
                "org_contact", "c", 2,
                data("value", "1") + "<reference field=\"office_id\" resource=\"org_office\" uuid=\"urn:uuid:b\"/>")});
  BOOST_TEST(lines(office_table) == (::lines{"b second", "x known by its uid"}), boost::test_tools::per_element());
  BOOST_TEST(done.created.empty());
  BOOST_TEST(done.open_references == 0u);
  const auto left = store.snapshot().find_key(contact, 0, std::string("1"));
  stored_record c;
  store.snapshot().load(contact, left.at(0).handle, c);
  BOOST_TEST((std::get<reference>(c.fields[1]).target == id_of("b")));
  // By a unique key as well; whose version wins does not matter, except under Eden's own rules.
  take({organisation_of("p", "A", "older", -5)});
  BOOST_TEST(lines(body_table) == ::lines{"p o"}, boost::test_tools::per_element());
  options.as_eden = true;
  options.decide = &eden_exact::decide;
  take({organisation_of("q", "A", "older", -5)});
  BOOST_TEST(lines(body_table) == ::lines{"p o"}, boost::test_tools::per_element());
  take({organisation_of("q", "A", "younger", 5)});
  BOOST_TEST(lines(body_table) == ::lines{"q younger"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_uid_that_another_record_has_is_not_taken_over) {
  take({organisation_of("o", "A"), organisation_of("p", "B")});
  options.twins.synchronise_uuids = true;
  const auto done = take({organisation_of("p", "A", "whose", 5)});
  BOOST_TEST(lines(body_table) == (::lines{"o whose", "p o"}), boost::test_tools::per_element());
  BOOST_TEST(done.refused.empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_to_be_changed_keeps_its_uid) {
  take({office_of("a", 1, "Main", "first")});
  options.twins.synchronise_uuids = true;
  options.allowed = strategy({method::create, method::erase});
  take({office_of("b", 2, "Main", "second")});
  BOOST_TEST(lines(office_table) == ::lines{"a first"}, boost::test_tools::per_element());
  options.allowed = strategy{};
  options.last_sync = second(-100);
  options.conflict = policy_name::keep_local;
  options.origin = 8;
  take({office_of("b", 2, "Main", "second")});
  BOOST_TEST(lines(office_table) == ::lines{"a first"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(secondary_fields_count_where_the_record_has_them) {
  take({organisation_of("o", "A"), organisation_of("p", "B"), office_of("a", 1, "Main", "of o", link_to("o")),
        office_of("b", 1, "Main", "of p", link_to("p"))});
  take({office_of("", 2, "Main", "new", link_to("p"))});
  BOOST_TEST(lines(office_table) == (::lines{"a of o", "b new"}), boost::test_tools::per_element());
  // Without it the first of them.
  take({office_of("", 3, "Main", "any")});
  BOOST_TEST(lines(office_table) == (::lines{"a any", "b new"}), boost::test_tools::per_element());
  // A target that is not here is no value.
  take({office_of("", 4, "Main", "waits", link_to("nobody"))});
  BOOST_TEST(lines(office_table) == (::lines{"a waits", "b new"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(primary_fields_must_all_have_content) {
  const auto call = [](std::string_view id, std::int64_t at, std::string_view value, std::string_view comments) {
    return element_of("org_contact", id, at,
                      (value.empty() ? std::string() : data("value", value)) + data("comments", comments));
  };
  take({office_of("a", 1, "Main", "a", call("c", 1, "555", "c") + call("d", 1, "", "no value"))});
  BOOST_TEST(lines(contact) == (::lines{"c c", "d no value"}), boost::test_tools::per_element());
  // The master counts through its key.
  take({office_of("a", 2, "Main", "a", call("", 2, "555", "again") + call("", 2, "", "none"))});
  BOOST_TEST(lines(contact) == (::lines{"? none", "c again", "d no value"}), boost::test_tools::per_element());
  take({office_of("b", 3, "Second", "b", call("", 3, "555", "of b"))});
  BOOST_TEST(lines(contact) == (::lines{"? none", "? of b", "c again", "d no value"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(deleted_records_are_found_unless_the_rule_says_no) {
  const std::string gone =
      "<resource name=\"org_office\" uuid=\"urn:uuid:a\" deleted=\"True\" modified_on=\"" + to_text(second(5)) + "\"/>";
  take({office_of("a", 1, "Main", "first", element_of("org_contact", "c", 1, data("value", "1")))});
  take({gone});
  BOOST_TEST(lines(office_table) == ::lines{"a first deleted"}, boost::test_tools::per_element());
  take({office_of("", 9, "Main", "back", element_of("org_contact", "", 9, data("value", "1")))});
  BOOST_TEST(lines(office_table) == ::lines{"a back"}, boost::test_tools::per_element());
  BOOST_TEST(lines(contact) == (::lines{"?", "c deleted"}), boost::test_tools::per_element());
}

// Several unique contents of different records tell nothing (spec/import.md §4, rule 1).
BOOST_AUTO_TEST_CASE(two_unique_keys_must_lead_to_one_record) {
  take(
      {organisation_of("o", "A", "o", 0, data("number", "1")), organisation_of("p", "B", "p", 0, data("number", "2"))});
  take({organisation_of("q", "A", "both of o", 5, data("number", "1"))});
  BOOST_TEST(lines(body_table) == (::lines{"o both of o", "p p"}), boost::test_tools::per_element());
  const auto done = take({organisation_of("p", "A", "torn", 6, data("number", "2"))});
  // By its uid then; what it asks for belongs to another one.
  BOOST_TEST(done.refused.size() == 1u);
  BOOST_TEST(lines(body_table) == (::lines{"o both of o", "p p"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_applications_own_finder_stands_in_place_of_the_rule) {
  std::size_t asked = 0;
  const std::map<resource_id, twin_finder> finders{
      {body_table,
       [&](const record& theirs, record_search& here) {
         ++asked;
         const auto found = here.find_match({body_table, {{3, theirs.fields.at(3)}}});
         return found ? found->handle : record_handle::none;
       }},
      {office_table, [](const record&, record_search&) { return record_handle::none; }}};
  options.twins.finders = &finders;
  take({element_of("org_organisation", "o", 1, data("name", "n") + data("comments", "The same"))});
  BOOST_TEST(asked == 0u);
  take({element_of("org_organisation", "", 2, data("name", "m") + data("comments", "the same"))});
  BOOST_TEST(asked == 1u);
  BOOST_TEST(lines(body_table) == ::lines{"o the same"}, boost::test_tools::per_element());
  take({office_of("", 1, "Main", "one"), office_of("", 1, "Main", "two")});
  BOOST_TEST(lines(office_table) == (::lines{"? one", "? two"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_finder_that_fails_ends_the_import) {
  const std::map<resource_id, twin_finder> finders{
      {office_table, [](const record&, record_search& here) -> record_handle {
         (void)here.load(office_table, record_handle{99});
         return record_handle::none;
       }}};
  options.twins.finders = &finders;
  importer<memory::store, expat::event_source> i(store, resources(), options);
  BOOST_TEST(i.start().has_value());
  BOOST_TEST(i.feed("<s3xml>" + office_of("", 1, "Main", "one") + "</s3xml>").has_value());
  const auto done = i.finish();
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST((done.error().code == error::no_such_record));
  BOOST_TEST(lines(office_table).empty());
}

// Between edensync sites as well, where the user wants it.
BOOST_AUTO_TEST_CASE(native_peers_synchronise_uids_too) {
  options.native = true;
  take({office_of("a", 1, "Main", "first")});
  take({office_of("b", 2, "Main", "second")});
  BOOST_TEST(lines(office_table) == (::lines{"a first", "b second"}), boost::test_tools::per_element());
  options.twins.synchronise_uuids = true;
  take({office_of("c", 3, "main", "third")});
  BOOST_TEST(lines(office_table) == (::lines{"b second", "c third"}), boost::test_tools::per_element());
}

// Eden's `noupdate`: tables of names that everybody refers to, and each site keeps as it likes.
BOOST_AUTO_TEST_CASE(a_rule_may_leave_what_it_finds_as_it_is) {
  options.master = kinds;
  take({element_of("org_kind", "k", 1, data("name", "tent") + data("comments", "ours"))});
  const auto use = [](std::string_view id, std::string_view kind) {
    return element_of("org_use", id, 9,
                      "<reference field='kind_id' resource='org_kind' tuid='" + std::string(kind) + "'/>");
  };
  const std::string theirs = "<resource name='org_kind' tuid='t' modified_on='" + to_text(second(9)) + "'>" +
                             data("name", "Tent") + data("comments", "theirs") +
                             element_of("org_kind_tag", "tag", 9, data("tag", "x")) + "</resource>";
  const auto done = take({theirs, use("u", "t")});
  BOOST_TEST(lines(kinds) == ::lines{"k ours"}, boost::test_tools::per_element());
  BOOST_TEST(lines(kind_tags).empty());
  BOOST_TEST(lines(uses) == ::lines{"u"}, boost::test_tools::per_element());
  BOOST_TEST(done.total.kept == 2u);
  BOOST_TEST(done.total.quarantined == 0u);
  // Who has a uid is known by it, and updated; what is not here is created.
  take({element_of("org_kind", "k", 10, data("name", "tent") + data("comments", "newer")),
        element_of("org_kind", "", 10, data("name", "hut"))});
  BOOST_TEST(lines(kinds) == (::lines{"?", "k newer"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
