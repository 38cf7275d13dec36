// The checklist of Eden's manual, "Synchronization Homepage", step by step and in its order, with two real sites.

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "support/eden_site.hpp"

namespace {

using edensync::test::background;
using edensync::test::fixture;
using edensync::test::served;
using edensync::test::workplace;

std::string holds(const boost::json::value& all, std::string_view subject) {
  for (const auto& each : all.as_array())
    if (each.at("subject").as_string() == subject) return std::string(each.at("holds").as_string());
  return "-";
}

bool has(const workplace& w, std::string_view name) {
  return w.good("export", {"--resource", "dvr_centre"}).find(name) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program_manual_checklist)

BOOST_AUTO_TEST_CASE(a_site_follows_the_manual_and_is_synchronised) {
  workplace passive, active;
  // 1. Check the prerequisites: the same tables at both sites, an account at the passive one.
  for (auto* w : {&passive, &active}) w->make();
  BOOST_TEST(passive.json("schema list") == active.json("schema list"));
  passive.add_user("active@example.org", "secret", "write");
  passive.good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  active.good("import", {"--resource", "dvr_centre",
                         active.file("own.xml", R"(<s3xml><resource name="dvr_centre" uuid="urn:uuid:own"
    modified_on="2026-06-01T08:00:00"><data field="name">Ferry Hall</data></resource></s3xml>)")});

  // 2. Make sure the passive site is up and running, and reachable over the network.
  served site(passive);

  // 3.1 Configure the default proxy server in Synchronization Settings as needed; the page shows the UUID.
  active.good("settings set", {"--proxy", ""});
  const auto uuid = passive.json("settings show").at("uuid");

  // 3.2 Register the passive site in Repository Configuration: name, URL, user name, password, UUID.
  const auto registered = active.good(
      "repository add", {"--name", "Headquarters", "--url", site.address, "--username", "active@example.org",
                         "--password-file", active.file("pw", "secret\n"), "--uuid", std::string(uuid.as_string())});
  BOOST_TEST(registered == "Successfully registered at the repository.\n");
  // At the passive site: Accept Pushes, as needed.
  const auto there = passive.json("repository list");
  BOOST_TEST_REQUIRE(there.as_array().size() == 1u);
  BOOST_TEST(there.at(0).at("uuid") == active.json("settings show").at("uuid"));
  BOOST_TEST(there.at(0).at("accept_push") == false);
  passive.good("repository set", {"--name", std::string(there.at(0).at("uuid").as_string()), "--accept-push"});

  // 3.3 Configure the resources to synchronize in Resource Configuration.
  active.good("resource add",
              {"--repository", "Headquarters", "--resource", "dvr_centre", "--mode", "both", "--strategy",
               "create,update,delete", "--update-policy", "NEWER", "--conflict-policy", "NEWER"});

  // 3.4 Set up the Synchronization Schedule: enabled, start and end time, repeat n times, run every, time-out.
  active.good("job add", {"--repository", "Headquarters", "--enabled", "--start", "2011-09-21T08:30", "--end",
                          "2099-09-21T08:30", "--repeat", "0", "--every", "5m", "--timeout", "600s"});

  // 4. Ensure you have a worker process running at the active site.
  const auto lacking = active.at("check", {"--repository", "Headquarters", "--json"});
  BOOST_TEST(lacking.status == 1);
  BOOST_TEST(holds(boost::json::parse(lacking.out), "a worker alive") == "no");
  background worker(active, {"worker"});
  while (!active.json("status", {"--repository", "Headquarters"}).at("worker").as_bool()) continue;
  const auto found = active.json("check", {"--repository", "Headquarters"});
  for (const auto* const each :
       {"reachable", "credentials", "registered", "clock", "pushes accepted dvr_centre", "a worker alive"})
    BOOST_TEST(holds(found, each) == "yes", each);

  // What it is for: pull first, then push, in the background.
  BOOST_TEST(active.until("Headquarters", [](const auto& now) { return now.at("last_result") == "completed"; }));
  BOOST_TEST(has(active, "Harbour School"));
  BOOST_TEST(has(passive, "Ferry Hall"));
  BOOST_TEST(active.at("compare", {"--repository", "Headquarters"}).status == 0);

  // The log, the newest entries on top: of one repository, and of all.
  const auto log = active.json("log", {"--repository", "Headquarters"});
  BOOST_TEST_REQUIRE(log.as_array().size() >= 3u);
  std::string modes;
  for (const auto& line : log.as_array()) {
    modes += std::string(line.at("mode").as_string()) + '\n';
    BOOST_TEST(line.at("repository") == "Headquarters");
    BOOST_TEST(line.at("result") == "success", line);
    BOOST_TEST(line.at("remote") == false);
  }
  const auto push = modes.find("push/outgoing"), pull = modes.find("pull/outgoing");
  BOOST_TEST((push < pull && pull != std::string::npos), modes);
  BOOST_TEST(worker.stop() == 0);
  BOOST_TEST(site.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
