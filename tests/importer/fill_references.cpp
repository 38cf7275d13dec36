#include "edensync/importer/fill_references.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// Holders whose references wait for organisations and offices that come behind the importer's back.
struct fill_references_fixture : import_rig {
  handle_cache cache;

  fill_references_fixture() {
    for (int i = 0; i < 5; ++i)
      take({an_office("a" + std::to_string(i), 1).ref("organisation_id", "org_organisation", "o")}).value();
    take({a_room("r", 1).ref("office_id", "org_office", "late")}).value();
  }
  void fill() { fill_references(store, relief(), cache, {second(2000), 7}, options); }
  std::uint64_t waiting() { return store.snapshot().count_open_references(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_fill_references, fill_references_fixture)

BOOST_AUTO_TEST_CASE(nothing_is_written_while_nothing_has_come) {
  const auto before = store.snapshot().sequence();
  fill();
  BOOST_TEST(store.snapshot().sequence() == before);
  BOOST_TEST(waiting() == 6u);
}

BOOST_AUTO_TEST_CASE(pages_of_any_size_fill_all_and_leave_the_versions_alone) {
  for (const std::size_t page : {1u, 2u, 1000u}) {
    fill_references_fixture f;
    f.options.batch_elements = page;
    f.write(organisations, "o", "o", 50);
    f.fill();
    BOOST_TEST(f.waiting() == 1u);
    for (int i = 0; i < 5; ++i) {
      const auto n = "a" + std::to_string(i);
      BOOST_TEST(f.line(offices, n) == "org_office " + n + " @1 name=" + n + " organisation_id=->o");
      BOOST_TEST(f.store.snapshot().find(offices, id_of(n))->origin == 7);
    }
  }
}

BOOST_AUTO_TEST_CASE(holders_come_to_the_end_of_the_change_order_and_so_do_their_masters) {
  write(organisations, "o", "o", 50);
  write(offices, "late", "late", 50);
  const auto before = store.snapshot().sequence();
  fill();
  BOOST_TEST(waiting() == 0u);
  for (const auto n : {"a0", "a4", "late"}) BOOST_TEST(store.snapshot().find(offices, id_of(n))->sequence > before);
  BOOST_TEST(line(offices, "late") == "org_office late @50 name=late");
}

BOOST_AUTO_TEST_CASE(what_was_merged_or_deleted_in_the_meantime_is_not_what_they_point_to) {
  write(organisations, "o", "o", 50);
  write(organisations, "s", "s", 50);
  write(offices, "late", "late", 50);
  {
    auto t = store.begin({second(60), this_site});
    for (const auto& [r, n, into] : {std::tuple{organisations, "o", "s"}, std::tuple{offices, "late", ""}}) {
      record gone;
      gone.resource = r;
      gone.version = {second(60), std::nullopt, true};
      if (*into != 0) gone.replaced_by = id_of(into);
      t.update(t.find(r, id_of(n))->handle, gone).value();
    }
    t.commit();
  }
  fill();
  BOOST_TEST(line(offices, "a0") == "org_office a0 @60 name=a0 organisation_id=->s");
  // A component that waited for a master which is deleted goes with it.
  BOOST_TEST(line(rooms, "r") == "org_room r @60 deleted");
}

// What a document, or a user, does not speak of is still waited for.
BOOST_AUTO_TEST_CASE(a_reference_that_is_not_mentioned_goes_on_waiting) {
  take({an_office("a0", 60).data("phone1", "5")}).value();
  take({an_organisation("o", 70)}).value();
  BOOST_TEST(line(offices, "a0") == "org_office a0 @60 name=a0 phone1=5 organisation_id=->o");
}

BOOST_AUTO_TEST_CASE(a_reference_that_is_given_anew_waits_no_more) {
  take({an_organisation("p", 60), an_office("a0", 60).ref("organisation_id", "org_organisation", "p")}).value();
  take({an_organisation("o", 70)}).value();
  BOOST_TEST(line(offices, "a0") == "org_office a0 @60 name=a0 organisation_id=->p");
}

BOOST_AUTO_TEST_CASE(can_be_cancelled) {
  options.cancelled = [] { return true; };
  BOOST_CHECK_THROW(fill(), failure_exception);
}

BOOST_AUTO_TEST_SUITE_END()
