// What an administrator does when something did not go well, and what must not be seen.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/eden_site.hpp"
#include "support/file_host.hpp"
#include "support/password_proxy.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::file_host;
using edensync::test::fixture;
using edensync::test::password_proxy;
using edensync::test::read_file;
using edensync::test::served;
using edensync::test::workplace;

constexpr const char* id = "urn:uuid:c0000000-0000-4000-8000-000000000001";

// A document with one centre.
std::string centre(const std::string& uuid, const std::string& at, const std::string& fields) {
  return R"(<s3xml><resource name="dvr_centre" uuid=")" + uuid + R"(" modified_on=")" + at + R"(">)" + fields +
         "</resource></s3xml>";
}

std::string field(const std::string& name, const std::string& content) {
  return R"(<data field=")" + name + R"(">)" + content + "</data>";
}

std::string all_of(const workplace& w) { return w.good("export", {"--resource", "dvr_centre"}); }

struct two_sites {
  two_sites() {
    for (auto* w : {&base, &here}) {
      w->make();
      w->good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
    }
    base.add_user("field", "hidden-word", "administer");
  }

  void connect(const served& s) {
    here.good("repository add", {"--name", "Base", "--url", s.address, "--username", "field", "--password-file",
                                 here.file("pw", "hidden-word\n")});
    here.good("resource add", {"--repository", "Base", "--resource", "dvr_centre", "--update-policy", "NEWER",
                               "--conflict-policy", "NEWER"});
  }

  void change(const workplace& w, const std::string& at, const std::string& name) {
    w.good("import", {"--resource", "dvr_centre", w.file("change.xml", centre(id, at, field("name", name)))});
  }

  workplace base, here;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(program_looking_after)

BOOST_FIXTURE_TEST_CASE(what_is_in_quarantine_is_shown_corrected_and_retried, workplace) {
  make();
  const auto nameless = file("nameless.xml", centre("urn:uuid:n", "2026-05-01T08:00:00", field("code", "C-9")));
  BOOST_TEST(at("import", {"--resource", "dvr_centre", nameless}).status == 1);
  const auto all = json("quarantine list").as_array();
  BOOST_TEST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].at("reason") == "a mandatory field is empty");
  BOOST_TEST(all[0].at("message") == "name");
  const auto number = std::to_string(all[0].at("id").as_int64());
  BOOST_TEST(json("quarantine show", {"--id", number}).at("document").as_string().find("C-9") != std::string::npos);
  BOOST_TEST(good("quarantine show", {"--id", number}).find("C-9") != std::string::npos);

  bad(1, "it must hold one record", "quarantine correct",
      {"--id", number, file("other.xml", centre("urn:uuid:other", "2026-05-01T08:00:00", field("name", "X")))});
  bad(1, "many: is not an integer", "quarantine correct",
      {"--id", number,
       file("wrong.xml", centre("urn:uuid:n", "2026-05-01T08:00:00", field("name", "X") + field("capacity", "many")))});
  bad(1, "", "quarantine correct", {"--id", number, file("cut.xml", "<s3xml><resource")});
  bad(2, "which file", "quarantine correct", {"--id", number});
  BOOST_TEST(good("quarantine retry") == "0 taken\n");
  const auto told = json("explain", {"--resource", "dvr_centre", "urn:uuid:n"});
  BOOST_TEST(told.at("state") == "not here");
  BOOST_TEST_REQUIRE(told.at("quarantine").as_array().size() == 1u);
  const auto why = std::string(told.at("quarantine").at(0).at("explanation").as_string());
  BOOST_TEST(why.starts_with("a mandatory field is empty: name. It waits"), why);
  BOOST_TEST(why.find("was tried 2 times") != std::string::npos, why);
  BOOST_TEST(why.find("Correct the entry's document") != std::string::npos, why);
  BOOST_TEST(good("quarantine correct", {"--id", number,
                                         file("right.xml", centre("urn:uuid:n", "2026-05-01T08:00:00",
                                                                  field("name", "Mill") + field("code", "C-9")))}) ==
             "it waits under number " + number + "\n");
  BOOST_TEST(json("quarantine list").as_array().size() == 1u);
  BOOST_TEST(good("quarantine retry") == "1 taken\n");
  BOOST_TEST(json("quarantine list").as_array().empty());
  BOOST_TEST(all_of(*this).find("Mill") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_in_quarantine_can_be_given_up, workplace) {
  make();
  const auto nameless = file("nameless.xml", centre("urn:uuid:n", "2026-05-01T08:00:00", field("code", "C-9")));
  BOOST_TEST(at("import", {"--resource", "dvr_centre", nameless}).status == 1);
  const auto number = std::to_string(json("quarantine list").at(0).at("id").as_int64());
  bad(1, "nothing waits", "quarantine drop", {"--id", "77"});
  bad(2, "no number", "quarantine drop", {"--id", "x"});
  good("quarantine drop", {"--id", number});
  BOOST_TEST(json("quarantine list").as_array().empty());
}

BOOST_FIXTURE_TEST_CASE(a_conflict_is_rehearsed_decided_and_explained, two_sites) {
  served s(base);
  connect(s);
  here.good("sync", {"--repository", "Base", "--wait"});
  // Younger than the agreement, which was a moment ago.
  change(base, "2027-06-01T08:00:00", "Theirs");
  change(here, "2027-06-01T09:00:00", "Ours");

  const auto before = all_of(here);
  const auto planned = here.json("sync", {"--repository", "Base", "--dry-run"});
  BOOST_TEST(planned.at("transfers").as_array().size() == 2u);
  BOOST_TEST(planned.at("transfers").at(1).at("direction") == "push");
  BOOST_TEST(planned.at("transfers").at(1).at("records") == 1);
  // What the peer would make of it nobody knows.
  for (const auto* const count : {"created", "updated", "deleted", "kept", "refused", "quarantined"}) {
    BOOST_TEST(planned.at("transfers").at(0).at(count).is_int64(), count);
    BOOST_TEST(planned.at("transfers").at(1).at(count).is_null(), count);
  }
  BOOST_TEST(planned.at("transfers").at(0).at("given_up").is_null());
  BOOST_TEST_REQUIRE(planned.at("decisions").as_array().size() == 1u);
  BOOST_TEST(planned.at("decisions").at(0).at("uuid") == id);
  BOOST_TEST(planned.at("registration").is_null());
  BOOST_TEST(planned.at("untold").as_array().empty());
  BOOST_TEST(all_of(here) == before);
  BOOST_TEST(all_of(base).find("Ours") == std::string::npos);
  for (const auto& each : fs::recursive_directory_iterator(here.data))
    BOOST_TEST(!each.path().filename().string().starts_with("dry_run"));

  here.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(all_of(base).find("Ours") != std::string::npos);
  const auto told = here.json("explain", {"--resource", "dvr_centre", id});
  BOOST_TEST(told.at("state") == "here");
  const auto& newest = told.at("decisions").at(0);
  BOOST_TEST(newest.at("repository") == "Base");
  BOOST_TEST(newest.at("explanation").as_string() == planned.at("decisions").at(0).at("explanation").as_string());
  const auto loser = std::string(newest.at("loser").as_string());
  BOOST_TEST(loser.find("Theirs") != std::string::npos);
  BOOST_TEST(loser.find(" sequence=") == std::string::npos, loser);
  BOOST_TEST(loser.find("value=\"null\"") == std::string::npos, loser);
  here.bad(1, "no table", "explain", {"--resource", "dvr_none", id});

  std::string line;
  const auto log = here.json("log", {"--repository", "Base"});
  for (const auto& l : log.as_array())
    if (line.empty() && l.at("mode") == "pull/outgoing") line = std::to_string(l.at("id").as_int64());
  const auto run = here.json("log", {"--run", line});
  BOOST_TEST(run.at("counts").at("conflicts") == 1);
  BOOST_TEST_REQUIRE(run.at("decisions").as_array().size() == 1u);
  BOOST_TEST(run.at("decisions").at(0).at("uuid") == id);
  here.bad(1, "has no line", "log", {"--run", "999"});
  BOOST_TEST(s.stop() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_run_with_a_folder_is_rehearsed, two_sites) {
  const auto stick = here.root / "stick";
  fs::create_directory(stick);
  std::ofstream(stick / "theirs.xml") << centre("urn:uuid:new", "2026-05-01T08:00:00", field("name", "Mill"));
  here.good("repository add", {"--name", "Stick", "--type", "filesync", "--path", stick.string()});
  here.good("resource add", {"--repository", "Stick", "--resource", "dvr_centre"});
  const auto planned = here.json("sync", {"--repository", "Stick", "--dry-run"});
  BOOST_TEST_REQUIRE(planned.at("transfers").as_array().size() == 2u);
  BOOST_TEST(planned.at("transfers").at(0).at("file") == "theirs.xml");
  BOOST_TEST(planned.at("transfers").at(0).at("created") == 1);
  const auto written = std::string(planned.at("transfers").at(1).at("file").as_string());
  BOOST_TEST(planned.at("transfers").at(1).at("records").as_int64() > 1);
  BOOST_TEST(!fs::exists(stick / written));
  BOOST_TEST(all_of(here).find("Mill") == std::string::npos);
  // Nor may anything be written there, unless one is root.
  if (::geteuid() != 0) {
    fs::permissions(stick, fs::perms::owner_read | fs::perms::owner_exec);
    here.bad_with_output(1, "Permission denied", "sync", {"--repository", "Stick", "--dry-run"});
    const auto checked = here.at("check", {"--repository", "Stick"});
    BOOST_TEST(checked.out.find(stick.string() + ": Permission denied") != std::string::npos, checked.out);
    fs::permissions(stick, fs::perms::owner_all);
  }
  here.good("sync", {"--repository", "Stick", "--wait"});
  BOOST_TEST(fs::exists(stick / written));
  BOOST_TEST(all_of(here).find("Mill") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(no_credentials_lie_open, two_sites) {
  served s(base);
  connect(s);
  here.good("repository add", {"--name", "Far", "--type", "data", "--url", "http://127.0.0.1:9/eden", "--proxy",
                               "http://p:gate-word@127.0.0.1:9"});
  here.good("settings set", {"--proxy", "http://p:door-word@127.0.0.1:9"});
  here.good("settings set", {"--proxy", ""});
  here.good("sync", {"--repository", "Base", "--wait"});
  std::string seen;
  for (const auto& each : fs::recursive_directory_iterator(here.data)) {
    if (!each.is_regular_file()) continue;
    const auto content = read_file(each.path());
    for (const auto* const secret : {"hidden-word", "gate-word", "door-word"})
      BOOST_TEST(content.find(secret) == std::string::npos, each.path() << " holds " << secret);
  }
  for (const auto* const command : {"repository list", "settings show", "log", "status"})
    BOOST_TEST(here.good(command).find("-word") == std::string::npos, command);
  const auto key = fs::path(here.data) / "credentials.key";
  BOOST_TEST((fs::status(key).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  fs::rename(key, here.root / "away");
  const auto failed = here.at("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(failed.status == 1);
  BOOST_TEST((failed.out + failed.err).find("the key of the credentials is missing") != std::string::npos);
  fs::rename(here.root / "away", key);
  here.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(s.stop() == 0);
}

BOOST_FIXTURE_TEST_CASE(what_is_saved_registers_itself, two_sites) {
  served s(base);
  BOOST_TEST(here.good("repository add", {"--name", "Base", "--url", s.address, "--username", "field",
                                          "--password-file", here.file("pw", "hidden-word\n")})
                 .starts_with("Successfully registered"));
  BOOST_TEST(here.json("repository show", {"--name", "Base"}).at("uuid") == base.json("settings show").at("uuid"));
  BOOST_TEST(base.json("repository list").as_array().size() == 1u);
  // A typed UUID that differs is reported, and stays.
  const auto other =
      here.good("repository set", {"--name", "Base", "--uuid", "urn:uuid:00000000-0000-4000-8000-00000000000f"});
  BOOST_TEST(other.starts_with("Could not auto-register"));
  BOOST_TEST(other.find("differs from the one entered") != std::string::npos);
  BOOST_TEST(here.json("repository show", {"--name", "Base"}).at("uuid") ==
             "urn:uuid:00000000-0000-4000-8000-00000000000f");
  // Each run says so again, in its log and in the state of the repository.
  here.good("resource add", {"--repository", "Base", "--resource", "dvr_centre"});
  for (const std::size_t lines : {2U, 3U}) {
    here.bad_with_output(1, "not everything", "sync", {"--repository", "Base", "--wait"});
    std::size_t told = 0;
    const auto log = here.json("log");
    for (const auto& l : log.as_array())
      told += l.at("action") == "request registration" && l.at("result") == "fatal" && l.at("repository") == "Base";
    BOOST_TEST(told == lines);
  }
  const auto planned = here.at("sync", {"--repository", "Base", "--dry-run"});
  BOOST_TEST(planned.status == 1);
  BOOST_TEST(planned.out.find("differs from the one entered") != std::string::npos, planned.out);
  for (const bool one : {false, true})
    BOOST_TEST(here.good("status", one ? std::vector<std::string>{"--repository", "Base"} : std::vector<std::string>{})
                   .find("the peer says that its UUID is") != std::string::npos);
  BOOST_TEST(here.at("check", {"--repository", "Base"}).out.find("the peer says that its UUID is") !=
             std::string::npos);
  // The right one is believed at once.
  here.good("repository set",
            {"--name", "Base", "--uuid", std::string(base.json("settings show").at("uuid").as_string())});
  BOOST_TEST(here.json("status", {"--repository", "Base"}).at("message") == "");
  const auto kept = here.json("log", {"--repository", "Base"}).as_array().size();
  BOOST_TEST(kept != 0U);
  here.good("repository remove", {"--name", "Base"});
  BOOST_TEST(here.json("log", {"--repository", "Base"}).as_array().size() == kept);
  here.bad(1, "no repository is called Nobody", "log", {"--repository", "Nobody"});
  BOOST_TEST(s.stop() == 0);
  BOOST_TEST(here.good("repository add", {"--name", "Gone", "--url", "http://127.0.0.1:9/eden"})
                 .starts_with("Could not auto-register"));
}

BOOST_FIXTURE_TEST_CASE(data_sets_are_offered_and_taken, two_sites) {
  workplace third;
  third.make();
  base.good("dataset add", {"--code", "DEMO", "--name", "Centres"});
  base.bad(1, "code", "dataset add", {"--code", "DEMO"});
  base.bad(1, "code", "dataset add", {"--code", "../x"});
  base.good("dataset add-resource", {"--code", "DEMO", "--resource", "dvr_centre"});
  base.bad(1, "already", "dataset add-resource", {"--code", "DEMO", "--resource", "dvr_centre"});
  BOOST_TEST(base.good("dataset archive", {"--code", "DEMO"}).find("bytes") != std::string::npos);
  served s(base);
  third.good("repository add", {"--name", "Offers", "--type", "data", "--url", s.address, "--username", "field",
                                "--password-file", third.file("pw", "hidden-word\n")});
  third.good("dataset add", {"--code", "DEMO", "--repository", "Offers"});
  third.good("sync", {"--repository", "Offers", "--wait"});
  BOOST_TEST(all_of(third).find("Harbour School") != std::string::npos);
  bool fetched = false;
  const auto log = third.json("log");
  for (const auto& l : log.as_array()) fetched = fetched || l.at("action") == "fetch archive";
  BOOST_TEST(fetched);
  BOOST_TEST(third.json("dataset list").at(0).at("resources").at(0) == "dvr_centre");
  base.good("dataset remove", {"--code", "DEMO"});
  BOOST_TEST(base.json("dataset list").as_array().empty());
  BOOST_TEST(s.stop() == 0);
}

BOOST_FIXTURE_TEST_CASE(an_archive_may_lie_at_another_host, two_sites) {
  workplace third;
  third.make();
  base.good("dataset add", {"--code", "DEMO"});
  base.good("dataset add-resource", {"--code", "DEMO", "--resource", "dvr_centre"});
  base.good("dataset archive", {"--code", "DEMO"});
  std::string heard;
  {
    const file_host host(read_file(fs::path(base.data) / "archives" / "DEMO.zip"), heard);
    base.bad(1, "begins with http", "dataset set", {"--code", "DEMO", "--archive-url", "/srv/x.zip"});
    base.bad(1, "no credentials", "dataset set", {"--code", "DEMO", "--archive-url", "http://me:word@h/x.zip"});
    base.good("dataset set", {"--code", "DEMO", "--archive-url", host.address + "/files/demo.zip"});
    served s(base);
    third.good("repository add", {"--name", "Offers", "--type", "data", "--url", s.address, "--username", "field",
                                  "--password-file", third.file("pw", "hidden-word\n")});
    third.good("dataset add", {"--code", "DEMO", "--repository", "Offers"});
    third.good("sync", {"--repository", "Offers", "--wait"});
    BOOST_TEST(s.stop() == 0);
  }
  BOOST_TEST(heard.starts_with("GET /files/demo.zip HTTP/1.1\r\n"), heard);
  BOOST_TEST(heard.find("Authorization") == std::string::npos, heard);
  BOOST_TEST(all_of(third).find("Harbour School") != std::string::npos);
  bool fetched = false;
  const auto log = third.json("log");
  for (const auto& l : log.as_array())
    fetched = fetched || (l.at("action") == "fetch archive" && l.at("result") == "success");
  BOOST_TEST(fetched);
}

// Whoever reaches the peer by a proxy of its own reaches what the peer names in the same way.
BOOST_AUTO_TEST_CASE(an_archive_at_another_host_comes_by_the_repositorys_proxy,
                     *boost::unit_test::precondition([](auto) { return password_proxy::installed(); })) {
  two_sites all;
  auto& base = all.base;
  workplace third;
  third.make();
  base.good("dataset add", {"--code", "DEMO"});
  base.good("dataset add-resource", {"--code", "DEMO", "--resource", "dvr_centre"});
  base.good("dataset archive", {"--code", "DEMO"});
  password_proxy proxy;
  std::string heard;
  {
    const file_host host(read_file(fs::path(base.data) / "archives" / "DEMO.zip"), heard);
    base.good("dataset set", {"--code", "DEMO", "--archive-url", host.address + "/files/demo.zip"});
    served s(base);
    third.good("repository add",
               {"--name", "Offers", "--type", "data", "--url", s.address, "--username", "field", "--password-file",
                third.file("pw", "hidden-word\n"), "--proxy", proxy.address("pilot:p4ss.word-1@")});
    third.good("dataset add", {"--code", "DEMO", "--repository", "Offers"});
    third.good("sync", {"--repository", "Offers", "--wait"});
    BOOST_TEST(s.stop() == 0);
  }
  BOOST_TEST(heard.starts_with("GET /files/demo.zip HTTP/1."), heard);
  BOOST_TEST(heard.find("\r\nVia: ") != std::string::npos, heard);
  BOOST_TEST(heard.find("Authorization") == std::string::npos, heard);
  BOOST_TEST(all_of(third).find("Harbour School") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_log_is_kept_as_long_as_is_wanted, workplace) {
  make();
  BOOST_TEST(json("settings show").at("log_retention") == "for ever");
  good("settings set", {"--log-retention", "90d"});
  BOOST_TEST(json("settings show").at("log_retention") == "90d");
  bad(2, "--log-retention: ", "settings set", {"--log-retention", "soon"});
  bad(2, "--log-retention needs a unit", "settings set", {"--log-retention", "90"});
  BOOST_TEST(json("settings show").at("log_retention") == "90d");
  good("settings set", {"--log-retention", "0"});
  BOOST_TEST(json("settings show").at("log_retention") == "for ever");
}

BOOST_AUTO_TEST_SUITE_END()
