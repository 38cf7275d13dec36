#include "edensync/importer/new_record.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <variant>

namespace edensync {
namespace {

constexpr std::array fields{field_descriptor{.name = "name"},
                            field_descriptor{.name = "kind", .standard = "SMS"},
                            field_descriptor{.name = "open", .type = field_type::boolean, .standard = "False"},
                            field_descriptor{.name = "priority", .type = field_type::integer, .standard = "2"},
                            field_descriptor{.name = "since", .type = field_type::datetime, .standard = "now"},
                            field_descriptor{.name = "odd", .type = field_type::integer, .standard = "many"}};
constexpr std::array resources{resource_descriptor{.name = "msg_line", .fields = fields},
                               resource_descriptor{.name = "msg_plain", .fields = std::span(fields).first(1)}};

struct new_record_fixture {
  schema s = schema::make(resources).value();
  new_record completed{s};
  record r;
  new_record_fixture() {
    r.resource = 0;
    r.fields = {std::string("x")};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_new_record, new_record_fixture)

BOOST_AUTO_TEST_CASE(what_is_not_said_is_filled_in) {
  completed.fill_in(r, timestamp{1000}, "ann@example.org", true);
  BOOST_TEST(std::get<std::string>(r.fields[0]) == "x");
  BOOST_TEST(std::get<std::string>(r.fields[1]) == "SMS");
  BOOST_TEST(std::get<bool>(r.fields[2]) == false);
  BOOST_TEST(std::get<std::int64_t>(r.fields[3]) == 2);
  BOOST_TEST((std::get<timestamp>(r.fields[4]) == timestamp{1000}));
  BOOST_TEST(is_absent(r.fields[5]));
  BOOST_TEST((r.created_on == timestamp{1000}));
  BOOST_TEST(r.authors.created_by == "ann@example.org");
  BOOST_TEST(r.authors.modified_by == "ann@example.org");
  BOOST_TEST(r.authors.owned_by_user == "ann@example.org");
  BOOST_TEST(r.authors.owned_by_group.empty());
}

BOOST_AUTO_TEST_CASE(what_is_said_stays) {
  r.fields = {std::string("x"), std::string(), true, std::int64_t{7}, timestamp{5}, std::int64_t{1}};
  r.created_on = timestamp{6};
  r.authors = {"a", "b", "c", "d"};
  const auto before = r.fields;
  completed.fill_in(r, timestamp{1000}, "ann@example.org", true);
  BOOST_TEST((r.fields == before));
  BOOST_TEST((r.created_on == timestamp{6}));
  BOOST_TEST((r.authors == authorship{"a", "b", "c", "d"}));
}

BOOST_AUTO_TEST_CASE(an_empty_field_says_something_to_an_edensync_site_and_an_eden_says_nothing_by_it) {
  r.fields = {std::string("x"), null_value{}, null_value{}, null_value{}};
  auto other = r;
  completed.fill_in(r, timestamp{1000}, {}, false);
  BOOST_TEST(is_null(r.fields[1]));
  BOOST_TEST(is_null(r.fields[2]));
  BOOST_TEST(!r.created_on.has_value());
  completed.fill_in(other, timestamp{1000}, {}, true);
  BOOST_TEST(is_null(other.fields[1]));
  BOOST_TEST(std::get<bool>(other.fields[2]) == false);
  BOOST_TEST(std::get<std::int64_t>(other.fields[3]) == 2);
}

BOOST_AUTO_TEST_CASE(taken_out_again_it_is_as_it_came) {
  r.fields = {std::string("x"), value{}, null_value{}};
  r.authors.created_by = "bob@example.org";
  const auto before = r;
  completed.fill_in(r, timestamp{1000}, "ann@example.org", true);
  completed.take_out(r);
  BOOST_TEST((r.authors == before.authors));
  BOOST_TEST(!r.created_on.has_value());
  BOOST_TEST(is_absent(r.fields[1]));
  BOOST_TEST(is_null(r.fields[2]));
  for (std::size_t i = 3; i < r.fields.size(); ++i) BOOST_TEST(is_absent(r.fields[i]));
}

BOOST_AUTO_TEST_CASE(a_resource_without_defaults_gets_its_authors_only) {
  r.resource = 1;
  completed.fill_in(r, timestamp{1000}, "ann@example.org", true);
  BOOST_TEST(r.fields.size() == 1u);
  BOOST_TEST(r.authors.created_by == "ann@example.org");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync
