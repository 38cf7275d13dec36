#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "edensync/concepts/check_store.hpp"
#include "edensync/laws/ledger_records.hpp"
#include "edensync/laws/ledger_sample.hpp"

namespace edensync::laws {

namespace detail {

template <class F>
void settings_are_kept(F& f) {
  auto store = f.make(s::make_schema());
  in_transaction(store, [](auto& t) {
    t.set_setting("a", "1");
    t.set_setting("b", "");
    t.set_setting("a", "2");
  });
  auto now = store.snapshot();
  expect(now.setting("a") == "2" && now.setting("b") == "" && !now.setting("c"),
         "a setting has its last content, also an empty one, or none");
}

template <class F>
void repositories_and_tasks_are_kept(F& f) {
  auto store = f.make(s::make_schema());
  repository a = make_repository("a"), b;
  b.name = "bare";
  sync_task first, second;
  in_transaction(store, [&](auto& t) {
    a.id = t.put_repository(a);
    b.id = t.put_repository(b);
    expect(a.id != 0 && b.id != 0 && a.id != b.id, "a new repository gets a number of its own");
    first = make_task(a.id, "law_site");
    second.repository = a.id;
    second.resource = "law_part";
    second.order = -4;
    first.id = t.put_task(first);
    second.id = t.put_task(second);
    expect(first.id != 0 && first.id != second.id, "so does a task");
  });
  auto now = store.snapshot();
  const auto all = now.repositories();
  expect(all.size() == 2 && same(all[0], a) && same(all[1], b), "repositories come back as written");
  expect(now.find_repository(a.uuid) && same(*now.find_repository(a.uuid), a), "a repository is found by its uid");
  expect(!now.find_repository(uid()) && !now.find_repository(uid("x")), "and not by an empty or unknown one");
  const auto tasks = now.tasks(a.id);
  expect(tasks.size() == 2 && same(tasks[0], second) && same(tasks[1], first),
         "tasks come back as written, in the order in which they are to be run");
  expect(now.tasks(b.id).empty(), "each with its repository");
  in_transaction(store, [&](auto& t) {
    a.name = "renamed";
    a.last_connected.reset();
    expect(t.put_repository(a) == a.id, "a known repository is replaced");
    first.filters.pop_back();
    expect(t.put_task(first) == first.id, "so is a task");
    t.erase_task(second.id);
  });
  auto later = store.snapshot();
  expect(later.repositories().size() == 2 && same(later.repositories()[0], a), "a replaced repository is as written");
  expect(later.tasks(a.id).size() == 1 && same(later.tasks(a.id)[0], first), "an erased task is gone");
}

template <class F>
void tasks_of_one_place_keep_their_order(F& f) {
  auto store = f.make(s::make_schema());
  std::vector<task_id> ids;
  in_transaction(store, [&](auto& t) {
    const auto repo = t.put_repository(make_repository("a"));
    for (const std::int32_t order : {0, 7, 0, -1, 7})
      ids.push_back(t.put_task({.repository = repo, .resource = "law_site", .order = order}));
  });
  auto now = store.snapshot();
  std::vector<task_id> run;
  for (const auto& t : now.tasks(now.repositories()[0].id)) run.push_back(t.id);
  expect(run == std::vector{ids[3], ids[0], ids[2], ids[1], ids[4]}, "by order, then by number");
}

template <class F>
void jobs_and_runs_are_kept(F& f) {
  auto store = f.make(s::make_schema());
  sync_job first, second;
  run_state run;
  in_transaction(store, [&](auto& t) {
    const auto a = t.put_repository(make_repository("a")), b = t.put_repository(make_repository("b"));
    expect(t.jobs(0).empty() && t.get_run(a) == run_state{.repository = a}, "there is nothing at first");
    first = make_job(a);
    second.repository = b;
    first.id = t.put_job(first);
    second.id = t.put_job(second);
    expect(first.id != 0 && first.id != second.id, "a new job gets a number of its own");
    run = make_run(a);
    t.set_run({.repository = a, .runs = 1});
    t.set_run(run);
    t.set_run({.repository = b, .runs = 2});
  });
  auto now = store.snapshot();
  expect(now.jobs(0) == std::vector{first, second} && now.jobs(second.repository) == std::vector{second},
         "jobs come back as written, in order, all or a repository's");
  expect(now.get_run(run.repository) == run && now.get_run(second.repository).runs == 2,
         "a run comes back as written last");
  in_transaction(store, [&](auto& t) {
    first.end.reset();
    first.status = job_status::waiting;
    expect(t.put_job(first) == first.id, "a known job is replaced");
    t.erase_job(second.id);
  });
  auto later = store.snapshot();
  expect(later.jobs(0) == std::vector{first}, "an erased job is gone");
  in_transaction(store, [&](auto& t) { t.erase_repository(first.repository); });
  expect(store.snapshot().jobs(0).empty() && store.snapshot().get_run(first.repository).runs == 0 &&
             store.snapshot().get_run(second.repository).runs == 2,
         "jobs and run go with their repository, and nobody else's");
  in_transaction(store, [&](auto& t) { expect(t.put_job(make_job(1)) > second.id, "numbers are not used again"); });
}

template <class F>
void data_sets_are_kept(F& f) {
  auto store = f.make(s::make_schema());
  repository_id repo = 0;
  data_set here = make_dataset(0, "HERE"), there = make_dataset(0, "THERE"), other;
  sync_task task;
  in_transaction(store, [&](auto& t) {
    expect(t.datasets().empty(), "there are no data sets at first");
    repo = t.put_repository(make_repository("a"));
    there.repository = repo;
    other = make_dataset(repo, "OTHER");
    here.id = t.put_dataset(here);
    there.id = t.put_dataset(there);
    other.id = t.put_dataset(other);
    task = make_task(0, "law_site");
    task.dataset = here.id;
    task.id = t.put_task(task);
    sync_task pulled = make_task(repo, "law_site");
    pulled.dataset = other.id;
    t.put_task(pulled);
  });
  auto now = store.snapshot();
  expect(now.datasets().size() == 3 && same(now.datasets()[0], here) && same(now.datasets()[1], there),
         "data sets come back as written, in order");
  expect(now.tasks(0).size() == 1 && same(now.tasks(0)[0], task), "a task may belong to no repository");
  here.last_refresh.reset();
  here.name = "Renamed";
  in_transaction(store, [&](auto& t) {
    expect(t.put_dataset(here) == here.id, "a data set is replaced by its number");
    t.erase_dataset(other.id);
    expect(t.tasks(repo).empty(), "the tasks of a data set go with it");
  });
  auto later = store.snapshot();
  expect(later.datasets().size() == 2 && same(later.datasets()[0], here), "a replaced data set is as written");
  in_transaction(store, [&](auto& t) { t.erase_repository(repo); });
  expect(store.snapshot().datasets().size() == 1, "data sets go with their repository");
}

template <class F>
void progress_is_kept(F& f) {
  auto store = f.make(s::make_schema());
  repository_id repo = 0;
  task_id task = 0;
  const watermark pulled{s::second(7), "cursor;1"}, pushed{{}, "12"};
  const resume_state resume{"from", "until", 1234567890123, s::second(5)};
  in_transaction(store, [&](auto& t) {
    repo = t.put_repository(make_repository("a"));
    task = t.put_task(make_task(repo, "law_site"));
    expect(t.get_watermark(task, direction::pull) == watermark{} && !t.get_resume(task) && !t.get_lease(repo),
           "there is no progress at first");
    t.set_watermark(task, direction::pull, {s::second(1), ""});
    t.set_watermark(task, direction::pull, pulled);
    t.set_watermark(task, direction::push, pushed);
    t.set_resume(task, resume);
    t.set_lease({repo, "one", s::second(1), 3});
    t.set_lease({repo, "two", s::second(2), 4});
  });
  auto now = store.snapshot();
  expect(now.get_watermark(task, direction::pull) == pulled && now.get_watermark(task, direction::push) == pushed,
         "each direction has its last watermark");
  expect(now.get_resume(task) == resume, "a resume state comes back as written");
  const auto right = now.get_lease(repo);
  expect(right && right->repository == repo && right->owner == "two" && right->expires == s::second(2) &&
             right->fence == 4,
         "a lease comes back as written last");
  in_transaction(store, [&](auto& t) {
    auto changed = make_task(repo, "law_site");
    changed.id = task;
    changed.order = 9;
    t.put_task(changed);
    auto renamed = make_repository("renamed");
    renamed.id = repo;
    t.put_repository(renamed);
  });
  auto later = store.snapshot();
  expect(later.get_watermark(task, direction::pull) == pulled && later.get_watermark(task, direction::push) == pushed &&
             later.get_resume(task) == resume && later.get_lease(repo),
         "who changes a task or a repository loses nothing of its progress");
  in_transaction(store, [&](auto& t) {
    t.set_resume(task, std::nullopt);
    t.erase_lease(repo);
  });
  expect(!store.snapshot().get_resume(task) && !store.snapshot().get_lease(repo), "both can be taken away");
}

}  // namespace detail

/// The laws of `site_ledger`, the part of a store beside its records.
template <class Factory>
inline constexpr std::array site_ledger_laws{
    law<Factory>{"settings are kept", &detail::settings_are_kept<Factory>},
    law<Factory>{"repositories and tasks are kept", &detail::repositories_and_tasks_are_kept<Factory>},
    law<Factory>{"tasks of one place keep their order", &detail::tasks_of_one_place_keep_their_order<Factory>},
    law<Factory>{"jobs and runs are kept", &detail::jobs_and_runs_are_kept<Factory>},
    law<Factory>{"data sets are kept", &detail::data_sets_are_kept<Factory>},
    law<Factory>{"progress is kept", &detail::progress_is_kept<Factory>},
    law<Factory>{"quarantine counts attempts", &detail::quarantine_counts_attempts<Factory>},
    law<Factory>{"open references wait", &detail::open_references_wait<Factory>},
    law<Factory>{"decisions can be explained", &detail::decisions_can_be_explained<Factory>},
    law<Factory>{"decisions are found by their numbers", &detail::decisions_are_found_by_their_numbers<Factory>},
    law<Factory>{"what is old can be forgotten", &detail::what_is_old_can_be_forgotten<Factory>},
    law<Factory>{"the log outlives its repository", &detail::the_log_outlives_its_repository<Factory>},
};

/// Tries all laws of `site_ledger`, as `laws::record_store` does.
template <store_factory Factory, class Before>
void site_ledger(Factory& factory, Before&& before) {
  using made = decltype(factory.make(sample::make_schema()));
  static_assert(edensync::detail::check_record_store<made>::value);
  if constexpr (edensync::record_store<made>) check_all<Factory>(site_ledger_laws<Factory>, factory, before);
}

template <store_factory Factory>
void site_ledger(Factory& factory) {
  site_ledger(factory, [](std::string_view) {});
}

}  // namespace edensync::laws
