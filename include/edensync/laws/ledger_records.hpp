#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "edensync/laws/ledger_sample.hpp"

/// The laws of what the ledger says about records: quarantine, open references, decisions, log.
namespace edensync::laws::detail {

template <class F>
void quarantine_counts_attempts(F& f) {
  auto store = f.make(s::make_schema());
  std::int64_t first = 0;
  in_transaction(store, [&](auto& t) {
    first = t.add_quarantine(make_quarantine(1, 1, "a"));
    t.add_quarantine(make_quarantine(1, 1, "b"));
    t.add_quarantine(make_quarantine(1, 2, "a"));
    t.add_quarantine(make_quarantine(2, 3, "a"));
    quarantine_entry again = make_quarantine(1, 1, "a");
    again.reason = refusal_reason::duplicate_key;
    again.message = "name";
    again.payload = "<other/>";
    again.modified_on.reset();
    again.since = s::second(9);
    expect(t.add_quarantine(again) == first, "the same record of the same task has one entry");
    again.attempts = 0;
    expect(t.add_quarantine(again) == first, "also if it is only changed");
    quarantine_entry nameless = make_quarantine(1, 1, "");
    const std::int64_t one = t.add_quarantine(nameless);
    nameless.payload = "<another/>";
    expect(t.add_quarantine(nameless) != one, "records without a uid are told apart by what they hold");
  });
  auto now = store.snapshot();
  const auto all = now.quarantined(0, 0, 100);
  expect(all.size() == 6 && all[0].id == first && all[0].attempts == 2 && all[1].attempts == 1, "attempts are added");
  const quarantine_entry& e = all[0];
  expect(e.repository == 1 && e.task == 1 && e.resource == "law_site" && e.uuid == uid("a") &&
             e.reason == refusal_reason::duplicate_key && e.message == "name" && e.payload == "<other/>" &&
             !e.modified_on,
         "an entry comes back as written last");
  expect(e.since == s::second(2) && all[1].modified_on == s::second(1), "and since when it waits is kept");
  expect(e.last_tried == s::second(9) && all[1].last_tried == s::second(2), "and when it was tried last");
  expect(now.count_quarantined(0) == 6 && now.count_quarantined(1) == 5 && now.count_quarantined(2) == 1, "counted");
  expect(now.quarantined(2, 0, 100).size() == 1 && now.quarantined(1, 0, 2).size() == 2,
         "by repository, up to a limit");
  const auto rest = now.quarantined(1, all[1].id, 100);
  expect(rest.size() == 3 && rest[0].id > all[1].id, "a page begins behind the last");
  in_transaction(store, [&](auto& t) { t.erase_quarantine(first); });
  expect(store.snapshot().count_quarantined(1) == 4, "an entry can be taken away");
}

template <class F>
void open_references_wait(F& f) {
  auto store = f.make(s::make_schema());
  const record_handle one{1}, two{2};
  const auto waits = [&](resource_id from, record_handle h, std::uint32_t field, resource_id target, const char* id) {
    return open_reference{0, from, h, field, target, uid(id)};
  };
  in_transaction(store, [&](auto& t) {
    t.add_open_reference(waits(s::site, one, s::parent, s::site, "m"));
    t.add_open_reference(waits(s::site, one, s::partner, s::site, "b"));
    t.add_open_reference(waits(s::part, two, s::part_of, s::site, "m"));
    t.add_open_reference(waits(s::site, two, s::partner, s::part, "a"));
    t.add_open_reference(waits(s::site, one, s::parent, s::site, "n"));
  });
  auto now = store.snapshot();
  const auto first = now.open_references(0, 3);
  expect(first.size() == 3 && first[0].id < first[1].id && first[1].id < first[2].id, "page by page, in order of id");
  expect(first[0].resource == s::site && first[0].record == one && first[0].field == s::parent &&
             first[0].target_resource == s::site && first[0].target == uid("n"),
         "a field waits for one record: the last that was said");
  const auto rest = now.open_references(first.back().id, 10);
  expect(rest.size() == 1 && now.open_references(rest.back().id, 10).empty(), "each once");
  expect(now.count_open_references() == 4, "they are counted");
  const auto of_one = now.open_references_of(s::site, one);
  expect(of_one.size() == 2 && of_one[1].target == uid("b"), "those of a record are found");
  expect(now.open_references_of(s::part, one).empty(), "of this resource only");
  in_transaction(store, [&](auto& t) {
    t.erase_open_reference(first[2].id);
    t.erase_open_references(s::site, one);
  });
  auto later = store.snapshot();
  expect(later.count_open_references() == 1 && later.open_references_of(s::site, two).size() == 1,
         "they can be taken away one by one, or all of a record");
}

template <class F>
void decisions_can_be_explained(F& f) {
  auto store = f.make(s::make_schema());
  decision_entry lost;
  lost.at = s::second(4);
  lost.repository = 3;
  lost.resource = "law_site";
  lost.uuid = uid("urn:uuid:a");
  lost.input = {.merge = true,
                .incoming = {s::second(1), 2, false},
                .local = version_stamp{{}, 0, true},
                .last_sync = s::second(0),
                .update = policy_name::take_master,
                .conflict = policy_name::take_remote,
                .allowed = {method::update},
                .tie = content_order::local_first,
                .has_links = true};
  lost.outcome = {action::update, columns::received, stamp_source::incoming, rule::remote_newer,
                  conflict_state::accepted};
  lost.loser = "<resource/>";
  lost.twin = uid("urn:uuid:c");
  decision_entry plain;
  plain.resource = "law_site";
  plain.uuid = uid("urn:uuid:b");
  plain.outcome.why = rule::same_version;
  sequence_number number = 0;
  in_transaction(store, [&](auto& t) {
    s::add(t, s::make_site("a"));
    number = t.sequence();
    t.add_decision(lost);
    t.add_decision(plain);
    plain.resource = "law_part";
    t.add_decision(plain);
    plain.resource = "law_site";
    plain.outcome.conflict = conflict_state::refused;
    t.add_decision(plain);
  });
  auto now = store.snapshot();
  const auto a = now.decisions("law_site", uid("urn:uuid:a"), 10);
  expect(a.size() == 1 && a[0].sequence == number && a[0].at == lost.at && a[0].repository == 3 &&
             a[0].uuid == lost.uuid && a[0].outcome == lost.outcome && a[0].loser == lost.loser,
         "a decision comes back as written, numbered with the last change");
  const auto c = now.decisions("law_site", uid("urn:uuid:c"), 10);
  expect(c.size() == 1 && c[0].id == a[0].id && c[0].twin == lost.twin,
         "and is found by the uid of the record here, too");
  const decide_input& in = a[0].input;
  expect(!in.erase && in.merge && in.incoming == lost.input.incoming && in.local == lost.input.local &&
             in.last_sync == lost.input.last_sync && in.update == lost.input.update &&
             in.conflict == lost.input.conflict && in.allowed == lost.input.allowed && in.tie == lost.input.tie &&
             in.has_links,
         "with all that it was decided from");
  const auto b = now.decisions("law_site", uid("urn:uuid:b"), 10);
  expect(b.size() == 2 && b[0].outcome.conflict == conflict_state::refused && !b[1].input.local && !b[1].input.conflict,
         "newest first");
  const auto all = now.decisions("law_site", uid(), 10);
  expect(all.size() == 2 && all[0].uuid == uid("urn:uuid:b") && all[1].uuid == uid("urn:uuid:a"),
         "of all records, only those with something lost or refused");
  expect(now.decisions("law_site", uid(), 1).size() == 1, "up to a limit");
}

template <class F>
void decisions_are_found_by_their_numbers(F& f) {
  auto store = f.make(s::make_schema());
  decision_entry d;
  d.resource = "law_site";
  d.outcome.conflict = conflict_state::refused;
  std::int64_t first = 0, second = 0;
  expect(store.snapshot().last_decision() == 0, "there is none");
  in_transaction(store, [&](auto& t) {
    for (const repository_id r : {1, 2}) {
      d.repository = r;
      t.add_decision(d);
    }
    first = t.last_decision();
    d.outcome.conflict = conflict_state::none;
    t.add_decision(d);
    d.outcome.conflict = conflict_state::refused;
    t.add_decision(d);
    d.uuid = uid("urn:uuid:late");
    t.add_decision(d);
    second = t.last_decision();
  });
  auto now = store.snapshot();
  expect(now.last_decision() == second && second > first, "the last number is known");
  const auto later = now.decisions_between(2, first, second, 10);
  expect(
      later.size() == 2 && later[0].id < later[1].id && later[1].id == second && later[1].uuid == uid("urn:uuid:late"),
      "those between two numbers, in their order, in which something was lost or refused");
  expect(now.decisions_between(2, first, second - 1, 10).size() == 1 &&
             now.decisions_between(2, first, second, 1).size() == 1 &&
             now.decisions_between(1, first, second, 10).empty() && now.decisions_between(1, 0, second, 10).size() == 1,
         "up to a number, up to a limit, of one repository");
}

template <class F>
void what_is_old_can_be_forgotten(F& f) {
  auto store = f.make(s::make_schema());
  const auto write = [&](std::int64_t at) {
    in_transaction(store, [&](auto& t) {
      t.add_log({.at = s::second(at), .message = std::to_string(at)});
      decision_entry d;
      d.at = s::second(at);
      d.resource = "law_site";
      d.outcome.conflict = conflict_state::refused;
      t.add_decision(d);
    });
  };
  for (const std::int64_t at : {1, 2, 3}) write(at);
  const auto last = store.snapshot().log(0, 1).at(0).id;
  const auto decision = store.snapshot().last_decision();
  in_transaction(store, [](auto& t) { t.forget_before(s::second(3)); });
  const auto left = store.snapshot().log(0, 10);
  expect(left.size() == 1 && left[0].message == "3", "what is as old as that stays");
  expect(store.snapshot().decisions("law_site", uid(), 10).size() == 1, "decisions go with the log");
  in_transaction(store, [](auto& t) { t.forget_before(s::second(9)); });
  expect(store.snapshot().log(0, 10).empty(), "all of it may go");
  write(10);
  expect(store.snapshot().log(0, 1).at(0).id > last && store.snapshot().last_decision() > decision,
         "numbers are not used again");
  const auto found = store.snapshot().log_after(0, last, 10);
  expect(found.size() == 1 && found[0].message == "10" && store.snapshot().log_after(0, found[0].id, 10).empty() &&
             store.snapshot().log_after(7, last, 10).empty(),
         "lines are found by their numbers");
}

template <class F>
void the_log_outlives_its_repository(F& f) {
  auto store = f.make(s::make_schema());
  log_entry line;
  line.at = s::second(5);
  line.repository_name = "a";
  line.resource = "law_site";
  line.mode = "pull/outgoing";
  line.action = "create";
  line.result = log_result::error;
  line.remote = true;
  line.message = "Zürich";
  line.counts = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  line.decisions_after = 4;
  line.decisions_until = 7;
  repository_id a = 0, b = 0;
  task_id task = 0;
  in_transaction(store, [&](auto& t) {
    a = t.put_repository(make_repository("a"));
    b = t.put_repository(make_repository("b"));
    task = t.put_task(make_task(a, "law_site"));
    t.set_watermark(task, direction::pull, {s::second(1), "x"});
    t.set_resume(task, resume_state{"x", "y", 1, {}});
    t.set_lease({a, "one", s::second(1), 3});
    t.set_lease({b, "one", s::second(1), 3});
    t.add_quarantine(make_quarantine(a, task, "a"));
    t.add_quarantine(make_quarantine(b, 0, "a"));
    line.repository = a;
    t.add_log(line);
    t.add_log({.repository = b, .message = "second"});
  });
  in_transaction(store, [&](auto& t) { t.erase_repository(a); });
  auto now = store.snapshot();
  expect(now.repositories().size() == 1 && now.tasks(a).empty() && now.count_quarantined(a) == 0 &&
             now.count_quarantined(b) == 1 && now.get_watermark(task, direction::pull) == watermark{} &&
             !now.get_resume(task) && !now.get_lease(a) && now.get_lease(b),
         "a repository goes with its tasks, watermarks, lease and quarantine, and nobody else's");
  const auto all = now.log(0, 10);
  expect(all.size() == 2 && all[0].message == "second" && all[0].id > all[1].id, "the log stays, newest first");
  const auto mine = now.log(a, 10);
  expect(mine.size() == 1 && mine[0].at == line.at && mine[0].repository == a && mine[0].repository_name == "a" &&
             mine[0].resource == line.resource && mine[0].mode == line.mode && mine[0].action == line.action &&
             mine[0].result == line.result && mine[0].remote && mine[0].message == line.message &&
             mine[0].counts == line.counts && mine[0].decisions_after == 4 && mine[0].decisions_until == 7,
         "a line comes back as written");
  expect(now.log(0, 1).size() == 1, "up to a limit");
  in_transaction(store, [&](auto& t) {
    expect(t.put_repository(make_repository("c")) > b && t.put_task(make_task(b, "law_site")) > task,
           "numbers are not used again");
  });
}

}  // namespace edensync::laws::detail
