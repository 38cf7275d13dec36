#include "edensync/job/worker.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

#include "edensync/memory/folder.hpp"
#include "edensync/site/synchronize_files.hpp"
#include "edensync/admin/job_text.hpp"
#include "edensync/admin/jobs.hpp"
#include "edensync/admin/runs.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

using run_ptr = std::unique_ptr<job_run<parts>>;
constexpr std::int64_t term = held_lease<parts>::term;

// Two sites and the line between them; the one in the field has jobs.
struct scheduled : two_sites {
  scheduled() { add_task(); }

  admin::jobs<parts> jobs{field.self};
  admin::runs<parts> runs{field.self};
  worker<parts> first{field.self}, second{field.self};

  sync_job add(sync_job j = {}) {
    j.repository = peer;
    return jobs.add(j).value();
  }
  sync_job job() { return field.store.snapshot().jobs(peer).at(0); }
  run_state state() { return runs.of(peer).value(); }
  timestamp now() { return field.self.now(); }

  static run_ptr begin(worker<parts>& w) { return std::move(w.begin()).value(); }

  run_report lead(job_run<parts>& run) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(run.peer().id, run.hooks());
    line.run(*op);
    return op->report();
  }

  // Begins, leads and ends one; how it ended, or none if there was nothing to do.
  run_end work(worker<parts>& w) {
    const auto run = begin(w);
    return run ? run->end(lead(*run)).value() : run_end::none;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_worker, scheduled)

BOOST_AUTO_TEST_CASE(what_is_due_is_run) {
  base.put(an("a"));
  BOOST_TEST(!first.next_due().value());
  BOOST_TEST(!begin(first));
  const auto start = now() + 100;
  add({.start = start, .period = 600});
  BOOST_TEST((first.next_due().value() == start));
  BOOST_TEST(!begin(first));
  clock.set(start);
  BOOST_TEST((work(first) == run_end::completed));
  expect_equal();
  BOOST_TEST(job().times_run == 1u);
  BOOST_TEST((job().last_run == start));
  BOOST_TEST((first.next_due().value() == start + 600));
  BOOST_TEST((work(first) == run_end::none));
  const auto s = state();
  BOOST_TEST(!s.running());
  BOOST_TEST((s.how == run_end::completed));
  BOOST_TEST(s.runs == 1u);
  BOOST_TEST(s.words == "pull org_office: 1 records, 1 created, 0 updated, 0 deleted\npush org_office: 0 records\n");
  // The lease was given back.
  BOOST_TEST((field.store.snapshot().get_lease(peer)->expires < now()));
}

BOOST_AUTO_TEST_CASE(a_run_by_hand) {
  const auto ended = runs.request(peer, "boss").value();
  BOOST_TEST(runs.request(peer, "another").value() == ended);
  BOOST_TEST(admin::run_phase(state()) == "requested");
  BOOST_TEST(state().requested_by == "boss");
  BOOST_TEST((first.next_due().value() == now()));
  const auto run = begin(first);
  BOOST_TEST_REQUIRE(run);
  BOOST_TEST(admin::run_phase(state()) == "beginning");
  // During it another one can be asked for, which comes after it.
  runs.request(peer).value();
  BOOST_TEST(!begin(second));
  BOOST_TEST((run->end(lead(*run)).value() == run_end::completed));
  BOOST_TEST(admin::run_phase(state()) == "requested");
  BOOST_TEST((work(second) == run_end::completed));
  BOOST_TEST(admin::run_phase(state()) == "idle");
  BOOST_TEST(state().runs == ended + 2);
  BOOST_TEST((work(first) == run_end::none));
}

BOOST_AUTO_TEST_CASE(hands_come_before_jobs_and_may_be_all_there_is) {
  add();
  worker<parts> only_asked(field.self, {.jobs = false}), of_others(field.self, {.only = peer + 1});
  BOOST_TEST(!begin(only_asked));
  BOOST_TEST(!begin(of_others));
  runs.request(peer).value();
  BOOST_TEST(!begin(of_others));
  const auto run = begin(first);
  BOOST_TEST_REQUIRE(run);
  BOOST_TEST(state().job == 0);
  run->end(lead(*run)).value();
  BOOST_TEST((work(first) == run_end::completed));
  BOOST_TEST(job().times_run == 1u);
}

BOOST_AUTO_TEST_CASE(two_workers_never_run_one_repository_at_once) {
  base.put(an("a"));
  add();
  const auto slow = begin(first);
  BOOST_TEST_REQUIRE(slow);
  BOOST_TEST(!begin(second));
  clock.advance(term - 1);
  BOOST_TEST(!begin(second));
  clock.advance(1);
  // The first one says nothing any more.
  const auto next = begin(second);
  BOOST_TEST_REQUIRE(next);
  BOOST_TEST(next->peer().id == peer);
  // It comes to itself: it can neither move the watermark, nor say how its run ended.
  const auto late = lead(*slow);
  BOOST_TEST(!late.ok());
  BOOST_TEST((first_error(late) == error::busy));
  BOOST_TEST((field.mark(1, direction::pull) == watermark{}));
  BOOST_TEST((slow->end(late).error().code == error::busy));
  BOOST_TEST(job().times_run == 0u);
  BOOST_TEST((next->end(lead(*next)).value() == run_end::completed));
  BOOST_TEST(job().times_run == 1u);
  expect_equal();
}

BOOST_AUTO_TEST_CASE(what_a_dead_worker_has_committed_stands_in_the_log) {
  base.put(an("a"));
  add({.repeats = 2, .timeout = 0});
  BOOST_TEST((work(first) == run_end::completed));
  clock.set(*first.next_due().value());
  {
    const auto run = begin(first);
    test_site self(field.store, relief(), clock, field.uids, {.batch_elements = 2});
    active_site<parts> calling(self);
    const auto op = calling.synchronize_with(peer, run->hooks());
    BOOST_TEST_REQUIRE(op->next() != nullptr);
    BOOST_TEST(op->on_head({.status = 200}).has_value());
    auto text = document({an_office("b"), an_office("c"), an_office("d"), an_office("e"), an_office("f")});
    BOOST_TEST(op->on_body(std::string_view(text).substr(0, text.size() - 20)).has_value());
    BOOST_TEST(field.contents().size() == 5u);
    // It dies, and with it what it knew.
  }
  clock.advance(term + 1);
  const auto lines = field.log().size();
  BOOST_TEST((work(second) == run_end::completed));
  const auto log = field.log();
  const auto dead = std::find_if(log.begin(), log.end(), [](const log_entry& e) {
    return e.message.find("ended without a word") != std::string::npos;
  });
  BOOST_TEST_REQUIRE((dead != log.end()));
  BOOST_TEST(dead->resource == "org_office");
  BOOST_TEST(dead->counts.created == 4u);
  BOOST_TEST(dead->counts.received == 4u);
  BOOST_TEST(dead->repository == peer);
  BOOST_TEST(log.size() == lines + 3);  // that, and the new run's pull and push
  BOOST_TEST(!find_unlogged(field.store.snapshot(), peer));
}

BOOST_AUTO_TEST_CASE(a_run_that_shows_signs_of_life_is_left_alone) {
  add({.timeout = 0});
  const auto run = begin(first);
  for (int i = 0; i < 20; ++i) {
    clock.advance(term / 3);
    run->look();
    BOOST_TEST((state().alive == now()));
    BOOST_TEST(!begin(second));
  }
  BOOST_TEST(!run->is_to_end());
  BOOST_TEST((run->end(lead(*run)).value() == run_end::completed));
}

BOOST_AUTO_TEST_CASE(a_dead_worker_is_known_by_what_it_held) {
  std::set<repository_id> held;
  const auto guard = [&](repository_id r) -> std::shared_ptr<void> {
    if (!held.insert(r).second) return nullptr;
    return {new int, [&held, r](void* p) {
              held.erase(r);
              delete static_cast<int*>(p);
            }};
  };
  worker<parts> one(field.self, {}, guard), other(field.self, {}, guard);
  add({.repeats = 1});
  auto run = begin(one);
  BOOST_TEST_REQUIRE(run);
  BOOST_TEST(!begin(other));
  run.reset();  // it dies
  BOOST_TEST((work(other) == run_end::completed));
  BOOST_TEST((job().status == job_status::completed));
  BOOST_TEST(held.empty());
  // What was asked for by hand is not forgotten either.
  runs.request(peer).value();
  (void)begin(one);
  BOOST_TEST(!state().requested);
  BOOST_TEST((work(other) == run_end::completed));
  BOOST_TEST((work(other) == run_end::none));
  // Neither by a worker that does nothing else.
  worker<parts> by_hand(field.self, {.jobs = false}, guard);
  runs.request(peer).value();
  (void)begin(one);
  BOOST_TEST((work(by_hand) == run_end::completed));
  // Unless somebody cancelled it meanwhile.
  runs.request(peer).value();
  (void)begin(one);
  runs.cancel(peer).value();
  BOOST_TEST((work(other) == run_end::none));
  BOOST_TEST((state().how == run_end::cancelled));
}

BOOST_AUTO_TEST_CASE(who_is_silent_for_too_long_is_replaced_even_while_he_lives) {
  // He was stopped, and goes on holding what he holds.
  bool taken = false;
  const auto guard = [&](repository_id) -> std::shared_ptr<void> {
    return std::exchange(taken, true) ? nullptr : std::make_shared<int>();
  };
  worker<parts> one(field.self, {}, guard), other(field.self, {}, guard);
  add({.repeats = 1, .timeout = 0});
  const auto run = begin(one);
  clock.advance(term - 1);
  BOOST_TEST(!begin(other));
  clock.advance(1);
  const auto next = begin(other);
  BOOST_TEST_REQUIRE(next);
  BOOST_TEST(field.log()[0].message.find("ended without a word") != std::string::npos);
  BOOST_TEST(!lead(*run).ok());
  BOOST_TEST((next->end(lead(*next)).value() == run_end::completed));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_cancelled_ends_at_a_record) {
  for (int i = 0; i < 500; ++i) field.put(an("office " + std::to_string(i)));
  BOOST_TEST((runs.cancel(peer).error().code == error::no_such_entry));
  add({.period = 600});
  const auto run = begin(first);
  runs.cancel(peer).value();
  BOOST_TEST(admin::run_phase(state()) == "ending");
  clock.advance(1);
  const auto report = lead(*run);
  BOOST_TEST((report.error && report.error->code == error::cancelled));
  BOOST_TEST((run->end(report).value() == run_end::cancelled));
  BOOST_TEST((job().next_run == now() + 600));
  BOOST_TEST(job().failures == 0u);
  // A request is withdrawn.
  runs.request(peer).value();
  runs.cancel(peer).value();
  BOOST_TEST(!begin(first));
}

BOOST_AUTO_TEST_CASE(a_time_out_keeps_the_job_alive) {
  add({.period = 600, .timeout = 30});
  auto run = begin(first);
  clock.advance(30);
  run->look();
  BOOST_TEST(!run->is_to_end());
  clock.advance(1);
  run->look();
  BOOST_TEST(run->is_to_end());
  BOOST_TEST((run->end(lead(*run)).value() == run_end::timed_out));
  BOOST_TEST((job().status == job_status::waiting));
  BOOST_TEST(job().failures == 1u);
  BOOST_TEST((job().next_run == now() + retry_wait(run_end::timed_out, job().id, 1)));
  BOOST_TEST(last_line(field).find("ended after 30 s") != std::string::npos, last_line(field));
  BOOST_TEST(field.log().size() == 1u);
  BOOST_TEST(state().message.find("30 s") != std::string::npos);
  jobs.reset(peer, job().id).value();
  BOOST_TEST((work(first) == run_end::completed));
  BOOST_TEST(job().failures == 0u);
  // Who was done before it heard of it, was done.
  clock.advance(600);
  run = begin(first);
  const auto report = lead(*run);
  clock.advance(31);
  run->look();
  BOOST_TEST((run->end(report).value() == run_end::completed));
}

// Its peer says nothing, and the worker breaks the line: that is no second failure.
BOOST_AUTO_TEST_CASE(a_run_that_is_cancelled_in_the_middle_leaves_one_line) {
  base.put(an("a"));
  work(first);
  for (int n = 0; n < 3; ++n) {
    runs.request(peer).value();
    const auto run = begin(first);
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, run->hooks());
    const auto before = field.log().size();
    BOOST_TEST_REQUIRE(op->next() != nullptr);
    if (n > 0) BOOST_TEST(op->on_head({.status = 200}).has_value());
    if (n > 1) BOOST_TEST(op->on_body("<s3xml>").has_value());
    runs.cancel(peer).value();
    clock.advance(1);
    op->on_failure(make_failure(error::broken_transfer, "the line was broken"));
    BOOST_TEST(op->next() == nullptr);
    BOOST_TEST((run->end(op->report()).value() == run_end::cancelled));
    BOOST_TEST(field.log().size() == before + 1);
    BOOST_TEST(last_line(field).find("the run was cancelled") != std::string::npos, last_line(field));
  }
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_stopped_leaves_its_run_to_the_next) {
  add({.repeats = 1, .period = 600});
  auto run = begin(first);
  run->stop();
  BOOST_TEST((run->end(lead(*run)).value() == run_end::stopped));
  BOOST_TEST(job().failures == 0u);
  BOOST_TEST((work(second) == run_end::completed));
  runs.request(peer).value();
  run = begin(first);
  run->stop();
  run->end(lead(*run)).value();
  BOOST_TEST(admin::run_phase(state()) == "requested");
  BOOST_TEST((work(second) == run_end::completed));
}

BOOST_AUTO_TEST_CASE(failures_are_told_apart) {
  add({.period = 60});
  field.self.put(repository{.id = peer, .name = "Base", .url = ""}).value();
  BOOST_TEST((work(first) == run_end::needs_person));
  BOOST_TEST((job().status == job_status::needs_person));
  BOOST_TEST(job().message.find("No URL") != std::string::npos, job().message);
  BOOST_TEST((work(first) == run_end::none));
  field.self.put(repository{.id = peer, .name = "Base", .url = "http://base.example.org/eden"}).value();
  clock.set(*job().next_run);
  line.cut_after(10);
  BOOST_TEST((work(first) == run_end::failed));
  BOOST_TEST((job().status == job_status::waiting));
  BOOST_TEST(job().failures == 2u);
}

BOOST_AUTO_TEST_CASE(progress_is_seen_by_others) {
  for (int i = 0; i < 1000; ++i) base.put(an("office " + std::to_string(i)));
  add();
  const auto run = begin(first);
  auto hooks = run->hooks();
  std::uint64_t most = 0;
  hooks.progress = [&, tell = hooks.progress](const run_progress& p) {
    clock.advance(1);
    tell(p);
    const auto s = state();
    BOOST_TEST(s.resource == "org_office");
    BOOST_TEST(s.task == 1u);
    BOOST_TEST(s.tasks == 1u);
    BOOST_TEST((s.alive == now()));
    most = std::max(most, s.bytes);
  };
  active_site<parts> calling(field.self);
  const auto op = calling.synchronize_with(peer, hooks);
  line.run(*op);
  BOOST_TEST(most > 100000u);
  // Between two seconds it costs nothing.
  const auto before = field.store.operations();
  for (int i = 0; i < 1000; ++i) run->look();
  BOOST_TEST(field.store.operations() == before);
  // Nobody is waited for.
  {
    auto other = field.store.begin({});
    clock.advance(1);
    run->look();
  }
  run->end(op->report()).value();
  clock.advance(*job().next_run - now());
  const auto again = begin(first);
  BOOST_TEST((admin::estimate(state(), now()) == state().took));
  again->end({}).value();
}

BOOST_AUTO_TEST_CASE(jobs_are_changed_and_expire) {
  const auto bad = [&](sync_job j) { return jobs.add(j).error().code == error::bad_setting; };
  BOOST_TEST(bad({.repository = peer, .period = 0}));
  BOOST_TEST(bad({.repository = peer, .timeout = -1}));
  BOOST_TEST(bad({.repository = peer, .start = now(), .end = now() - 1}));
  const auto j = add({.end = now() + 50, .period = 100});
  BOOST_TEST((jobs.change(peer + 1, j.id, [](auto&) {}).error().code == error::no_such_entry));
  clock.advance(51);
  BOOST_TEST(!begin(first));
  BOOST_TEST((job().status == job_status::expired));
  // During a run a change counts when it has ended.
  jobs.change(peer, j.id, [](sync_job& c) { c.end.reset(); }).value();
  const auto run = begin(first);
  BOOST_TEST_REQUIRE(run);
  jobs.change(peer, j.id, [](sync_job& c) { c.period = 1000; }).value();
  BOOST_TEST((job().status == job_status::running));
  run->end(lead(*run)).value();
  BOOST_TEST((job().next_run == now() + 1000));
  jobs.change(peer, j.id, [](sync_job& c) { c.enabled = false; }).value();
  clock.advance(5000);
  BOOST_TEST(!begin(first));
  jobs.remove(peer, j.id).value();
  BOOST_TEST(jobs.of(0).value().empty());
}

BOOST_AUTO_TEST_CASE(a_folder_is_run_as_well) {
  memory::folder disk;
  field.self.put(repository{.id = peer, .uuid = id_of("peer"), .name = "Disk", .type = "filesync", .path = "/disk"})
      .value();
  field.put(an("a"));
  add();
  const auto run = begin(first);
  const auto report = synchronize_files(
      field.self, run->peer().id, [&](const std::string&) -> result<memory::folder> { return disk; }, run->hooks());
  BOOST_TEST(report.ok());
  BOOST_TEST((run->end(report).value() == run_end::completed));
  BOOST_TEST(disk.list().value().size() == 1u);
  BOOST_TEST((field.store.snapshot().get_lease(peer)->expires < now()));
}

BOOST_AUTO_TEST_CASE(words_for_lengths_and_moments) {
  using admin::duration_text, admin::parse_duration, admin::parse_moment;
  for (const auto& [text, seconds] :
       {std::pair{"90s", 90}, {"5m", 300}, {"1h", 3600}, {"2d", 172800}, {"1w", 604800}, {"600", 600}, {"0", 0}})
    BOOST_TEST(parse_duration(text).value() == seconds, text);
  for (const auto* text : {"", "m", "5 m", "-5m", "5x", "5ms", "1e3", "99999999999999999999s", "40000d"})
    BOOST_TEST(parse_duration(text).has_error(), text);
  BOOST_TEST(duration_text(90) == "90s");
  BOOST_TEST(duration_text(300) == "5m");
  BOOST_TEST(duration_text(7200) == "2h");
  BOOST_TEST(duration_text(604800) == "7d");
  BOOST_TEST(duration_text(0) == "0s");
  for (const auto* text : {"2026-11-23T08:30", "2026-11-23 08:30", "2026-11-23T08:30:00", "2026-11-23T08:30:00Z"})
    BOOST_TEST(to_text(parse_moment(text).value()) == "2026-11-23T08:30:00", text);
  for (const auto* text : {"", "2026-11-23", "2026-02-29T08:30", "08:30", "2026-11-23T08:30+01:00", "2026-11-23x08:30"})
    BOOST_TEST(parse_moment(text).has_error(), text);
}

BOOST_AUTO_TEST_SUITE_END()
