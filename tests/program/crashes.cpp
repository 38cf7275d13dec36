// The program killed at each call that changes a file of its site: the first, the second … until none is left.

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/eden_site.hpp"
#include "support/faults.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::fault;
using edensync::test::faulty_site;
using edensync::test::fixture;
using edensync::test::read_file;
using edensync::test::request;
using edensync::test::served;
using edensync::test::status_of;
using edensync::test::workplace;

constexpr std::string_view field_account = "ZmllbGQ6c2VjcmV0";  // field:secret, encoded by hand

struct crashing : faulty_site {
  // SQLite's index of its log is memory that has a name, and made anew by whoever comes first.
  auto at_call(int n, const std::string& how) const {
    auto all = faulty_site::at_call(n, how);
    all["NOT"] = "-shm";
    return all;
  }

  template <class Attempt, class Run>
  int killed(const std::string& how, Attempt attempt, Run run) const {
    return each_call(how, 128 + SIGKILL, true, attempt, run);
  }

  int killed_import(const std::string& how) const {
    const std::vector<std::string> words{"--resource", "dvr_centre", fixture("centres.xml").string()};
    return killed(
        how,
        [&](int n, const std::string& h) {
          const fault f(at_call(n, h));
          return at("import", words).status;
        },
        [&] { good("import", words); });
  }

  int log_lines(std::string_view message) const {
    int n = 0;
    const auto lines = json("log");
    for (const auto& l : lines.as_array())
      if (l.at("message").as_string().find(message) != std::string_view::npos && l.at("result") == "success") ++n;
    return n;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_crashes, crashing)

BOOST_AUTO_TEST_CASE(an_import_is_killed_before_each_call) { BOOST_TEST(killed_import("kill") > 40); }

BOOST_AUTO_TEST_CASE(an_import_is_killed_halfway_through_each_call) { BOOST_TEST(killed_import("half") > 40); }

BOOST_AUTO_TEST_CASE(a_server_is_killed_at_each_call_while_a_push_is_taken_and_logged) {
  constexpr std::string_view push = "/eden/sync/sync.xml?resource=dvr_centre&repository=urn:uuid:field";
  const auto document = read_file(fixture("centres.xml"));
  {
    served s(*this);
    BOOST_TEST(status_of(s.exchange(request("POST", "/eden/sync/repository/register.json", field_account,
                                            R"({"uuid": "urn:uuid:field", "name": "Field", "apitype": "eden"})"))) ==
               200);
    BOOST_TEST(s.stop() == 0);
  }
  const auto pushed = [&](served& s) { return status_of(s.exchange(request("POST", push, field_account, document))); };
  const auto armed = (root / "armed").string();
  const int calls = killed(
      "kill",
      [&](int n, const std::string& how) {
        fs::remove(armed);
        auto what = at_call(n, how);
        what["WHEN"] = armed;
        int said = 0, status = 0;
        {
          const fault f(what);
          served s(*this);
          (void)file("armed", "");
          said = pushed(s);
          status = s.stop();
        }
        // Who has heard that it was taken may rely on it, and on the line in the log.
        if (said == 200) {
          BOOST_TEST(records().find("Harbour School") != std::string::npos);
          BOOST_TEST(log_lines("Data received from peer") == 1);
        }
        return status;
      },
      [&] {
        served s(*this);
        BOOST_TEST(pushed(s) == 200);
        BOOST_TEST(s.stop() == 0);
        BOOST_TEST(log_lines("Data received from peer") >= 1);
      });
  BOOST_TEST(calls > 20);
}

BOOST_AUTO_TEST_CASE(a_run_with_a_peer_is_killed_at_each_call) {
  workplace base;
  base.make();
  base.good("settings set", {"--mode", "eden"});
  base.add_user("field", "secret", "write");
  base.good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  served s(base);
  good("repository add",
       {"--name", "Base", "--url", s.address, "--username", "field", "--password-file", file("pw", "secret\n")});
  good("resource add", {"--repository", "Base", "--resource", "dvr_centre"});
  const std::vector<std::string> words{"--repository", "Base", "--wait"};
  const int calls = killed(
      "kill",
      [&](int n, const std::string& how) {
        const fault f(at_call(n, how));
        return at("sync", words).status;
      },
      [&] { good("sync", words); });
  BOOST_TEST(calls > 40);
  // No crash of the one has made a record of the other another one.
  BOOST_TEST(json("quarantine list").as_array().empty());
  BOOST_TEST(base.json("quarantine list").as_array().empty());
  BOOST_TEST(json("status").at(0).at("last_result") == "completed");
  base.good("check");
}

BOOST_AUTO_TEST_SUITE_END()
