// Two sites, each a process of the program: one is served, the other one runs.

#include <sys/file.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "support/eden_site.hpp"
#include "support/password_proxy.hpp"
#include "support/test_authority.hpp"

namespace {

using edensync::test::background;
using edensync::test::fixture;
using edensync::test::password_proxy;
using edensync::test::served;
using edensync::test::test_authority;
using edensync::test::workplace;

struct two_sites {
  two_sites() {
    for (auto* w : {&base, &field}) w->make();
    base.good("settings set", {"--mode", "eden"});
    base.add_user("field", "secret", "write");
    base.good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  }

  void configure(const std::string& url) {
    field.good("repository add", {"--no-register", "--name", "Base", "--url", url, "--username", "field",
                                  "--password-file", field.file("pw", "secret\n")});
    field.good("resource add", {"--repository", "Base", "--resource", "dvr_centre"});
  }

  // It stands with the transfer if there was one.
  void sync_fails(std::string_view words) const {
    const auto d = field.at("sync", {"--repository", "Base", "--wait"});
    BOOST_TEST(d.status == 1);
    BOOST_TEST((d.out + d.err).find(words) != std::string::npos, d.out << d.err);
  }

  // As another run with the only repository would.
  int hold_run() const {
    const auto file = edensync::test::fs::directory_iterator(edensync::test::fs::path(field.data) / "runs")->path();
    const int held = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    return ::flock(held, LOCK_EX | LOCK_NB) == 0 ? held : -1;
  }

  workplace base, field;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_running, two_sites)

BOOST_AUTO_TEST_CASE(what_one_has_the_other_gets) {
  served s(base);
  configure(s.address);
  const auto first = field.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(first ==
             "pull dvr_centre: 3 records, 3 created, 0 updated, 0 deleted\n"
             "push dvr_centre: 0 records\n");
  BOOST_TEST(field.json("repository show", {"--name", "Base"}).at("uuid") == base.json("settings show").at("uuid"));
  field.good("import", {"--resource", "dvr_centre", field.file("new.xml", R"(<s3xml><resource name="dvr_centre"
    uuid="urn:uuid:new" modified_on="2026-06-01T08:00:00"><data field="name">Ferry Hall</data></resource></s3xml>)")});
  field.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(base.good("export", {"--resource", "dvr_centre"}).find("Ferry Hall") != std::string::npos);
  BOOST_TEST(s.stop() == 0);
  BOOST_TEST(!field.json("resource list", {"--repository", "Base"}).at(0).at("last_pull").is_null());
}

BOOST_AUTO_TEST_CASE(a_run_that_fails_says_so) {
  std::string gone;
  {
    served s(base);
    gone = s.address;
    configure(gone);
    field.good("repository set", {"--no-register", "--name", "Base", "--password-file", field.file("pw", "wrong\n")});
    field.bad(1, "refused the credentials", "sync", {"--repository", "Base", "--wait"});
    BOOST_TEST(s.stop() == 0);
  }
  field.bad(1, "cannot be reached", "sync", {"--repository", "Base", "--wait"});
  field.bad(1, "no repository", "sync", {"--repository", "Nobody"});
  field.good("repository set", {"--no-register", "--name", "Base", "--url", ""});
  field.bad(1, "No URL", "sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(field.json("log").as_array().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_proxy_is_never_passed_by) {
  configure("http://127.0.0.1:9/eden");
  field.good("settings set", {"--proxy", "http://127.0.0.1:9"});
  field.bad(1, "cannot connect to the proxy 127.0.0.1:9", "sync", {"--repository", "Base", "--wait"});
}

BOOST_AUTO_TEST_CASE(over_https) {
  const test_authority authority;
  const auto identity = authority.issue();
  const auto ca = field.file("ca.pem", authority.certificate());
  const auto certificate = base.file("cert.pem", identity.certificate), key = base.file("key.pem", identity.key);
  served s(base, {"--tls-cert", certificate, "--tls-key", key});
  BOOST_TEST(s.address.starts_with("https://127.0.0.1:"));
  configure(s.address);
  sync_fails("signed by nobody known");
  field.good("repository set", {"--no-register", "--name", "Base", "--ca", ca});
  // It has taken a copy.
  edensync::test::fs::remove(ca);
  BOOST_TEST(
      field.good("sync", {"--repository", "Base", "--wait"}).starts_with("pull dvr_centre: 3 records, 3 created"));
  field.good("repository set", {"--no-register", "--name", "Base", "--ca", "", "--pin", std::string(64, '0')});
  sync_fails("not the pinned one");
  field.good("repository set", {"--no-register", "--name", "Base", "--pin", identity.fingerprint});
  field.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(s.stop() == 0);
  base.bad(2, "belong together", "serve", {"--listen", "127.0.0.1:0", "--tls-key", key});
  base.bad(1, "is not that of the certificate", "serve",
           {"--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key",
            base.file("other.pem", authority.issue().key)});
}

BOOST_AUTO_TEST_CASE(through_a_proxy_that_asks_for_a_password,
                     *boost::unit_test::precondition([](auto) { return password_proxy::installed(); })) {
  const test_authority authority;
  const auto identity = authority.issue();
  password_proxy proxy;
  served secure(base, {"--tls-cert", base.file("cert.pem", identity.certificate), "--tls-key",
                       base.file("key.pem", identity.key)});
  configure(secure.address);
  field.good("repository set",
             {"--no-register", "--name", "Base", "--ca", field.file("ca.pem", authority.certificate())});
  field.good("settings set",
             {"--proxy", proxy.address("pilot@"), "--proxy-password-file", field.file("proxy", "p4ss.word-1\n")});
  BOOST_TEST(
      field.good("sync", {"--repository", "Base", "--wait"}).starts_with("pull dvr_centre: 3 records, 3 created"));
  // Its own goes before the site's, and shows that it is asked at all.
  field.good("repository set", {"--no-register", "--name", "Base", "--proxy", proxy.address("pilot:guessed@")});
  sync_fails("the proxy refused");
  BOOST_TEST(secure.stop() == 0);
  const auto lines = field.good("log", {"--last", "100"});
  for (const char* word : {"p4ss", "guessed", "secret"}) BOOST_TEST(lines.find(word) == std::string::npos);

  served open(base);
  field.good("repository set", {"--no-register", "--name", "Base", "--ca", "", "--url", open.address, "--proxy", ""});
  field.good("sync", {"--repository", "Base", "--wait"});
  field.good("settings set", {"--proxy", proxy.address("")});
  sync_fails("wants a user name and password");
  BOOST_TEST(open.stop() == 0);
}

BOOST_AUTO_TEST_CASE(one_run_at_a_time) {
  served s(base);
  configure(s.address);
  field.good("sync", {"--repository", "Base", "--wait"});
  const int held = hold_run();
  BOOST_TEST_REQUIRE(held >= 0);
  {
    background sync(field, {"sync", "--repository", "Base", "--wait"});
    BOOST_TEST(field.until("Base", [](const auto& now) { return now.at("phase") == "requested"; }));
    // Neither does another process begin it.
    field.good("worker", {"--once"});
    BOOST_TEST(field.json("status", {"--repository", "Base"}).at("phase") == "requested");
    ::close(held);
    BOOST_TEST(sync.wait() == 0);
  }
  BOOST_TEST(field.json("status", {"--repository", "Base"}).at("runs") == 2);
  BOOST_TEST(s.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_run_in_the_background) {
  served s(base);
  configure(s.address);
  // Without a worker a process of its own leads it.
  BOOST_TEST(field.json("status").at(0).at("worker") == false);
  field.good("sync", {"--repository", "Base"});
  BOOST_TEST(field.until("Base", [](const auto& now) { return now.at("runs") == 1 && now.at("phase") == "idle"; }));
  auto now = field.json("status", {"--repository", "Base"});
  BOOST_TEST(now.at("last_result") == "completed");
  BOOST_TEST(now.at("requested").is_null());
  field.bad(1, "nothing is under way", "cancel", {"--repository", "Base"});
  // Whose worker it is makes no difference.
  served own(field, {"--worker"});
  BOOST_TEST(field.json("status").at(0).at("worker") == true);
  BOOST_TEST(field.good("sync", {"--repository", "Base", "--wait"}).starts_with("pull dvr_centre: "));
  field.good("repository set", {"--no-register", "--name", "Base", "--url", "http://127.0.0.1:9/eden"});
  const auto failed = field.at("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(failed.status == 1);
  BOOST_TEST(failed.out.find("cannot be reached") != std::string::npos, failed.out);
  now = field.json("status", {"--repository", "Base"});
  BOOST_TEST(now.at("last_result") == "failed");
  BOOST_TEST(now.at("message").as_string().find("cannot be reached") != std::string::npos);
  BOOST_TEST(own.stop() == 0);
  BOOST_TEST(s.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
