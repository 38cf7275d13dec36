#include "edensync/site/synchronize.hpp"
#include "edensync/mock/each_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

BOOST_AUTO_TEST_SUITE(site_synchronize)

BOOST_AUTO_TEST_CASE(registers_pulls_and_pushes_task_by_task) {
  two_sites w;
  w.add_task({.resource = "org_organisation"});
  w.add_task({.resource = "org_office"});
  w.field.put(an("mine"));
  w.base.put(an("theirs"));
  const auto r = w.run();
  BOOST_TEST(r.ok());
  BOOST_TEST_REQUIRE(r.transfers.size() == 4u);
  BOOST_TEST(r.transfers[0].resource == "org_organisation");
  BOOST_TEST((r.transfers[0].way == direction::pull));
  BOOST_TEST((r.transfers[1].way == direction::push));
  BOOST_TEST(r.transfers[2].imported.total.created == 1u);
  BOOST_TEST(r.transfers[3].exported.masters == 1u);
  w.expect_equal();
  // One line for each operation, at both ends.
  std::vector<std::string> here, there;
  for (const auto& e : w.field.log()) here.push_back(e.mode + " " + e.action + " " + e.resource);
  for (const auto& e : w.base.log()) there.push_back(e.mode + " " + e.action + " " + e.resource);
  const std::vector<std::string> active{"push/outgoing send org_office", "pull/outgoing import org_office",
                                        "push/outgoing send org_organisation", "pull/outgoing import org_organisation",
                                        "push/outgoing request registration "};
  const std::vector<std::string> passive{"push/incoming receive org_office", "pull/incoming send org_office",
                                         "pull/incoming send org_organisation", "register/incoming none none"};
  BOOST_TEST(here == active, boost::test_tools::per_element());
  BOOST_TEST(there == passive, boost::test_tools::per_element());
  const auto known = w.field.self.repositories().value().front();
  BOOST_TEST((known.uuid == w.base.self.uuid().value()));
  BOOST_TEST(known.native);
  BOOST_TEST((known.last_connected == w.clock.now()));
  BOOST_TEST((w.base.self.repositories().value().front().uuid == w.field.self.uuid().value()));
  // Known from now on.
  const auto exchanges = w.line.exchanges();
  w.run();
  BOOST_TEST(w.line.exchanges() == exchanges + 2);
}

BOOST_AUTO_TEST_CASE(the_mode_of_a_task_says_which_ways_it_goes) {
  for (const auto mode : {sync_mode::pull, sync_mode::push, sync_mode::none}) {
    two_sites w;
    w.add_task({.resource = "org_office", .mode = mode});
    w.field.put(an("mine"));
    w.base.put(an("theirs"));
    BOOST_TEST(w.run().ok());
    BOOST_TEST(w.field.contents().size() == (mode == sync_mode::pull ? 2u : 1u));
    BOOST_TEST(w.base.contents().size() == (mode == sync_mode::push ? 2u : 1u));
  }
}

BOOST_AUTO_TEST_CASE(a_failed_pull_keeps_back_its_push_but_not_the_next_task) {
  site_and_script p([](const heard& h) -> scripted_answer {
    if (h.head.target.find("org_office") != std::string::npos) return {500, "no"};
    return {200, document({an_organisation("o")})};
  });
  p.add_task(sync_mode::both);
  p.add_task(sync_mode::pull, "org_organisation");
  p.field.put(an("a"));
  const auto r = p.run();
  BOOST_TEST(!r.ok());
  BOOST_TEST(!r.error.has_value());
  BOOST_TEST_REQUIRE(r.transfers.size() == 2u);
  BOOST_TEST(r.transfers[0].error.has_value());
  BOOST_TEST(!r.transfers[1].error.has_value());
  BOOST_TEST(p.other.requests.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_not_configured_is_told_and_logged) {
  {
    one_site alone("alone", 1, memory::manual_clock(second(0)));
    const auto id = alone.self.put(repository{.name = "No address"}).value();
    synchronize<parts> op(alone.self, id);
    BOOST_TEST(op.next() == nullptr);
    BOOST_TEST((op.report().error->code == error::not_configured));
    BOOST_TEST(last_line(alone) == "none/none connect fatal: No URL set for repository");
  }
  {
    one_site alone("alone", 1, memory::manual_clock(second(0)));
    synchronize<parts> op(alone.self, 77);
    BOOST_TEST(op.next() == nullptr);
    BOOST_TEST(op.next() == nullptr);
    BOOST_TEST((op.report().error->code == error::not_configured));
    BOOST_TEST(alone.log().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_is_cancelled_leaves_one_line) {
  for (int n = 0;; ++n) {
    site_and_script p(scripted_answer{200, document({an_office("a", 1)})});
    p.add_task(sync_mode::pull);
    p.add_task(sync_mode::pull, "org_organisation");
    int asked = 0;
    const auto r = p.run({.progress = {}, .cancelled = [&] { return asked++ >= n; }});
    if (r.ok()) {
      BOOST_TEST(n > 3);
      break;
    }
    BOOST_TEST_REQUIRE(n < 100);
    std::size_t told = 0;
    for (const auto& e : p.field.log()) told += e.message.find("cancelled") != std::string::npos;
    BOOST_TEST(told == 1u, "after " << n);
    if (n == 0) BOOST_TEST(last_line(p.field) == "none/none check error: the run was cancelled");
    if (n == 0) BOOST_TEST(p.field.log(1)[0].repository_name == "Other");
  }
}

BOOST_AUTO_TEST_CASE(a_run_with_a_locked_store_is_logged_once_the_store_is_free) {
  site_and_script p(scripted_answer{200, document({})});
  p.add_task(sync_mode::pull);
  p.field.store.set_patience(std::chrono::milliseconds(1));
  {
    auto open = p.field.store.begin({});
    BOOST_TEST((two_sites::first_error(p.run()) == error::store_locked));
  }
  // Locked in the middle: the answer came, and cannot be taken.
  std::optional<memory::transaction> open;
  scripted_peer locking([&](const heard&) -> scripted_answer {
    open.emplace(p.field.store.begin({}));
    return {200, document({an_office("a", 1)})};
  });
  memory::loopback line([&](const request_head& h) { return locking(h); });
  active_site<parts> calling(p.field.self);
  const auto op = calling.synchronize_with(p.peer);
  line.run(*op);
  BOOST_TEST((two_sites::first_error(op->report()) == error::store_locked));
  open.reset();
  std::vector<std::string> modes;
  for (const auto& e : p.field.log()) modes.push_back(e.mode + " " + std::string(to_text(e.result)));
  const std::vector<std::string> expected{"pull/outgoing error", "none/none error"};
  BOOST_TEST(modes == expected, boost::test_tools::per_element());
}

// --- registration -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_a_registration_nothing_is_exchanged) {
  struct bad {
    std::string_view what;
    scripted_answer answer;
    error code;
  };
  const std::vector<bad> all{
      {"refused under 200",
       {200,
        R"({"status": "failed", "statuscode": "400", "message": "No repository identifier specified", "sender": "urn:uuid:x"})"},
       error::refused},
      {"no sender",
       {200, R"({"status": "success", "statuscode": "200", "message": "Registration successful"})"},
       error::unexpected_answer},
      {"an identifier that is none",
       {200, R"({"status": "success", "statuscode": "200", "sender": "a b"})"},
       error::unexpected_answer},
      {"html", {200, "<html>Log in</html>"}, error::unexpected_answer},
      {"nothing", {200, ""}, error::unexpected_answer},
      {"credentials", {401, "Authentication Required"}, error::not_authorised},
      {"an exception", {500, "<html/>"}, error::peer_failed},
      {"another account",
       {403, R"({"status": "failed", "statuscode": "403", "message": "Registered by another account"})"},
       error::not_registered},
  };
  for (const auto& b : all) BOOST_TEST_CONTEXT(b.what) {
      site_and_script p(b.answer);
      p.add_task(sync_mode::both);
      auto known = p.field.self.repositories().value().front();
      known.uuid = uid();
      p.field.self.put(known).value();
      const auto r = p.run();
      BOOST_TEST_REQUIRE(r.error.has_value());
      BOOST_TEST((r.error->code == b.code));
      BOOST_TEST(p.other.requests.size() == 1u);
      BOOST_TEST(p.field.self.repositories().value().front().uuid.empty());
      const auto log = p.field.log();
      BOOST_TEST_REQUIRE(log.size() == 1u);
      BOOST_TEST(log[0].mode == "push/outgoing");
      BOOST_TEST(log[0].action == "request registration");
      BOOST_TEST((log[0].result != log_result::success));
    }
}

BOOST_AUTO_TEST_CASE(a_peer_is_neither_this_site_nor_another_one) {
  std::string sender;
  site_and_script p([&](const heard&) -> scripted_answer {
    return {200, R"({"status": "success", "statuscode": "200", "message": "Welcome", "sender": ")" + sender + "\"}"};
  });
  auto known = p.field.self.repositories().value().front();
  known.uuid = uid();
  p.field.self.put(known).value();
  p.field.self.put(repository{.uuid = id_of("second"), .name = "Second", .url = "http://second.example.org/eden"})
      .value();
  for (const auto& told : {p.field.self.uuid().value(), id_of("second")}) {
    sender = told.text();
    const auto r = p.run();
    BOOST_TEST_REQUIRE(r.error.has_value());
    BOOST_TEST((r.error->code == error::not_configured));
    BOOST_TEST(p.field.self.repositories().value().front().uuid.empty());
  }
  // One that has registered here by itself may be called as well.
  p.field.self.put(repository{.uuid = id_of("third"), .name = "Third", .account = "third"}).value();
  sender = id_of("third").text();
  BOOST_TEST(p.run().ok());
  BOOST_TEST((p.field.self.repositories().value().front().uuid == id_of("third")));
}

BOOST_AUTO_TEST_CASE(registering_says_who_this_is) {
  site_and_script p(scripted_answer{
      200, R"({"status": "success", "statuscode": "200", "message": "Welcome", "sender": "urn:uuid:them"})"});
  active_site<parts> calling(p.field.self);
  const auto op = calling.register_at(repository{.name = "New", .url = "http://new.example.org"});
  p.line.run(*op);
  BOOST_TEST(!op->why_not().has_value());
  BOOST_TEST(op->peer().id != 0);
  BOOST_TEST((op->peer().uuid == uid("urn:uuid:them")));
  BOOST_TEST(p.field.log(1)[0].repository == op->peer().id);
  const auto& [head, body] = p.other.requests.at(0);
  BOOST_TEST(head.target == "/sync/repository/register.json");
  BOOST_TEST(head.body_length == static_cast<long long>(body.size()));
  BOOST_TEST(body == "{\"uuid\": \"" + p.field.self.uuid().value().text() +
                         "\", \"name\": \"localhost\", \"apitype\": \"eden\"}");
  // An identifier that was typed in is not overwritten by another one.
  auto typed = op->peer();
  typed.uuid = id_of("typed");
  const auto again = calling.register_at(typed);
  p.line.run(*again);
  BOOST_TEST((again->why_not()->code == error::not_configured));
}

BOOST_AUTO_TEST_CASE(credentials_that_a_peer_repeats_are_not_told) {
  const std::string words = "I was sent Ym9zczpzZWNyZXQxMjM= by boss / secret123";
  const auto tells = [](const std::string& text) {
    return text.find("secret123") != std::string::npos || text.find("Ym9z") != std::string::npos;
  };
  const auto repeat = [](response_head& told) { told.secrets = {"secret123", "Ym9zczpzZWNyZXQxMjM"}; };
  for (const unsigned status : {200U, 403U, 500U}) BOOST_TEST_CONTEXT(status) {
      site_and_script p(
          scripted_answer{status, R"({"status": "failed", "statuscode": "403", "message": ")" + words + R"("})"});
      p.line.on_answer(repeat);
      p.add_task(sync_mode::pull);
      const auto r = p.run();
      BOOST_TEST_REQUIRE(r.transfers.size() == 1u);
      BOOST_TEST_REQUIRE(r.transfers[0].error.has_value());
      const auto why = r.transfers[0].error->text();
      BOOST_TEST(why.find("I was sent ***= by boss / ***") != std::string::npos, why);
      BOOST_TEST(!p.field.log().empty());
      for (const auto& e : p.field.log()) BOOST_TEST(!tells(e.message), e.message);
    }
  // Beside records that it refused.
  site_and_script p(scripted_answer{200, R"({"status": "success", "statuscode": "200", "message": ")" + words +
                                             R"(", "tree": {"$_org_office": [{"@uuid": ")" + id_of("a").text() +
                                             R"(", "@error": ")" + words + R"("}]}})"});
  p.line.on_answer(repeat);
  p.add_task(sync_mode::push);
  p.field.put(an("a"));
  p.run();
  BOOST_TEST(!tells(last_line(p.field)), last_line(p.field));
  const auto waiting = p.field.quarantine();
  BOOST_TEST_REQUIRE(waiting.size() == 1u);
  BOOST_TEST(waiting[0].message == "I was sent ***= by boss / ***");
}

// --- the lease ----------------------------------------------------------------------------------------------------------

namespace {

// Two runs with one repository; the second one is driven while the first is under way.
struct two_runs : two_sites {
  task_id task = add_task({.resource = "org_office", .mode = sync_mode::pull});
  two_runs() {
    run();
    base.put(an("a"));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_second_run_at_once_is_refused) {
  two_runs w;
  synchronize<parts> first(w.field.self, w.peer);
  BOOST_TEST_REQUIRE(first.next() != nullptr);
  const auto r = w.run();
  BOOST_TEST((r.error->code == error::busy));
  BOOST_TEST(r.transfers.empty());
  BOOST_TEST(last_line(w.field) == "none/none check error: Synchronization already active - skipping run");
  first.on_failure(make_failure(error::broken_transfer));
  BOOST_TEST(first.next() == nullptr);
  BOOST_TEST(w.run().ok());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_dropped_lets_go) {
  two_runs w;
  {
    synchronize<parts> first(w.field.self, w.peer);
    first.next();
  }
  BOOST_TEST(w.run().ok());
}

BOOST_AUTO_TEST_CASE(an_expired_lease_is_taken_over_and_the_old_holder_commits_no_watermark) {
  two_runs w;
  const auto before = w.field.mark(w.task, direction::pull);
  synchronize<parts> old(w.field.self, w.peer);
  const auto* asked = old.next();
  BOOST_TEST_REQUIRE(asked != nullptr);
  auto answer = w.answering.handle(*asked);
  answer->on_end();
  // It falls asleep; another run has its turn.
  w.clock.advance(301);
  BOOST_TEST(w.run().ok());
  const auto taken_over = w.field.mark(w.task, direction::pull);
  BOOST_TEST(!(taken_over == before));
  w.base.put(an("b"));
  BOOST_TEST(w.run().ok());
  const auto now = w.field.mark(w.task, direction::pull);
  // And wakes up.
  std::string buffer(1 << 16, '\0');
  auto told = old.on_head(answer->head());
  const auto n = answer->read_body(buffer).value();
  if (told) told = old.on_body({buffer.data(), n});
  if (told) told = old.on_end();
  if (!told) old.on_failure(told.error());
  BOOST_TEST(old.next() == nullptr);
  BOOST_TEST(!old.report().ok());
  BOOST_TEST((two_sites::first_error(old.report()) == error::busy));
  BOOST_TEST((w.field.mark(w.task, direction::pull) == now));
  BOOST_TEST(w.run().ok());
  w.expect_equal();
}

// With nothing to write, the watermark itself is where it has to be found out.
BOOST_AUTO_TEST_CASE(a_taken_over_run_finds_out_at_the_latest_when_it_commits) {
  two_runs w;
  w.run();
  synchronize<parts> old(w.field.self, w.peer);
  auto answer = w.answering.handle(*old.next());
  answer->on_end();
  w.clock.advance(301);
  w.base.put(an("b"));
  BOOST_TEST(w.run().ok());
  const auto now = w.field.mark(w.task, direction::pull);
  std::string buffer(1 << 16, '\0');
  old.on_head(answer->head()).value();
  const auto n = answer->read_body(buffer).value();
  old.on_body({buffer.data(), n}).value();
  (void)old.on_end();
  BOOST_TEST(old.next() == nullptr);
  BOOST_TEST((two_sites::first_error(old.report()) == error::busy));
  BOOST_TEST((w.field.mark(w.task, direction::pull) == now));
  BOOST_TEST(w.field.log(1)[0].message.find("taken over") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_lease_is_kept_while_its_holder_works) {
  two_runs w;
  std::vector<element> many;
  for (int i = 0; i < 40; ++i) w.base.put(an("n" + std::to_string(i)));
  test_site small(w.field.store, relief(), w.field.clock, w.field.uids, [] {
    site_settings s;
    s.batch_elements = 4;
    return s;
  }());
  synchronize<parts> op(small, w.peer,
                        {.progress = [&](const run_progress&) { w.clock.advance(60); }, .cancelled = {}});
  w.line.set_piece(1000);
  w.line.run(op);
  BOOST_TEST(op.report().ok());
  w.expect_equal();
}

// --- fail everywhere once -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_store_that_fails_anywhere_in_a_run_loses_nothing) {
  for (const bool at_the_base : {false, true})
    for (const bool eden : {false, true}) {
      std::uint64_t failures = 0;
      for (mock::each_failure failure; failure.again();) {
        two_sites w(eden);
        const auto task = w.add_task();
        auto a = an("a");
        w.field.self.put(organisation{id_of("o"), "o", {}, {}, {}, {}}).value();
        a.organisation_id = edensync::link<organisation>{id_of("o")};
        w.field.put(a);
        w.base.put(an("b"));
        w.base.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("b")}}).value();
        w.base.put(an("c"));
        auto& victim = at_the_base ? w.base : w.field;
        failures += !failure.during(victim.store, [&] { return w.run().ok(); });
        // No room without its office, no office without its organisation's turn having come.
        for (auto* s : {&w.field, &w.base}) {
          const auto now = s->store.snapshot();
          if (now.find(rooms, id_of("r"))) BOOST_TEST(now.find(offices, id_of("b")).has_value());
        }
        if (!w.field.mark(task, direction::pull).cursor.empty() || w.field.mark(task, direction::pull).time)
          BOOST_TEST(w.field.store.snapshot().find(offices, id_of("c")).has_value());
        if (!w.field.mark(task, direction::push).cursor.empty())
          BOOST_TEST(w.base.store.snapshot().find(offices, id_of("a")).has_value());
        // The lease of a run that could not release it ends by itself.
        w.clock.advance(1000);
        const auto next = w.run();
        if (!next.ok()) {
          BOOST_TEST_MESSAGE("after failure " << failure.number());
          for (const auto& e : w.field.log()) BOOST_TEST_MESSAGE(e.mode << e.action << e.message);
        }
        BOOST_TEST_REQUIRE(next.ok());
        BOOST_TEST_REQUIRE(w.field.contents() == w.base.contents());
        BOOST_TEST_REQUIRE(w.field.contents().size() == 5u);
        BOOST_TEST(w.field.quarantine().empty());
        BOOST_TEST(w.base.quarantine().empty());
      }
      BOOST_TEST(failures > 20u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
