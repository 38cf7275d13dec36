// Requests that a real Eden was sent, byte for byte, to a site that is set up as that Eden was.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "support/eden_site.hpp"

namespace {

using edensync::test::body_of;
using edensync::test::read_file;
using edensync::test::recorded;
using edensync::test::served;
using edensync::test::status_of;
using edensync::test::workplace;
namespace fs = std::filesystem;

void make_eden(const workplace& w, const fs::path& wire) {
  w.good("init", {"--admin", "admin@example.com", "--password-file", w.file("pw", "testing\n")});
  w.add_user("normaluser@example.com", "testing", "none");
  w.add_user("syncread@example.com", "testing", "read");
  w.good("settings set",
         {"--mode", "eden", "--domain", "eden-a.example.org", "--public-url", "http://127.0.0.1:8101/eden"});
  std::vector<std::string> files{(wire / "tables.json").string()};
  for (const auto& each : fs::directory_iterator(wire / "fields")) files.push_back(each.path().string());
  w.good("schema add", files);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_recorded_requests, workplace)

BOOST_AUTO_TEST_CASE(answers_have_the_status_that_eden_gave) {
  const auto wire = recorded("eden-wire");
  if (!wire) return;
  make_eden(*this, *wire);
  served s(*this);
  const auto same = [&](const std::string& name) {
    const auto folder = *wire / "passive" / name;
    const auto answer = s.exchange(read_file(folder / "request.http"));
    BOOST_TEST(status_of(answer) == status_of(read_file(folder / "response.http")), name << ": " << answer);
    return body_of(answer);
  };
  for (const std::string name : {"001_register-new",
                                 "002_register-again",
                                 "003_register-put",
                                 "004_register-no-uuid",
                                 "005_register-no-credentials",
                                 "006_register-empty-body",
                                 "007_register-broken-json",
                                 "009_register-get",
                                 "010_register-xml-suffix",
                                 "011_register-no-permission",
                                 "016_register-unicode-name",
                                 "017_auth-ok",
                                 "018_auth-none",
                                 "019_auth-bad-password",
                                 "020_auth-user-without-permission",
                                 "021_auth-push-none",
                                 "022_auth-unknown-user",
                                 "023_auth-garbled",
                                 "024_auth-bearer",
                                 "025_auth-lowercase-scheme",
                                 "027_auth-read-only-user-pull",
                                 "028_auth-read-only-user-push",
                                 "029_auth-read-only-user-register",
                                 "030_auth-push-bad-password",
                                 "031_auth-push-without-permission",
                                 "034_resource-unknown",
                                 "035_resource-no-underscore",
                                 "037_resource-mixed",
                                 "045_direct-sync",
                                 "048_method-patch",
                                 "051_unknown-function",
                                 "063_push-unregistered",
                                 "072_push-empty-body",
                                 "073_push-broken-xml"})
    same(name);
  BOOST_TEST(same("020_auth-user-without-permission") == "Insufficient Privileges");
  BOOST_TEST(same("052_push-create").find(R"("records": 1)") != std::string::npos);
  const auto after = same("053_push-create-after");
  BOOST_TEST(after.find(R"(domain="eden-a.example.org" url="http://127.0.0.1:8101/eden")") != std::string::npos, after);
  BOOST_TEST(after.find(R"(<resource name="org_organisation")") != std::string::npos, after);
  same("179_push-components");
  BOOST_TEST(same("180_push-components-after").find("pr_contact") != std::string::npos);
  BOOST_TEST(s.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
