// The schedule as its users have it: a worker that is a process, and what becomes of its runs when it, or a peer, fails.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/eden_site.hpp"
#include "support/holding_line.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::background;
using edensync::test::fixture;
using edensync::test::holding_line;
using edensync::test::served;
using edensync::test::workplace;

std::string_view text(const boost::json::value& of, std::string_view name) { return of.at(name).as_string(); }

// A site in the field that has run once with its base, over a line that can hang.
struct scheduled {
  scheduled() {
    for (auto* w : {&base, &field}) w->make();
    base.good("settings set", {"--mode", "eden"});
    base.add_user("field", "secret", "write");
    field.good("repository add", {"--no-register", "--name", "Base", "--url", "http://127.0.0.1:9/eden", "--username",
                                  "field", "--password-file", field.file("pw", "secret\n")});
    field.good("resource add", {"--repository", "Base", "--resource", "dvr_centre"});
  }

  void connect(const holding_line& line) {
    field.good("repository set", {"--no-register", "--name", "Base", "--url", line.address_of("/eden")});
    field.good("sync", {"--repository", "Base", "--wait"});
    base.good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  }

  bool until_phase(const std::string& phase) {
    return field.until("Base", [&](const auto& now) { return text(now, "phase") == phase; });
  }
  bool until_result(const std::string& result, std::int64_t runs) {
    return field.until("Base", [&](const auto& now) {
      return now.at("phase") != "beginning" && text(now, "last_result") == result && now.at("runs").as_int64() >= runs;
    });
  }
  boost::json::value job() { return field.json("job list").at(0); }
  bool has_records() {
    return field.good("export", {"--resource", "dvr_centre"}).find("Harbour School") != std::string::npos;
  }

  workplace base, field;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_working, scheduled)

BOOST_AUTO_TEST_CASE(what_is_due_is_run_and_the_job_ends) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  background worker(field, {"worker"});
  field.good("job add", {"--repository", "Base", "--every", "1s", "--repeat", "2"});
  BOOST_TEST(until_result("completed", 3));
  BOOST_TEST(has_records());
  BOOST_TEST(worker.stop() == 0);
  BOOST_TEST(job().at("status") == "completed");
  BOOST_TEST(job().at("times_run") == 2);
  BOOST_TEST(job().at("next_run").is_null());
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_killed_is_followed_by_one_that_goes_on) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  field.good("job add", {"--repository", "Base", "--every", "1h"});
  {
    background worker(field, {"worker"});
    BOOST_TEST(until_phase("beginning"));
    BOOST_TEST(worker.stop(SIGKILL) == 128 + SIGKILL);
  }
  // Nobody has said that it ended.
  BOOST_TEST(field.json("status").at(0).at("phase") == "beginning");
  BOOST_TEST(field.json("status").at(0).at("worker") == false);
  BOOST_TEST(job().at("status") == "running");
  line.release();
  background next(field, {"worker"});
  // It does not wait for the lease of the dead one to expire.
  BOOST_TEST(field.until("Base", [](const auto& now) {
    return now.at("phase") == "idle" && now.at("last_result") == "completed" && now.at("runs").as_int64() == 3;
  }));
  BOOST_TEST(has_records());
  BOOST_TEST(job().at("times_run") == 1);
  BOOST_TEST(job().at("failures") == 0);
  BOOST_TEST(next.stop() == 0);
}

BOOST_AUTO_TEST_CASE(it_may_be_killed_wherever_an_answer_has_come_to) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  std::string records = "<s3xml>";
  for (int i = 0; i < 400; ++i)
    records += R"(<resource name="dvr_centre" uuid="urn:uuid:many)" + std::to_string(i) +
               R"(" modified_on="2026-06-01T08:00:00"><data field="name">Centre )" + std::to_string(i * 7919) +
               "</data></resource>";
  base.good("import", {"--resource", "dvr_centre", base.file("many.xml", records + "</s3xml>")});
  field.good("job add", {"--repository", "Base", "--every", "1h"});
  for (const std::uint64_t bytes : {1U, 300U, 1500U, 3000U}) {
    line.hold_after(bytes);
    background worker(field, {"worker"});
    BOOST_TEST(field.until("Base", [&](const auto&) { return line.is_holding(); }));
    BOOST_TEST(worker.stop(SIGKILL) == 128 + SIGKILL);
  }
  line.release();
  background worker(field, {"worker"});
  BOOST_TEST(until_result("completed", 6));
  BOOST_TEST(worker.stop() == 0);
  BOOST_TEST(field.good("export", {"--resource", "dvr_centre"}).find(std::to_string(399 * 7919)) != std::string::npos);
  BOOST_TEST(field.json("quarantine list").as_array().empty());
  const auto log = field.json("log");
  std::size_t killed = 0;
  for (const auto& l : log.as_array())
    if (l.at("message").as_string().ends_with("its worker ended without a word"))
      ++killed;
    else
      BOOST_TEST(l.at("result") == "success", boost::json::serialize(l));
  BOOST_TEST(killed == 4u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_hangs_does_not_end_the_job) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  background worker(field, {"worker"});
  field.good("job add", {"--repository", "Base", "--every", "1h", "--timeout", "1s"});
  BOOST_TEST(until_result("timed_out", 2));
  BOOST_TEST(job().at("status") == "waiting");
  BOOST_TEST(job().at("failures") == 1);
  BOOST_TEST(!job().at("next_run").is_null());
  BOOST_TEST(job().at("message").as_string().find("1 s") != std::string::npos);
  BOOST_TEST(field.good("log").find("ended after 1 s") != std::string::npos);
  line.release();
  field.good("job set", {"--repository", "Base", "--timeout", "60s"});
  field.good("job reset", {"--repository", "Base"});
  BOOST_TEST(until_result("completed", 3));
  BOOST_TEST(has_records());
  BOOST_TEST(job().at("failures") == 0);
  BOOST_TEST(worker.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_dry_run_that_hangs_stops_no_other_repository_and_can_be_ended) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  const auto folder = field.root / "stick";
  fs::create_directory(folder);
  field.good("repository add", {"--name", "Stick", "--type", "filesync", "--path", folder.string()});
  field.good("resource add", {"--repository", "Stick", "--resource", "dvr_centre"});
  line.hold_after(0);
  background first(field, {"sync", "--repository", "Base", "--dry-run"});
  BOOST_TEST(field.until("Base", [&](const auto&) { return line.is_holding(); }));
  field.bad(1, "another dry run with this repository is under way", "sync", {"--repository", "Base", "--dry-run"});
  field.good("sync", {"--repository", "Stick", "--dry-run"});
  BOOST_TEST(first.stop(SIGINT) != 0);
  line.release();
  field.good("sync", {"--repository", "Base", "--dry-run"});
  for (const auto& each : fs::directory_iterator(field.data))
    BOOST_TEST(!each.path().filename().string().starts_with("dry_run"));
}

BOOST_AUTO_TEST_CASE(a_run_is_watched_and_cancelled_from_elsewhere) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  background worker(field, {"worker"});
  background sync(field, {"sync", "--repository", "Base", "--wait"});
  BOOST_TEST(until_phase("beginning"));
  const auto now = field.json("status", {"--repository", "Base"});
  BOOST_TEST(!now.at("began").is_null());
  BOOST_TEST(!now.at("alive").is_null());
  BOOST_TEST(!now.at("held_until").is_null());
  BOOST_TEST(!now.at("seconds_left").is_null());
  field.good("cancel", {"--repository", "Base"});
  BOOST_TEST(sync.wait() == 1);
  BOOST_TEST(until_phase("idle"));
  BOOST_TEST(field.json("status", {"--repository", "Base"}).at("last_result") == "cancelled");
  line.release();
  field.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(has_records());
  BOOST_TEST(worker.stop() == 0);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_run_leads_it_if_its_worker_dies) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  background worker(field, {"worker"});
  BOOST_TEST(field.until("Base", [](const auto& now) { return now.at("worker") == true; }));
  background sync(field, {"sync", "--repository", "Base", "--wait"});
  BOOST_TEST(until_phase("beginning"));
  BOOST_TEST(worker.stop(SIGKILL) == 128 + SIGKILL);
  line.release();
  BOOST_TEST(sync.wait() == 0);
  BOOST_TEST(has_records());
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_stopped_leaves_its_run_to_the_next) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  field.good("job add", {"--repository", "Base", "--every", "1h"});
  {
    background worker(field, {"worker"});
    BOOST_TEST(until_phase("beginning"));
    BOOST_TEST(worker.stop() == 0);
  }
  BOOST_TEST(field.json("status").at(0).at("last_result") == "stopped");
  BOOST_TEST(job().at("status") == "waiting");
  BOOST_TEST(job().at("failures") == 0);
  line.release();
  background next(field, {"worker"});
  BOOST_TEST(until_result("completed", 3));
  BOOST_TEST(has_records());
  BOOST_TEST(next.stop() == 0);
}

BOOST_AUTO_TEST_CASE(two_workers_share_the_work) {
  served s(base);
  holding_line line(s.port);
  connect(line);
  line.hold_after(0);
  background one(field, {"worker"}), other(field, {"worker"});
  field.good("job add", {"--repository", "Base", "--every", "1h"});
  BOOST_TEST(until_phase("beginning"));
  line.release();
  BOOST_TEST(until_result("completed", 2));
  BOOST_TEST(one.stop() == 0);
  BOOST_TEST(other.stop() == 0);
  BOOST_TEST(field.json("status").at(0).at("runs") == 2);
  BOOST_TEST(job().at("times_run") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
