#include "edensync/exporter/exporter.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "export_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// What a document holds, in its order: `office a` for a record, `.room r` for one inside another one, `-` for a deletion.
struct seen {
  std::vector<std::string> names;

  void element(incoming_element& e) {
    for (const auto& r : e)
      names.push_back(std::string(r.parent < 0 ? "" : ".") + (r.content.version.deleted ? "-" : "") +
                      r.content.uuid.text().substr(9));
  }
  void unknown_resource(std::string_view, const uid&) {}
};

struct exporter_fixture : export_rig {
  exporter_fixture() {
    take({an_office("a", 1).with(a_room("r", 1)).ref("organisation_id", "org_organisation", "o"), an_office("b", 2),
          an_organisation("o", 1).ref("parent", "org_organisation", "p"),
          an_organisation("p", 1).refs("friends", "org_organisation", {"q"}), an_organisation("q", 1),
          an_organisation("z", 1)})
        .value();
  }

  std::string names() {
    seen into;
    read_into(into);
    std::string out;
    for (const auto& n : into.names) out += (out.empty() ? "" : " ") + n;
    return out;
  }
  sequence_number number(resource_id r, std::string_view name) {
    return store.snapshot().find(r, id_of(name))->sequence;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(exporter_whole, exporter_fixture)

BOOST_AUTO_TEST_CASE(masters_with_their_components_then_what_they_refer_to_each_once) {
  BOOST_TEST(names() == "a .r b o p q");
  BOOST_TEST(told.masters == 2u);
  BOOST_TEST(told.components == 1u);
  BOOST_TEST(told.dependencies == 3u);
  BOOST_TEST(told.records() == 6u);
  BOOST_TEST((told.youngest == second(2)));
}

BOOST_AUTO_TEST_CASE(the_size_of_the_buffer_makes_no_difference) {
  const auto whole = text(1 << 20);
  BOOST_TEST(told.bytes == whole.size());
  for (const std::size_t n : {1u, 2u, 7u, 100u}) BOOST_TEST(text(n) == whole);
}

BOOST_AUTO_TEST_CASE(nothing_is_materialised) {
  for (int i = 0; i < 2000; ++i) write(offices, "n" + std::to_string(i), "n", 5);
  auto s = store.snapshot();
  exporter e(s, relief(), wanted);
  BOOST_TEST(!e.empty().value());
  BOOST_TEST(e.report().read < 40u);
  std::string buffer(1000, '\0');
  BOOST_TEST(e.read(buffer).value() == 1000u);
  BOOST_TEST(e.report().read < 40u);
  // However many there are, they are read a few at a time.
  buffer.resize(100000);
  BOOST_TEST(e.read(buffer).value() == 100000u);
  BOOST_TEST(e.report().masters > 300u);
  BOOST_TEST(e.report().read < e.report().masters + 40u);
}

BOOST_AUTO_TEST_CASE(an_export_without_masters_is_known_to_be_empty) {
  wanted.masters.after = store.snapshot().sequence();
  auto s = store.snapshot();
  exporter e(s, relief(), wanted);
  BOOST_TEST(e.empty().value());
  BOOST_TEST(text().find("success=\"false\"") != std::string::npos);
  BOOST_TEST(names().empty());
}

BOOST_AUTO_TEST_CASE(only_what_changed_since_but_all_that_it_refers_to) {
  wanted.masters.after = store.snapshot().sequence();
  write(offices, "a", "a", 9);
  // Its room did not change, what it refers to is needed all the same.
  BOOST_TEST(names() == "a o p q");
}

BOOST_AUTO_TEST_CASE(an_eden_is_told_only_references_that_it_can_follow) {
  const auto tells = [&](std::string_view name) {
    return text().find("uuid=\"" + id_of(name).text() + "\"/>") != std::string::npos;
  };
  BOOST_TEST(tells("o"));
  // What a filter keeps away is not named either.
  wanted.filters[organisations] = [](const record& r) { return std::get<std::string>(r.fields[0]) != "o"; };
  BOOST_TEST(!tells("o"));
  wanted.native = true;
  BOOST_TEST(tells("o"));
  // Nor is what is not here.
  wanted.filters.clear();
  take({an_office("a", 5).ref("organisation_id", "org_organisation", "nowhere")}).value();
  BOOST_TEST(tells("nowhere"));
  wanted.native = false;
  BOOST_TEST(!tells("nowhere"));
  // Nor is what is deleted: an Eden has no such references itself, and drops them.
  take({an_office("a", 6).ref("organisation_id", "org_organisation", "o")}).value();
  BOOST_TEST(tells("o"));
  take({element("org_organisation", "o").at(9).deleted()}).value();
  BOOST_TEST(!tells("o"));
  wanted.native = true;
  BOOST_TEST(tells("o"));
}

BOOST_AUTO_TEST_CASE(filters_apply_to_every_record_of_their_table_and_to_deletions_for_an_eden) {
  wanted.filters[organisations] = [](const record& r) { return std::get<std::string>(r.fields[0]) != "p"; };
  BOOST_TEST(names() == "a .r b o");
  wanted.filters[offices] = [](const record& r) { return std::get<std::string>(r.fields[0]) == "b"; };
  BOOST_TEST(names() == "b");
  wanted.filters[rooms] = [](const record&) { return false; };
  wanted.filters.erase(offices);
  BOOST_TEST(names() == "a b o");
  take({element("org_office", "a").at(9).deleted()}).value();
  wanted.filters[offices] = [](const record&) { return false; };
  wanted.native = true;
  BOOST_TEST(names() == "-r -a");
  wanted.native = false;
  BOOST_TEST(names() == "");
}

BOOST_AUTO_TEST_CASE(a_page_of_masters_and_what_they_refer_to) {
  write(offices, "c", "c", 3);
  write(offices, "d", "d", 4);
  wanted.page = master_page{1, 2};
  BOOST_TEST(names() == "b c");
  BOOST_TEST(told.masters == 2u);
  BOOST_TEST(text().find("<s3xml success=\"true\" start=\"1\" limit=\"2\"") != std::string::npos);
  wanted.page = master_page{{}, 1};
  BOOST_TEST(names() == "a .r o p q");
  BOOST_TEST(text().find("<s3xml success=\"true\" limit=\"1\"") != std::string::npos);
  wanted.page = master_page{4, 2};
  BOOST_TEST(names() == "");
  // What a filter leaves out does not count.
  wanted.filters[offices] = [](const record& r) { return std::get<std::string>(r.fields[0]) != "b"; };
  wanted.page = master_page{1, 1};
  BOOST_TEST(names() == "c");
}

// A master that is on another page is here what it is everywhere else: something that is referred to.
BOOST_AUTO_TEST_CASE(a_page_holds_what_its_masters_refer_to_once) {
  wanted.masters.resource = organisations;
  BOOST_TEST(names() == "q p o z");
  wanted.page = master_page{1, 1};
  BOOST_TEST(names() == "p q");
  wanted.page = master_page{2, 2};
  BOOST_TEST(names() == "o z p q");
  wanted.page = master_page{1, 2};
  BOOST_TEST(names() == "p o q");
  BOOST_TEST(told.masters == 2u);
  BOOST_TEST(told.dependencies == 1u);
}

BOOST_AUTO_TEST_CASE(components_can_be_left_out) {
  wanted.components = false;
  BOOST_TEST(names() == "a b o p q");
}

BOOST_AUTO_TEST_CASE(references_are_followed_to_a_depth) {
  wanted.depth = 1;
  BOOST_TEST(names() == "a .r b o");
  wanted.depth = 2;
  BOOST_TEST(names() == "a .r b o p");
}

BOOST_AUTO_TEST_CASE(what_came_from_the_receiver_is_not_sent_back) {
  wanted.echo_of = 7;
  BOOST_TEST(names().empty());
  write(offices, "b", "b", 9);
  BOOST_TEST(names() == "b");
  // A component that changed here comes inside its master, wherever that came from.
  record r;
  r.resource = rooms;
  r.uuid = id_of("r");
  r.fields.emplace_back(std::string("r"));
  write(r, 9);
  BOOST_TEST(names() == "a .r b");
}

// Else each push of a component would make the next pull send its master back.
BOOST_AUTO_TEST_CASE(a_master_that_only_the_receivers_component_touched_is_not_sent) {
  write(offices, "m", "m", 5);
  wanted.echo_of = 7;
  wanted.masters.after = store.snapshot().sequence();
  take({a_room("s", 9).ref("office_id", "org_office", "m")}).value();
  BOOST_TEST(number(offices, "m") > wanted.masters.after);
  BOOST_TEST(names().empty());
  // The touch does not hide what was written before it.
  const auto all = wanted.masters.after;
  wanted.masters.after = store.snapshot().sequence();
  write(offices, "m", "n", 10);
  take({a_room("s", 11).ref("office_id", "org_office", "m")}).value();
  BOOST_TEST(names() == "m");
  wanted.masters.after = all;
  BOOST_TEST(names() == "m");
}

// As an empty field it would be emptied at its origin, too.
BOOST_AUTO_TEST_CASE(a_reference_whose_record_is_not_here_is_sent_as_it_came) {
  wanted.native = true;
  wanted.masters.after = store.snapshot().sequence();
  take({an_office("w", 5).ref("organisation_id", "org_organisation", "elsewhere")}).value();
  BOOST_TEST(text().find("field=\"organisation_id\" resource=\"org_organisation\" uuid=\"urn:uuid:elsewhere\"") !=
             std::string::npos);
  BOOST_TEST(names() == "w");
}

// Neither many components nor long texts are held for more than one master at a time.
BOOST_AUTO_TEST_CASE(masters_with_very_many_components_are_read_one_by_one) {
  wanted.masters.after = store.snapshot().sequence();
  constexpr int masters = 5, parts = 700;
  std::string expected;
  auto t = store.begin({second(5), this_site});
  for (int i = 0; i < masters; ++i) {
    record m;
    m.resource = offices;
    m.uuid = id_of("m" + std::to_string(i));
    m.version = {second(5), 0, false};
    m.fields.emplace_back(std::string("m"));
    const auto h = t.insert(m).value();
    expected += (i == 0 ? "m" : " m") + std::to_string(i);
    for (int k = 0; k < parts; ++k) {
      record r;
      r.resource = rooms;
      r.uuid = id_of("r" + std::to_string(i) + "-" + std::to_string(k));
      r.version = {second(5), 0, false};
      r.fields.emplace_back(std::string("r"));
      r.fields.emplace_back(reference{offices, m.uuid, h});
      t.insert(r).value();
      expected += " .r" + std::to_string(i) + "-" + std::to_string(k);
    }
  }
  t.commit();
  BOOST_TEST(names() == expected);
  BOOST_TEST(told.read == masters * (parts + 1u));
  auto s = store.snapshot();
  exporter e(s, relief(), wanted);
  std::string buffer(1000, '\0');
  BOOST_TEST(e.read(buffer).value() == 1000u);
  BOOST_TEST(e.report().read < 2u * parts);
}

// Many masters are read together: each must get its own components, in whatever order these were written.
BOOST_AUTO_TEST_CASE(every_master_gets_its_own_components) {
  wanted.masters.after = store.snapshot().sequence();
  constexpr int masters = 100;
  std::string expected;
  for (int i = 0; i < masters; ++i) {
    write(offices, "m" + std::to_string(i), "m", 5);
    expected += (i == 0 ? "m" : " m") + std::to_string(i);
    for (int k = 0; k < i % 4; ++k) expected += " .r" + std::to_string(i) + "-" + std::to_string(k);
  }
  for (int k = 0; k < 4; ++k)
    for (int i = masters - 1; i >= 0; --i)
      if (k < i % 4) {
        record r;
        r.resource = rooms;
        r.uuid = id_of("r" + std::to_string(i) + "-" + std::to_string(k));
        const auto master = id_of("m" + std::to_string(i));
        r.fields.emplace_back(std::string("r"));
        r.fields.emplace_back(reference{offices, master, store.snapshot().find(offices, master)->handle});
        write(r, 6);
      }
  BOOST_TEST(names() == expected);
  BOOST_TEST(told.masters == 100u);
  BOOST_TEST(told.components == 150u);
}

BOOST_AUTO_TEST_CASE(deletions_and_what_belongs_to_them) {
  take({element("org_office", "a").at(9).deleted(), element("org_organisation", "o").at(9).into("z"),
        an_office("b", 10).ref("organisation_id", "org_organisation", "q")})
      .value();
  // An Eden is told of masters only; an edensync site of what was deleted with them as well.
  BOOST_TEST(names() == "-a b q");
  wanted.native = true;
  const auto all = names();
  BOOST_TEST(all.find("-a") != std::string::npos);
  BOOST_TEST(all.find("-r") != std::string::npos);
  wanted.masters.resource = organisations;
  wanted.native = false;
  BOOST_TEST(text().find("replaced_by=\"urn:uuid:z\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(masters_that_were_received_before_are_left_out_but_not_what_they_refer_to) {
  wanted.native = true;
  wanted.written_before = number(offices, "a");
  BOOST_TEST(names() == "b o p q");
  BOOST_TEST(text().find("sequence=\"" + std::to_string(number(offices, "b")) + "\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(components_that_are_too_many_for_one_element_stand_behind_it) {
  wanted.masters.after = store.snapshot().sequence();
  take({an_office("m", 3)
            .with(a_room("r1", 3))
            .with(a_room("r2", 3))
            .with(a_room("r3", 3))
            .with(a_badge("k", "text", 3)),
        an_office("n", 3)})
      .value();
  wanted.element_components = 2;
  BOOST_TEST(names() == "m .r1 .r2 .r3 .k n");  // an Eden takes only what is inside
  wanted.native = true;
  BOOST_TEST(names() == "m .r1 .r2 .k r3 n");
  BOOST_TEST(told.masters == 2u);
  BOOST_TEST(told.components == 4u);
  const auto all = text();
  // Who has the element of `m` has not yet what stands behind it.
  const auto number_behind = [&](const std::string& name) {
    const auto at = all.find("sequence=\"", all.find("uuid=\"urn:uuid:" + name + "\"")) + 10;
    return std::stoull(all.substr(at));
  };
  BOOST_TEST(number_behind("m") == 0u);
  BOOST_TEST(number_behind("r3") == 0u);
  BOOST_TEST(number_behind("n") == number(offices, "n"));
  wanted.written_before = number(offices, "m");
  BOOST_TEST(names() == "n");
  wanted.written_before = 0;
  wanted.element_components = 5000;
  wanted.element_bytes = 5;  // m, r1, r2
  BOOST_TEST(names() == "m .r1 .r2 r3 k n");
}

BOOST_AUTO_TEST_CASE(what_is_too_long_for_a_reader_is_left_out_and_reported) {
  wanted.masters.after = store.snapshot().sequence();
  take({an_office("long", 3).data("phone1", std::string(500, 'x')).with(a_room("r", 4)), an_office("b", 4)}).value();
  wanted.text_bytes = 400;
  for (const bool native : {false, true}) {
    wanted.native = native;
    BOOST_TEST(names() == "r b");  // the room is of use where the office is already
    BOOST_TEST(told.too_long == 1u);
    BOOST_TEST_REQUIRE(told.left_out.size() == 1u);
    BOOST_TEST((told.left_out[0].uuid == id_of("long")));
    BOOST_TEST(relief()[offices].field(told.left_out[0].field).name == "phone1");
    BOOST_TEST(told.left_out[0].bytes > 500u);
    BOOST_TEST(told.masters == 1u);
  }
  // An ampersand takes many bytes in the document, and in none of its texts does it count for more than five.
  wanted.masters.after = store.snapshot().sequence();
  take({an_office("c", 5).data("name", std::string(390, 'x')).data("phone1", "1&amp;amp;")}).value();
  BOOST_TEST(names() == "c");
  take({an_office("c", 6)
            .data("name", std::string(250, 'x') + "&amp;amp;&amp;amp;")
            .data("phone1", std::string(200, 'x'))})
      .value();
  BOOST_TEST(names() == "c");
  wanted = {};
  wanted.masters.resource = organisations;
  wanted.masters.after = store.snapshot().sequence();
  take({an_organisation("x", 5).refs("friends", "org_organisation", {"o", "p", "q"})}).value();
  wanted.list_members = 2;
  wanted.depth = 0;
  BOOST_TEST(names().empty());
  BOOST_TEST_REQUIRE(told.left_out.size() == 1u);
  BOOST_TEST(relief()[organisations].field(told.left_out[0].field).name == "friends");
}

BOOST_AUTO_TEST_CASE(an_eden_is_told_neither_empty_fields_nor_numbers) {
  BOOST_TEST(text().find("sequence=") == std::string::npos);
  BOOST_TEST(text().find("phone1") == std::string::npos);
  wanted.native = true;
  BOOST_TEST(text().find("phone1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_master_that_another_one_refers_to_is_not_written_twice) {
  wanted.masters.resource = organisations;
  BOOST_TEST(names() == "q p o z");
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_anywhere_is_told) {
  for (mock::each_failure failure; failure.again();) {
    auto s = store.snapshot();
    const bool failed = failure.during(store, [&] {
      exporter e(s, relief(), wanted);
      std::string buffer(64, '\0');
      auto got = e.read(buffer);
      while (got && *got != 0) got = e.read(buffer);
      return got.has_error();
    });
    BOOST_TEST_REQUIRE(failed == failure.reached());
  }
}

BOOST_AUTO_TEST_CASE(can_be_cancelled_at_every_record) {
  for (int n = 0;; ++n) {
    auto s = store.snapshot();
    int asked = 0;
    wanted.cancelled = [&] { return asked++ >= n; };
    exporter e(s, relief(), wanted);
    std::string buffer(1 << 16, '\0');
    const auto got = e.read(buffer);
    if (got) {
      BOOST_TEST(n > 5);
      break;
    }
    BOOST_TEST((got.error().code == error::cancelled));
  }
}

BOOST_AUTO_TEST_SUITE_END()
