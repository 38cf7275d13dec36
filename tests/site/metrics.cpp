// What a site tells of itself to those who watch it.

#include "edensync/site/metrics.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/admin/tasks.hpp"

#include <string>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct scraped {
  unsigned status;
  std::string type, body;
};

scraped ask(passive_site<parts>& at, std::string target, std::string user = {}) {
  request_head head;
  head.target = std::move(target);
  head.user = std::move(user);
  const auto answer = at.handle(head);
  answer->on_end();
  scraped out{answer->head().status, std::string(answer->head().headers.get("Content-Type")), {}};
  char piece[7];
  for (auto n = answer->read_body(piece); n && *n != 0; n = answer->read_body(piece)) out.body.append(piece, *n);
  return out;
}

bool holds_line(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(site_metrics)

BOOST_AUTO_TEST_CASE(every_label_is_in_utf8) {
  metrics m;
  m.repositories.push_back({.repository = "a\xffz"});
  BOOST_TEST(is_utf8(to_exposition(m)));
}

BOOST_AUTO_TEST_CASE(they_are_written_as_prometheus_reads_them) {
  metrics m;
  m.repositories.push_back({.repository = "a\\b \"c\"\nd", .quarantined = 2, .clock_skew = -3});
  m.open_references = 4;
  m.log[{"pull/outgoing", log_result::fatal}] = 5;
  BOOST_TEST(to_exposition(m) ==
             "# HELP edensync_quarantined_records Records that could not be taken and wait.\n"
             "# TYPE edensync_quarantined_records gauge\n"
             "edensync_quarantined_records{repository=\"a\\\\b \\\"c\\\"\\nd\"} 2\n"
             "edensync_quarantined_records{repository=\"\"} 0\n"
             "# HELP edensync_clock_skew_seconds How far the peer's clock is ahead of this site's.\n"
             "# TYPE edensync_clock_skew_seconds gauge\n"
             "edensync_clock_skew_seconds{repository=\"a\\\\b \\\"c\\\"\\nd\"} -3\n"
             "# HELP edensync_runs Runs that have ended.\n"
             "# TYPE edensync_runs gauge\n"
             "edensync_runs{repository=\"a\\\\b \\\"c\\\"\\nd\"} 0\n"
             "# HELP edensync_open_references References that wait for a record that is not here.\n"
             "# TYPE edensync_open_references gauge\n"
             "edensync_open_references 4\n"
             "# HELP edensync_changes The number of the last change.\n"
             "# TYPE edensync_changes gauge\n"
             "edensync_changes 0\n"
             "# HELP edensync_recent_log_lines Of the last lines of the log, by mode and result.\n"
             "# TYPE edensync_recent_log_lines gauge\n"
             "edensync_recent_log_lines{mode=\"pull/outgoing\",result=\"fatal\"} 5\n");
}

BOOST_AUTO_TEST_CASE(a_peer_that_cannot_be_reached_fails_for_every_resource) {
  two_sites p;
  p.add_task({.resource = "org_office", .mode = sync_mode::pull});
  for (int i = 0; i < 3; ++i) {
    p.line.cut_after(0);
    BOOST_TEST(!p.run().ok());
  }
  const auto m = collect_metrics(p.field.self).value();
  BOOST_TEST_REQUIRE(m.tasks.size() == 1u);
  BOOST_TEST(m.tasks[0].pulls_failed == 3u);
  BOOST_TEST(m.tasks[0].pushes_failed == 3u);
  BOOST_TEST(p.run().ok());
  BOOST_TEST(collect_metrics(p.field.self).value().tasks[0].pulls_failed == 0u);
}

BOOST_AUTO_TEST_CASE(what_waits_from_imports_by_hand_is_told_too) {
  one_site s("field", 1, memory::manual_clock(second(1000)));
  s.self
      .ledger([](auto& t) {
        t.add_quarantine({.resource = "org_office", .uuid = id_of("a")});
        const auto base = t.put_repository({.uuid = id_of("base"), .name = "Base"});
        t.add_quarantine({.repository = base, .resource = "org_office", .uuid = id_of("b")});
      })
      .value();
  BOOST_TEST(collect_metrics(s.self).value().quarantined_here == 1u);
  BOOST_TEST(
      holds_line(to_exposition(collect_metrics(s.self).value()), "edensync_quarantined_records{repository=\"\"} 1"));
}

BOOST_AUTO_TEST_CASE(a_site_tells_what_its_runs_left_behind) {
  two_sites p(true);
  p.add_task();
  p.base.put(an("a"));
  BOOST_TEST(p.run().ok());
  p.clock.advance(30);
  p.line.cut_after(0);
  BOOST_TEST(!p.run().ok());
  p.field.put(an("b"));
  p.field.put(an("c"));
  p.clock.advance(10);
  passive_site<parts> watched(p.field.self);
  const auto seen = ask(watched, "/metrics");
  BOOST_TEST(seen.status == 200u);
  BOOST_TEST(seen.type == "text/plain; version=0.0.4; charset=utf-8");
  const std::string of = "{repository=\"Base\",resource=\"org_office\"";
  BOOST_TEST(holds_line(seen.body, "edensync_pull_lag_seconds" + of + "} 40"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_last_success_age_seconds" + of + ",direction=\"pull\"} 40"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_failures_since_success" + of + ",direction=\"pull\"} 1"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_failures_since_success" + of + ",direction=\"push\"} 0"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_clock_skew_seconds{repository=\"Base\"} 0"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_quarantined_records{repository=\"Base\"} 0"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_open_references 0"), seen.body);
  BOOST_TEST(holds_line(seen.body, "edensync_recent_log_lines{mode=\"pull/outgoing\",result=\"success\"} 1"),
             seen.body);
}

BOOST_AUTO_TEST_CASE(the_lag_of_a_pull_is_that_of_what_is_known_and_not_the_age_of_the_youngest_record) {
  two_sites p(true);
  p.add_task({.resource = "org_office", .mode = sync_mode::pull});
  const auto lag = [&] { return collect_metrics(p.field.self).value().tasks.at(0).pull_lag; };
  BOOST_TEST(!lag().has_value());
  BOOST_TEST(p.run().ok());  // there is nothing to pull, and that is known now
  BOOST_TEST(lag().value() == 0);
  p.base.put(an("a"));
  BOOST_TEST(p.run().ok());
  p.clock.advance(1000);
  BOOST_TEST(p.run().ok());
  p.clock.advance(7);
  BOOST_TEST(lag().value() == 7);
  p.line.cut_after(0);
  BOOST_TEST(!p.run().ok());
  BOOST_TEST(lag().value() == 7);
  admin::tasks<parts> tasks(p.field.self);
  const auto change = [&](auto how) { return tasks.change(p.peer, "org_office", how).has_value(); };
  BOOST_TEST(change([](sync_task& t) { t.update = policy_name::take_remote; }));
  BOOST_TEST(lag().value() == 7);
  // Of what was filtered away before nothing is known.
  BOOST_TEST(change([](sync_task& t) { t.filters = {{"~", "~.name=a"}}; }));
  BOOST_TEST(!lag().has_value());
}

BOOST_AUTO_TEST_CASE(health_is_for_everybody_and_metrics_are_for_administrators) {
  one_site s("s", 1, memory::manual_clock(second(1000)));
  passive_settings how;
  how.authenticate = [](std::string_view user, std::string_view) -> edensync::access {
    return user == "boss" ? access_level::administer : user == "peer" ? access_level::write : access_level::unknown;
  };
  passive_site<parts> asked(s.self, how);
  // No site was made here yet.
  BOOST_TEST(ask(asked, "/health").status == 503u);
  s.self.uuid().value();
  BOOST_TEST(ask(asked, "/health").status == 200u);
  BOOST_TEST(ask(asked, "/health").body == "ok\n");
  BOOST_TEST(ask(asked, "/metrics").status == 401u);
  BOOST_TEST(ask(asked, "/metrics", "peer").status == 403u);
  BOOST_TEST(ask(asked, "/metrics", "boss").status == 200u);
  how.open_metrics = true;
  passive_site<parts> open(s.self, how);
  BOOST_TEST(ask(open, "/metrics").status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
