// Whatever goes wrong with a document: nothing of a batch is half written, and the next run repairs.
#include "edensync/importer/importer.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

// A bit of everything: components, references to and fro, a deletion, a merge, something to refuse and something that
// waits.
std::vector<element> a_bit_of_everything() {
  return {an_office("a", 1)
              .with(a_room("r", 1))
              .with(a_badge("b", "blue", 1))
              .ref("organisation_id", "org_organisation", "o"),
          a_post("p", "late", 1),
          an_office("wrong", 1).data("floors", "x"),
          an_organisation("o", 1).ref("parent", "org_organisation", "never"),
          an_organisation("d", 1),
          element("org_organisation", "d").at(5).into("o"),
          element("org_office", "gone").at(5).deleted(),
          an_office("late", 1)};
}

lines result_of_it() {
  import_rig rig;
  rig.take(a_bit_of_everything()).value();
  return rig.contents(with_mci::yes);
}

// That nothing is there in part: each component with its master, each line of the ledger with what it belongs to.
void expect_whole(import_rig& rig) {
  const bool office = !rig.line(offices, "a").empty();
  BOOST_TEST((!rig.line(rooms, "r").empty()) == office);
  BOOST_TEST((!rig.line(badges, "b").empty()) == office);
  BOOST_TEST(rig.decisions(offices, "a").empty() == !office);
  const auto waiting = rig.store.snapshot().count_open_references();
  BOOST_TEST(waiting == (rig.line(organisations, "o").empty() ? 0u : 1u));
  for (const auto& q : rig.quarantine())
    BOOST_TEST(rig.line(relief().find(q.resource), q.uuid.text().substr(9)).empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(importer_failures)

BOOST_AUTO_TEST_CASE(a_document_smaller_than_a_batch_leaves_no_trace_when_it_breaks_off_anywhere) {
  // A record that comes twice, as the one that is merged here does, ends a batch: so it is left out.
  auto all = a_bit_of_everything();
  all.erase(all.begin() + 4);
  const auto text = document(all);
  for (std::size_t n = 0; n < text.size(); ++n) {
    import_rig rig;
    rig.piece = 64;
    const auto done = rig.take(std::string_view(text).substr(0, n));
    BOOST_TEST_REQUIRE(done.has_error());
    BOOST_TEST_REQUIRE((done.error().code == error::malformed_document));
    BOOST_TEST_REQUIRE(rig.contents().empty());
    BOOST_TEST_REQUIRE(rig.quarantine().empty());
    BOOST_TEST_REQUIRE(rig.store.snapshot().sequence() == 0u);
    BOOST_TEST_REQUIRE(rig.store.snapshot().decisions("org_office", id_of("a"), 1).empty());
    BOOST_TEST_REQUIRE((rig.report.total == record_counts{}));
  }
}

BOOST_AUTO_TEST_CASE(a_larger_one_keeps_whole_batches_and_reports_them) {
  std::vector<element> all;
  for (int i = 0; i < 10; ++i) all.push_back(an_office("a" + std::to_string(i)).with(a_room("r" + std::to_string(i))));
  const auto text = document(all);
  for (std::size_t n = 0; n < text.size(); n += 11) {
    import_rig rig;
    rig.options.batch_elements = 3;
    rig.piece = 10;
    BOOST_TEST(rig.take(std::string_view(text).substr(0, n)).has_error());
    BOOST_TEST(rig.report.batches * 6 == rig.contents().size());
    BOOST_TEST(rig.report.total.created == rig.contents().size());
    BOOST_TEST(rig.report.records == rig.report.batches * 3);
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_anywhere_half_writes_nothing_and_the_next_import_repairs) {
  const auto wanted = result_of_it();
  for (const std::size_t size : {1000u, 3u, 1u}) {
    mock::each_failure failure;
    while (failure.again()) {
      import_rig rig;
      rig.options.batch_elements = size;
      const auto n = failure.number();
      const auto done = failure.during(rig.store, [&] { return rig.take(a_bit_of_everything()); });
      BOOST_TEST_REQUIRE(done.has_error() == failure.reached(), "operation " << n);
      if (!failure.reached()) break;
      BOOST_TEST((done.error().code == error::store_failed));
      if (size == 1000) expect_whole(rig);
      BOOST_TEST_REQUIRE(rig.take(a_bit_of_everything()).has_value());
      BOOST_TEST_REQUIRE(rig.contents(with_mci::yes) == wanted, "operation " << n << " of batches of " << size);
      BOOST_TEST_REQUIRE(rig.quarantine().size() == 1u, "operation " << n);
      BOOST_TEST_REQUIRE(rig.store.snapshot().count_open_references() == 1u);
    }
    BOOST_TEST(failure.number() > 50u);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_while_the_waiting_ones_are_offered_keeps_them_waiting) {
  for (mock::each_failure failure; failure.again();) {
    import_rig rig;
    rig.take({a_post("p", "a"), a_post("q", "a"), an_office("wrong").data("floors", "x")}).value();
    rig.write(offices, "a", "a", 5);
    const auto done = failure.during(rig.store, [&] { return rig.take({an_office("b")}); });
    BOOST_TEST_REQUIRE(done.has_error() == failure.reached(), "operation " << failure.number());
    // Each of them is either here or waits.
    auto waiting = rig.quarantine().size();
    BOOST_TEST(waiting - 1 + !rig.line(posts, "p").empty() + !rig.line(posts, "q").empty() == 2u);
    rig.take({an_office("b")}).value();
    BOOST_TEST(rig.quarantine().size() == 1u);
    BOOST_TEST(rig.contents().size() == 4u);
  }
}

BOOST_AUTO_TEST_CASE(cancelling_before_any_batch_keeps_what_was_committed) {
  const auto wanted = result_of_it();
  for (int n = 0;; ++n) {
    import_rig rig;
    rig.options.batch_elements = 1;
    int asked = 0;
    rig.options.cancelled = [&] { return asked++ >= n; };
    const auto done = rig.take(a_bit_of_everything());
    rig.options.cancelled = {};
    if (done) {
      BOOST_TEST(n > 5);
      break;
    }
    BOOST_TEST((done.error().code == error::cancelled));
    BOOST_TEST((done.error().code == condition::retry_later));
    BOOST_TEST_REQUIRE(rig.take(a_bit_of_everything()).has_value());
    BOOST_TEST(rig.contents(with_mci::yes) == wanted);
    BOOST_TEST_REQUIRE(n < 100);
  }
}

BOOST_AUTO_TEST_CASE(limits_are_told_with_their_place) {
  import_rig rig;
  rig.options.limits.text = 10;
  auto done = rig.take({an_office("a"), an_office("b").data("phone1", "12345678901")});
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST((done.error().code == error::limit_exceeded));
  BOOST_TEST(done.error().text().find("line 2") != std::string::npos);
  BOOST_TEST(rig.contents().empty());
  rig.options.limits = {.depth = 3};
  BOOST_TEST((rig.take({an_office("a").with(a_room("r").data("name", "x"))}).error().code == error::limit_exceeded));
  rig.options.limits = {.attributes = 2};
  BOOST_TEST((rig.take({an_office("a")}).error().code == error::limit_exceeded));
  BOOST_TEST(rig.contents().empty());
  rig.options.limits = {};
  BOOST_TEST(rig.take({an_office("a")}).has_value());
}

// Another import leaves a reference open after this one has counted them.
BOOST_AUTO_TEST_CASE(a_reference_that_was_written_anew_is_not_filled_with_its_old_target) {
  import_rig rig;
  rig.take({an_office("a"), an_organisation("other")}).value();
  import_rig::importer_type mine(rig.store, relief(), rig.options);
  mine.start().value();
  rig.take({an_office("a", 1).ref("organisation_id", "org_organisation", "o")}).value();
  mine.feed(document({an_office("a", 2).ref("organisation_id", "org_organisation", "other")})).value();
  mine.finish().value();
  BOOST_TEST(rig.store.snapshot().count_open_references() == 0u);
  rig.take({an_organisation("o")}).value();
  BOOST_TEST(rig.line(offices, "a") == "org_office a @2 name=a organisation_id=->other");
}

BOOST_AUTO_TEST_CASE(the_place_in_the_peers_order_commits_with_each_batch) {
  import_rig rig;
  rig.options.resume = resume_state{"0", "epoch-9", 0};
  rig.options.batch_elements = 2;
  const auto text = document({an_office("a", 2).number(3).with(a_room("r", 9).number(90)), an_office("b", 1).number(5),
                              an_office("c", 3).number(7), a_room("s").number(50)});
  BOOST_TEST(rig.take(std::string_view(text).substr(0, text.size() - 100)).has_error());
  const auto place = rig.store.snapshot().get_resume(3);
  BOOST_TEST_REQUIRE(place.has_value());
  BOOST_TEST((*place == resume_state{"0", "epoch-9", 5, second(2)}));
  // Components have numbers of their own, which say nothing about the masters.
  BOOST_TEST(rig.take(text).has_value());
  BOOST_TEST(rig.store.snapshot().get_resume(3)->done == 7u);
  BOOST_TEST((rig.store.snapshot().get_resume(3)->youngest == second(3)));
}

BOOST_AUTO_TEST_SUITE_END()
