// What an administrator does to see that all is well, and to keep it: check, compare, backup, health and metrics.

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "edensync/zip/reader.hpp"
#include "support/eden_site.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::background;
using edensync::test::body_of;
using edensync::test::fixture;
using edensync::test::served;
using edensync::test::status_of;
using edensync::test::workplace;

std::string get(std::string_view target, std::string_view who = {}) {
  std::string r("GET ");
  r.append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
  if (!who.empty()) r.append("Authorization: Basic ").append(who).append("\r\n");
  return r + "\r\n";
}

// Basic credentials, encoded by hand: NAME:secret.
constexpr std::string_view field_account = "ZmllbGQ6c2VjcmV0";
constexpr std::string_view boss = "Ym9zczpzZWNyZXQ=";

// What `check` says of a subject: yes, no or unknown.
std::string held(const boost::json::value& all, std::string_view subject) {
  for (const auto& each : all.as_array())
    if (each.at("subject").as_string() == subject) return std::string(each.at("holds").as_string());
  return "-";
}

// Many centres, whose number does not depend on what a document before said.
std::string centres(int from, int to) {
  std::string out = "<s3xml>";
  for (int n = from; n < to; ++n)
    out += "<resource name=\"dvr_centre\" uuid=\"urn:uuid:c" + std::to_string(n) +
           "\" modified_on=\"2026-06-01T08:00:00\"><data field=\"name\">Centre " + std::to_string(n) +
           "</data></resource>";
  return out + "</s3xml>";
}

void unpack(const fs::path& archive, const fs::path& into) {
  edensync::zip::reader all(edensync::archive_limits{});
  std::ifstream in(archive, std::ios::binary);
  std::string piece(std::size_t{1} << 16, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() != 0)
    all.feed({piece.data(), static_cast<std::size_t>(in.gcount())}).value();
  all.finish().value();
  BOOST_TEST(!all.open("credentials.key").value());
  for (const std::string name :
       {"site.sqlite", "schema/1/dvr_centre.xml", "schema/1/dvr_bed.xml", "schema/1/tables.json"}) {
    if (!all.open(name).value()) continue;
    fs::create_directories((into / name).parent_path());
    std::ofstream out(into / name, std::ios::binary);
    for (;;) {
      const auto n = all.read(piece).value();
      if (n == 0) break;
      out.write(piece.data(), static_cast<std::streamsize>(n));
    }
  }
}

struct two_sites {
  two_sites() {
    for (auto* w : {&base, &field}) w->make();
    base.good("settings set", {"--mode", "eden"});
    base.add_user("field", "secret", "write");
    base.add_user("boss", "secret", "administer");
    base.good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  }

  void configure(const std::string& url) const {
    field.good("repository add", {"--no-register", "--name", "Base", "--url", url, "--username", "field",
                                  "--password-file", field.file("pw", "secret\n")});
    field.good("resource add", {"--repository", "Base", "--resource", "dvr_centre"});
  }

  boost::json::value check(int status) const {
    const auto d = field.at("check", {"--repository", "Base", "--json"});
    BOOST_TEST(d.status == status, d.out << d.err);
    return boost::json::parse(d.out);
  }

  workplace base, field;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_operations, two_sites)

BOOST_AUTO_TEST_CASE(the_prerequisites_of_a_run_are_checked_one_by_one) {
  served s(base);
  configure(s.address);
  // Saving registers; somebody takes that back.
  field.good("repository set", {"--name", "Base", "--username", "field"});
  base.good("repository remove", {"--name", std::string(base.json("repository list").at(0).at("name").as_string())});
  auto seen = check(1);
  for (const std::string good : {"folder", "database", "UUID", "schema", "reachable", "credentials", "clock",
                                 "resource dvr_centre", "watermarks Base dvr_centre"})
    BOOST_TEST(held(seen, good) == "yes", good << ": " << boost::json::serialize(seen));
  for (const std::string lacks : {"registered", "pushes accepted", "a worker alive"})
    BOOST_TEST(held(seen, lacks) == "no", lacks);
  // It was not registered by the way.
  BOOST_TEST(base.json("repository list").as_array().empty());

  field.good("repository set", {"--name", "Base", "--password-file", field.file("pw", "secret\n")});
  field.good("sync", {"--repository", "Base", "--wait"});
  const background worker(field, {"worker"});
  while (!field.json("status", {"--repository", "Base"}).at("worker").as_bool()) continue;
  seen = check(0);
  for (const std::string now : {"registered", "pushes accepted", "a worker alive"})
    BOOST_TEST(held(seen, now) == "yes");

  field.good("repository set", {"--no-register", "--name", "Base", "--password-file", field.file("pw", "wrong\n")});
  BOOST_TEST(held(check(1), "credentials") == "no");
  BOOST_TEST(s.stop() == 0);
  BOOST_TEST(held(check(1), "reachable") == "no");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_damaged_is_noticed) {
  BOOST_TEST(base.good("check").find("\ndatabase") != std::string::npos);
  fs::permissions(base.data, fs::perms::others_read, fs::perm_options::add);
  base.at("check");
  BOOST_TEST(base.at("check").status == 1);
  fs::permissions(base.data, fs::perms::others_read, fs::perm_options::remove);
  BOOST_TEST(base.at("check").status == 0);
  {
    std::fstream database(base.data + "/site.sqlite", std::ios::in | std::ios::out | std::ios::binary);
    // Behind the first page, which says that it is a database.
    database.seekp(4096 + 512);
    database << std::string(std::size_t{16} * 4096, 'x');
  }
  const auto d = base.at("check", {"--json"});
  BOOST_TEST(d.status == 1);
  BOOST_TEST(held(boost::json::parse(d.out), "database") == "no");
}

BOOST_AUTO_TEST_CASE(two_sites_are_compared) {
  served s(base);
  configure(s.address);
  const auto different = field.at("compare", {"--repository", "Base"});
  BOOST_TEST(different.status == 1);
  BOOST_TEST(different.out.find("only there") != std::string::npos, different.out);
  field.good("sync", {"--repository", "Base", "--wait"});
  BOOST_TEST(field.good("compare", {"--repository", "Base"}).find("dvr_centre: 2 records here, 2 there, 0 differ\n") !=
             std::string::npos);
  field.good("import", {"--resource", "dvr_centre", field.file("new.xml", centres(0, 1))});
  const auto d = field.at("compare", {"--repository", "Base", "--resource", "dvr_centre", "--json"});
  BOOST_TEST(d.status == 1);
  const auto told = boost::json::parse(d.out);
  BOOST_TEST_REQUIRE(told.as_array().size() == 1u);
  BOOST_TEST(told.at(0).at("uuid") == "urn:uuid:c0");
  BOOST_TEST(told.at(0).at("difference") == "only here");
}

BOOST_AUTO_TEST_CASE(a_server_tells_how_it_is) {
  {
    served s(base);
    BOOST_TEST(body_of(s.exchange(get("/eden/health"))) == "ok\n");
    BOOST_TEST(status_of(s.exchange(get("/eden/metrics"))) == 401);
    BOOST_TEST(status_of(s.exchange(get("/eden/metrics", field_account))) == 403);
    const auto seen = s.exchange(get("/eden/metrics", boss));
    BOOST_TEST(status_of(seen) == 200);
    BOOST_TEST(seen.find("text/plain; version=0.0.4") != std::string::npos);
    BOOST_TEST(body_of(seen).find("\nedensync_open_references 0\n") != std::string::npos);
    configure(s.address);
    field.good("import", {"--resource", "dvr_centre", field.file("new.xml", centres(0, 2))});
    served other(field, {"--open-metrics"});
    const std::string of = "{repository=\"Base\",resource=\"dvr_centre\"} ";
    BOOST_TEST(other.exchange(get("/eden/metrics")).find("\nedensync_push_pending_records" + of + "2\n") !=
               std::string::npos);
    field.good("sync", {"--repository", "Base", "--wait"});
    const auto after = other.exchange(get("/eden/metrics"));
    BOOST_TEST(after.find("\nedensync_push_pending_records" + of + "0\n") != std::string::npos, after);
    BOOST_TEST(after.find("\nedensync_last_run_failed{repository=\"Base\"} 0\n") != std::string::npos);
    BOOST_TEST(after.find("\nedensync_runs{repository=\"Base\"} 1\n") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_made_while_others_write_is_a_site) {
  // With a password there is a key.
  base.good("repository add", {"--name", "Other", "--url", "http://127.0.0.1:1/eden", "--username", "me",
                               "--password-file", base.file("pw", "secret\n")});
  BOOST_TEST(fs::exists(fs::path(base.data) / "credentials.key"));
  const auto document = base.file("many.xml", centres(0, 4000));
  const served s(base);
  background writer(base, {"import", "--resource", "dvr_centre", document});
  for (int n = 0; n < 4; ++n) base.good("backup", {(base.root / ("backup" + std::to_string(n) + ".zip")).string()});
  BOOST_TEST(writer.wait() == 0);
  const auto last = base.root / "last.zip";
  base.good("backup", {last.string()});
  base.bad(1, "is there already", "backup", {last.string()});
  base.bad(1, "No such file", "backup", {(base.root / "nowhere" / "b.zip").string()});
  base.bad(1, "own folder", "backup", {base.data + "/b.zip"});
  base.bad(2, "one file", "backup");
  std::size_t archives = 0;
  for (const auto& each : fs::directory_iterator(base.root)) {
    // Nothing else is left behind.
    if (each.path().extension() != ".zip") continue;
    ++archives;
    const auto others = fs::status(each.path()).permissions() & (fs::perms::group_all | fs::perms::others_all);
    BOOST_TEST((others == fs::perms::none));
    workplace restored;
    fs::create_directory(restored.data);
    fs::permissions(restored.data, fs::perms::owner_all);
    unpack(each.path(), restored.data);
    restored.good("check");
    BOOST_TEST(restored.json("settings show").at("uuid") == base.json("settings show").at("uuid"));
    if (each.path() == last)
      BOOST_TEST(restored.good("export", {"--resource", "dvr_centre"}) ==
                 base.good("export", {"--resource", "dvr_centre"}));
  }
  BOOST_TEST(archives == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
