#include "edensync/job/retry.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

#include "edensync/job/run_words.hpp"

using namespace edensync;

namespace {

transfer_report a_transfer(std::optional<error> why = {}) {
  transfer_report t;
  t.resource = "org_office";
  if (why) t.error = make_failure(*why, "see http://me:secret@base");
  return t;
}

run_report a_run(std::vector<transfer_report> transfers, std::optional<error> why = {}) {
  run_report r;
  r.transfers = std::move(transfers);
  if (why) r.error = make_failure(*why);
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_retry)

BOOST_AUTO_TEST_CASE(later_or_a_person) {
  BOOST_TEST((judge(a_run({})) == run_end::completed));
  BOOST_TEST((judge(a_run({a_transfer(), a_transfer()})) == run_end::completed));
  for (const auto why : {error::unreachable, error::timed_out, error::broken_transfer, error::peer_failed,
                         error::store_full, error::unexpected_answer, error::malformed_document, error::busy}) {
    BOOST_TEST((judge(a_run({}, why)) == run_end::failed), static_cast<int>(why));
    // The others of the run need not wait for longer than after a failure of all.
    BOOST_TEST((judge(a_run({a_transfer(), a_transfer(why)})) == run_end::failed), static_cast<int>(why));
  }
  for (const auto why : {error::not_authorised, error::not_registered, error::refused, error::not_configured,
                         error::unknown_resource, error::bad_filter}) {
    BOOST_TEST((judge(a_run({}, why)) == run_end::needs_person), static_cast<int>(why));
    BOOST_TEST((judge(a_run({a_transfer(why)})) == run_end::needs_person), static_cast<int>(why));
    // One table does not keep the others back.
    BOOST_TEST((judge(a_run({a_transfer(why), a_transfer()})) == run_end::completed), static_cast<int>(why));
  }
  BOOST_TEST((judge(a_run({a_transfer(error::refused), a_transfer(error::timed_out)})) == run_end::failed));
  BOOST_TEST((judge(a_run({a_transfer()}, error::cancelled)) == run_end::cancelled));
}

BOOST_AUTO_TEST_CASE(the_wait_grows_and_has_an_end) {
  const auto within = [](std::int64_t wait, std::int64_t middle) {
    return wait >= middle * 3 / 4 && wait <= middle * 5 / 4;
  };
  std::int64_t middle = 60;
  for (std::uint32_t n = 1; n < 100; ++n, middle = std::min<std::int64_t>(2 * middle, 3600)) {
    BOOST_TEST(within(retry_wait(run_end::failed, 7, n), middle), n);
    BOOST_TEST(within(retry_wait(run_end::timed_out, 7, n), middle), n);
    BOOST_TEST(within(retry_wait(run_end::needs_person, 7, n), n > 3 ? 86400 : middle), n);
  }
  BOOST_TEST(retry_wait(run_end::failed, 7, 4000000000U) <= 4500);
}

BOOST_AUTO_TEST_CASE(the_wait_is_spread_but_no_accident) {
  std::set<std::int64_t> waits;
  for (job_id j = 1; j <= 200; ++j) {
    waits.insert(retry_wait(run_end::failed, j, 7));
    BOOST_TEST(retry_wait(run_end::failed, j, 7) == retry_wait(run_end::failed, j, 7));
  }
  BOOST_TEST(waits.size() > 150u);
  BOOST_TEST(*waits.rbegin() - *waits.begin() > 1500);
}

BOOST_AUTO_TEST_CASE(what_a_run_did_in_words) {
  auto pulled = a_transfer();
  pulled.imported.total = {.received = 3, .created = 2, .updated = 1};
  pulled.waiting = 4;
  auto pushed = a_transfer();
  pushed.way = direction::push;
  const auto r = a_run({pulled, pushed, a_transfer(error::refused)});
  const auto words = run_words(r);
  BOOST_TEST(words.starts_with("pull org_office: 3 records, 2 created, 1 updated, 0 deleted, 4 in quarantine\n"
                               "push org_office: 0 records\n"
                               "pull org_office: failed: the peer refused the request"),
             words);
  BOOST_TEST(words.find("secret") == std::string::npos, words);
  BOOST_TEST(why_not(r).starts_with("org_office: the peer refused"), why_not(r));
  BOOST_TEST(why_not(r).find("secret") == std::string::npos);
  BOOST_TEST(why_not(a_run({pulled})) == "");
}

BOOST_AUTO_TEST_CASE(an_archive_that_was_given_up_is_told_and_the_pull_after_it_counts) {
  auto given_up = a_transfer();
  given_up.imported.total = {.received = 3, .created = 3};
  given_up.given_up = make_failure(error::malformed_document, "see http://me:secret@base");
  BOOST_TEST((judge(a_run({given_up, a_transfer()})) == run_end::completed));
  BOOST_TEST((judge(a_run({given_up, a_transfer(error::broken_transfer)})) == run_end::failed));
  BOOST_TEST((judge(a_run({given_up, a_transfer(error::refused)})) == run_end::needs_person));
  const auto r = a_run({given_up, a_transfer()});
  BOOST_TEST(r.ok());
  BOOST_TEST(why_not(r) == "");
  const auto words = run_words(r);
  BOOST_TEST(
      words.find("3 records, 3 created, 0 updated, 0 deleted, then the archive was given up: ") != std::string::npos,
      words);
  BOOST_TEST(words.find("secret") == std::string::npos, words);
}

BOOST_AUTO_TEST_SUITE_END()
