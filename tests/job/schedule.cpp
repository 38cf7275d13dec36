#include "edensync/job/schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

#include "edensync/memory/manual_clock.hpp"

using namespace edensync;

namespace {

timestamp moment(std::string_view text) { return parse_timestamp(text).value(); }

constexpr std::int64_t hour = 3600, day = 24 * hour;

// A worker that looks at its clock every minute, and runs that take `takes` seconds.
struct simulated {
  memory::manual_clock clock;
  sync_job job;
  std::vector<timestamp> begun{};

  void until(timestamp last, std::int64_t takes, std::int64_t look = 60) {
    while (clock.now() <= last) {
      if (schedule::has_lapsed(job, clock.now())) job = schedule::lapsed(job);
      if (schedule::is_due(job, clock.now())) {
        begun.push_back(clock.now());
        job = schedule::begun(job, clock.now());
        clock.advance(takes);
        job = schedule::ended(job, run_end::completed, "", clock.now());
      } else {
        clock.advance(look);
      }
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(job_schedule)

BOOST_AUTO_TEST_CASE(a_year_with_a_leap_day) {
  const auto first = moment("2028-01-01T08:30:00");
  simulated s{memory::manual_clock(moment("2027-12-30T00:00:00")), {.id = 1, .start = first, .period = day}};
  s.job = schedule::planned(s.job, s.clock.now());
  s.until(moment("2028-12-31T23:59:00"), 90);
  // 2028 has 366 days; each run is in the same minute of its day, the 29th of February included, although the worker looks
  // at its clock a little later each time.
  BOOST_TEST(s.begun.size() == 366u);
  for (std::size_t i = 0; i < s.begun.size(); ++i)
    BOOST_TEST((s.begun[i] - first) / 60 == static_cast<std::int64_t>(i) * day / 60, to_text(s.begun[i]));
  BOOST_TEST(to_text(s.begun[59]).starts_with("2028-02-29T08:30:"));
  BOOST_TEST(s.job.times_run == 366u);
}

BOOST_AUTO_TEST_CASE(a_year_of_every_five_minutes) {
  simulated s{memory::manual_clock(moment("2027-03-01T00:00:00")), {.id = 1, .period = 300}};
  s.job = schedule::planned(s.job, s.clock.now());
  s.until(moment("2028-02-29T23:59:59"), 20, 20);
  BOOST_TEST(s.begun.size() == 366u * 288u);
}

BOOST_AUTO_TEST_CASE(a_start_in_the_future_is_waited_for) {
  const auto now = moment("2026-11-23T08:00:00");
  auto j = schedule::planned({.id = 1, .start = now + hour}, now);
  BOOST_TEST((j.next_run == now + hour));
  BOOST_TEST(!schedule::is_due(j, now + hour - 1));
  BOOST_TEST(schedule::is_due(j, now + hour));
  // Neither does a start in the past mean that runs were missed.
  j = schedule::planned({.id = 1, .start = now - 30 * day}, now);
  BOOST_TEST((j.next_run == now));
  // What was missed is done at once, and once, in the rhythm of the start from then on.
  j = schedule::planned({.id = 1, .start = now - 30 * day - hour, .period = day}, now);
  BOOST_TEST((j.next_run == now));
  j = schedule::ended(schedule::begun(j, now), run_end::completed, {}, now + 5);
  BOOST_TEST((j.next_run == now + day - hour));
  j.enabled = false;
  BOOST_TEST(!schedule::is_due(j, now));
}

BOOST_AUTO_TEST_CASE(after_its_end_nothing_begins) {
  const auto now = moment("2026-11-23T08:00:00");
  simulated s{memory::manual_clock(now), {.id = 1, .end = now + 2 * hour, .period = hour}};
  s.job = schedule::planned(s.job, now);
  s.until(now + day, 60);
  // At the end itself it may.
  BOOST_TEST(s.begun.size() == 3u);
  BOOST_TEST((s.job.status == job_status::expired));
  BOOST_TEST(!s.job.next_run);
  // The end came while nobody was there.
  auto j = schedule::planned({.id = 1, .end = now + hour}, now);
  BOOST_TEST(!schedule::has_lapsed(j, now + hour));
  BOOST_TEST(schedule::has_lapsed(j, now + hour + 1));
  BOOST_TEST(!schedule::is_due(j, now + hour + 1));
  // One that is set up too late never runs.
  BOOST_TEST((schedule::planned({.id = 1, .end = now - 1}, now).status == job_status::expired));
}

BOOST_AUTO_TEST_CASE(only_completed_runs_count) {
  const auto now = moment("2026-11-23T08:00:00");
  auto j = schedule::planned({.id = 1, .repeats = 2, .period = hour}, now);
  for (const auto how : {run_end::failed, run_end::timed_out, run_end::needs_person, run_end::cancelled,
                         run_end::stopped, run_end::completed}) {
    j = schedule::ended(schedule::begun(j, now), how, "", now);
    BOOST_TEST((j.status != job_status::completed));
  }
  BOOST_TEST(j.times_run == 1u);
  j = schedule::ended(schedule::begun(j, now), run_end::completed, "", now);
  BOOST_TEST((j.status == job_status::completed));
  BOOST_TEST(!schedule::next_run(j, now + day));
  // More of them may be allowed later.
  j.repeats = 3;
  j = schedule::planned(j, now + 60);
  BOOST_TEST((j.next_run == now + hour));
}

BOOST_AUTO_TEST_CASE(a_run_that_outlasts_its_period) {
  const auto now = moment("2026-11-23T08:00:00");
  const auto run = [&](std::int64_t takes) {
    auto j = schedule::begun(schedule::planned({.id = 1, .period = 600}, now), now);
    // While it runs it is not due, however often its period is over.
    BOOST_TEST(!schedule::is_due(j, now + 10 * day));
    return schedule::ended(j, run_end::completed, "", now + takes);
  };
  BOOST_TEST((run(599).next_run == now + 600));
  BOOST_TEST((run(600).next_run == now + 600));
  // The run of 08:10 begins late; those of 08:20 and 08:30 are not caught up.
  auto j = run(1900);
  BOOST_TEST((j.next_run == now + 1900));
  j = schedule::ended(schedule::begun(j, now + 1900), run_end::completed, "", now + 1910);
  BOOST_TEST((j.next_run == now + 2500));
}

BOOST_AUTO_TEST_CASE(a_nightly_job_stays_one) {
  const auto night = moment("2026-11-23T02:00:00");
  auto j = schedule::planned({.id = 1, .start = night, .period = day}, night);
  j = schedule::ended(schedule::begun(j, night), run_end::failed, "", night + 900);
  BOOST_TEST((j.next_run < night + 1000));
  // Nobody switched the machine on before the morning.
  j = schedule::ended(schedule::begun(j, night + 7 * hour), run_end::completed, "", night + 7 * hour + 60);
  BOOST_TEST((j.next_run == night + day));
}

BOOST_AUTO_TEST_CASE(what_was_missed_is_done_once) {
  const auto now = moment("2026-11-23T08:00:00");
  simulated s{memory::manual_clock(now), {.id = 1, .period = 600}};
  s.job = schedule::planned(s.job, now);
  s.until(now, 5);
  s.clock.set(now + 3 * day);
  s.until(now + 3 * day + 700, 5);
  BOOST_TEST(s.begun.size() == 3u);
  BOOST_TEST((s.begun[1] == now + 3 * day));
  BOOST_TEST((s.begun[2] >= now + 3 * day + 600));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_wrong_keeps_nothing_back) {
  const auto now = moment("2026-11-23T08:00:00");
  auto j = schedule::planned({.id = 1, .period = 600}, now + day);
  j = schedule::ended(schedule::begun(j, now + day), run_end::completed, "", now + day + 5);
  BOOST_TEST(schedule::is_due(j, now));
  j = schedule::ended(schedule::begun(j, now), run_end::completed, "", now + 5);
  BOOST_TEST(!schedule::is_due(j, now + 5));
  // It jumps back during a run.
  j = schedule::ended(schedule::begun(j, now + day), run_end::completed, "", now);
  BOOST_TEST((schedule::next_run(j, now) <= now + 600));
}

BOOST_AUTO_TEST_CASE(failures_wait_and_are_forgotten) {
  const auto now = moment("2026-11-23T08:00:00");
  auto j = schedule::planned({.id = 1, .period = 60}, now);
  j = schedule::ended(schedule::begun(j, now), run_end::timed_out, "too long", now);
  BOOST_TEST((j.status == job_status::waiting));
  BOOST_TEST(j.message == "too long");
  BOOST_TEST((j.next_run == now + retry_wait(run_end::timed_out, 1, 1)));
  j = schedule::ended(schedule::begun(j, now), run_end::needs_person, "no", now);
  BOOST_TEST((j.status == job_status::needs_person));
  BOOST_TEST(j.failures == 2u);
  // It is tried again by itself, and a reset lets it run at once.
  BOOST_TEST(schedule::is_due(j, now + day));
  const auto again = schedule::reset(j, now + 1);
  BOOST_TEST((again.status == job_status::waiting));
  BOOST_TEST((again.next_run == now + 1));
  BOOST_TEST(again.failures == 0u);
  j = schedule::ended(schedule::begun(j, now), run_end::completed, "", now);
  BOOST_TEST(j.failures == 0u);
  BOOST_TEST((j.status == job_status::waiting));
  // Nobody resets what is being run.
  BOOST_TEST((schedule::reset(schedule::begun(j, now), now).status == job_status::running));
}

BOOST_AUTO_TEST_CASE(cancelled_and_stopped_runs) {
  const auto now = moment("2026-11-23T08:00:00");
  const auto j = schedule::begun(schedule::planned({.id = 1, .period = 600}, now), now);
  BOOST_TEST((schedule::ended(j, run_end::cancelled, "", now + 5000).next_run == now + 5600));
  BOOST_TEST((schedule::ended(j, run_end::stopped, "", now + 5).next_run == now + 5));
  BOOST_TEST(schedule::ended(j, run_end::stopped, "", now + 5).failures == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
