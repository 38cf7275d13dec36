// What an administrator does to see that all is well, and to keep it: check, compare, backup, health and metrics.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "edensync/sqlite/connection.hpp"
#include "edensync/zip/reader.hpp"
#include "support/eden_site.hpp"
#include "support/test_authority.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::background;
using edensync::test::body_of;
using edensync::test::fixture;
using edensync::test::served;
using edensync::test::status_of;
using edensync::test::test_authority;
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

void unpack(const fs::path& archive, const fs::path& into, const std::string& certificate) {
  edensync::zip::reader all(edensync::archive_limits{});
  std::ifstream in(archive, std::ios::binary);
  std::string piece(std::size_t{1} << 16, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() != 0)
    all.feed({piece.data(), static_cast<std::size_t>(in.gcount())}).value();
  all.finish().value();
  BOOST_TEST(!all.open("credentials.key").value());
  const std::vector<std::string> names{"site.sqlite", "schema/1/dvr_centre.xml", "schema/1/dvr_bed.xml",
                                       "schema/1/tables.json", certificate};
  for (const auto& name : names) {
    BOOST_TEST(all.open(name).value(), name);
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
  for (const std::string lacks : {"registered", "pushes accepted dvr_centre", "a worker alive"})
    BOOST_TEST(held(seen, lacks) == "no", lacks);
  BOOST_TEST(held(seen, "accounts") == "unknown");  // nobody can ask this one
  BOOST_TEST(held(boost::json::parse(base.good("check", {"--json"})), "accounts") == "yes");
  // It was not registered by the way.
  BOOST_TEST(base.json("repository list").as_array().empty());

  field.good("repository set", {"--name", "Base", "--password-file", field.file("pw", "secret\n")});
  field.good("sync", {"--repository", "Base", "--wait"});
  const background worker(field, {"worker"});
  while (!field.json("status", {"--repository", "Base"}).at("worker").as_bool()) continue;
  seen = check(0);
  for (const std::string now : {"registered", "pushes accepted dvr_centre", "a worker alive"})
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

BOOST_AUTO_TEST_CASE(what_the_folder_lacks_is_named_and_not_made_anew) {
  const auto told = [&] {
    const auto d = base.at("check", {"--json"});
    BOOST_TEST(d.status == 1);
    return boost::json::parse(d.out);
  };
  const auto description = fs::path(base.data) / "schema" / "1" / "dvr_bed.xml";
  fs::remove(description);
  BOOST_TEST(held(told(), "descriptions") == "no");
  BOOST_TEST(boost::json::serialize(told()).find("dvr_bed.xml is gone") != std::string::npos);
  base.bad(1, "dvr_bed.xml is gone", "status");
  base.bad(1, "dvr_bed.xml is gone", "schema add", {fixture("dvr_centre.xml").string()});
  base.good("schema add", {fixture("dvr_bed.xml").string()});
  base.good("check");
  {
    edensync::sqlite::options how;
    how.path = base.data + "/site.sqlite";
    edensync::sqlite::connection(how, 256).run("DROP TABLE edensync_task; DROP TABLE dvr_bed");
  }
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(held(told(), "tables") == "no");
    BOOST_TEST(boost::json::serialize(told()).find("edensync_task is missing") != std::string::npos);
    BOOST_TEST(boost::json::serialize(told()).find("dvr_bed is missing") != std::string::npos);
    // Nobody makes them anew by opening the site.
    base.bad(1, "is missing", "export", {"--resource", "dvr_bed"});
    base.bad(1, "is missing", "repository list");
  }
  // Without its database, or with an empty one, a folder is still that of a site.
  std::filesystem::remove(base.data + "/site.sqlite");
  BOOST_TEST(held(told(), "folder") == "yes");
  BOOST_TEST(held(told(), "database") == "no");
  base.bad_with_output(1, "not everything is as it should be", "check");
  base.bad(1, "lost its database", "init");
  BOOST_TEST(std::ofstream(base.data + "/site.sqlite").good());
  base.bad(1, "lost its database", "init");
}

BOOST_AUTO_TEST_CASE(what_may_not_be_looked_at_is_not_taken_for_damaged) {
  // To root everything is open.
  if (::geteuid() == 0) return;
  for (const std::string each : {"/site.sqlite", "/schema", "/schema/1", "/schema/1/dvr_bed.xml", "/files"}) {
    const auto before = fs::status(base.data + each).permissions();
    fs::permissions(base.data + each, fs::perms::none);
    const auto d = base.at("check", {"--json"});
    BOOST_TEST(d.status == 1);
    BOOST_TEST(held(boost::json::parse(d.out), "rights") == "no");
    BOOST_TEST(held(boost::json::parse(d.out), "database") == "unknown");
    BOOST_TEST(d.out.find("Permission denied") != std::string::npos, d.out);
    BOOST_TEST(d.out.find("backup") == std::string::npos, d.out);
    fs::permissions(base.data + each, before);
    base.good("check");
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_no_site_is_a_finding) {
  const auto told = [&](const std::string& data) {
    const auto words = base.run({"check", "--data", data});
    BOOST_TEST(words.status == 1);
    BOOST_TEST(words.out.find("database") != std::string::npos, words.out);
    const auto d = base.run({"check", "--json", "--data", data});
    BOOST_TEST(d.status == 1);
    return boost::json::parse(d.out);
  };
  const auto nowhere = (base.root / "nowhere").string();
  for (const auto& data : {nowhere, base.file("file", "text")}) {
    BOOST_TEST(held(told(data), "folder") == "no");
    BOOST_TEST(held(told(data), "database") == "unknown");
  }
  BOOST_TEST(!fs::exists(nowhere));
  fs::create_directory(nowhere);
  fs::permissions(nowhere, fs::perms::owner_all);
  BOOST_TEST(held(told(nowhere), "folder") == "yes");
  BOOST_TEST(held(told(nowhere), "database") == "no");
  // A lock that cannot be had, because something else lies there.
  fs::remove(base.data + "/lock");
  fs::create_directory(base.data + "/lock");
  BOOST_TEST(held(told(base.data), "database") == "unknown");
  BOOST_TEST(held(told(base.data), "lock") == "no");
}

BOOST_AUTO_TEST_CASE(all_descriptions_that_are_gone_are_named_and_the_advice_works) {
  const auto sql = [&](const char* text) {
    edensync::sqlite::options how;
    how.path = base.data + "/site.sqlite";
    edensync::sqlite::connection(how, 256).run(text);
  };
  const auto told = [&] { return base.at("check", {"--json"}).out; };
  fs::remove_all(base.data + "/schema/1");
  for (const std::string each : {"dvr_bed.xml", "dvr_centre.xml", "tables.json", "schema add"})
    BOOST_TEST(told().find(each) != std::string::npos, told());
  base.bad(1, "are gone", "schema add", {fixture("dvr_bed.xml").string()});
  base.good("schema add",
            {fixture("dvr_centre.xml").string(), fixture("tables.json").string(), fixture("dvr_bed.xml").string()});
  base.good("check");
  // Accounts are made on demand, and still missed.
  sql("ALTER TABLE edensync_account RENAME TO kept");
  base.bad(1, "edensync_account is missing", "user list");
  base.bad(1, "edensync_account is missing", "repository list");
  BOOST_TEST(told().find("edensync_account is missing") != std::string::npos, told());
  sql("ALTER TABLE kept RENAME TO edensync_account");
  base.good("check");
  sql("DROP TABLE edensync_setting");
  BOOST_TEST(told().find("edensync_setting is missing") != std::string::npos, told());
  BOOST_TEST(told().find("schema add") == std::string::npos, told());
  base.bad(1, "edensync_setting is missing", "schema add", {fixture("dvr_bed.xml").string()});
  base.bad(1, "edensync_setting is missing", "repository list");
}

BOOST_AUTO_TEST_CASE(certificates_go_with_the_last_repository_that_knows_them) {
  const auto first = base.file("first.pem", test_authority().certificate());
  const auto second = base.file("second.pem", test_authority().certificate());
  const auto add = [&](const std::string& name, const std::string& ca) {
    return base.at("repository add",
                   {"--no-register", "--name", name, "--url", "https://127.0.0.1:1/" + name, "--ca", ca});
  };
  const auto place = [&](const std::string& name) {
    return fs::path(base.data) / std::string(base.json("repository show", {"--name", name}).at("ca").as_string());
  };
  const auto kept = [&] {
    std::set<fs::path> all;
    for (const auto& each : fs::directory_iterator(base.data + "/certificates")) all.insert(each.path());
    return all;
  };
  for (const std::string name : {"one", "two"}) BOOST_TEST(add(name, first).status == 0);
  const auto known = place("one");
  BOOST_TEST((kept() == std::set{known}));
  // What a command leaves behind that failed, and one that was killed, and what is somebody else's.
  const auto draft = known.parent_path() / ("." + known.filename().string() + ".1");
  const auto other = known.parent_path() / "notes.pem";
  for (const auto& file : {draft, other}) BOOST_TEST(std::ofstream(file).good());
  BOOST_TEST(add("one", second).status == 1);
  BOOST_TEST((kept() == std::set{known, other}));
  base.good("repository remove", {"--name", "one"});
  BOOST_TEST((kept() == std::set{known, other}));
  base.good("repository set", {"--no-register", "--name", "two", "--ca", second});
  const auto next = place("two");
  BOOST_TEST((kept() == std::set{next, other}));
  // Whoever reads some, or has not named them in the database yet, keeps all of them.
  {
    const int lock = ::open((base.data + "/certificates.lock").c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST(::flock(lock, LOCK_SH) == 0);
    base.good("repository set", {"--no-register", "--name", "two", "--ca", ""});
    BOOST_TEST((kept() == std::set{next, other}));
    ::close(lock);
  }
  base.good("repository remove", {"--name", "two"});
  BOOST_TEST((kept() == std::set{other}));
}

BOOST_AUTO_TEST_CASE(what_a_run_needs_of_this_machine_is_checked_without_asking_anybody) {
  const auto authority = base.file("ca.pem", test_authority().certificate());
  base.bad(1, "no-ca.pem cannot be read: No such file", "repository add",
           {"--name", "Other", "--url", "https://127.0.0.1:1/eden", "--ca", (base.root / "no-ca.pem").string()});
  base.bad(1, "holds no certificate", "repository add",
           {"--name", "Other", "--url", "https://127.0.0.1:1/eden", "--ca", base.file("text.pem", "text")});
  base.good("repository add", {"--name", "Other", "--url", "https://127.0.0.1:1/eden", "--username", "me",
                               "--password-file", base.file("pw", "secret\n"), "--ca", authority});
  const std::string kept(base.json("repository show", {"--name", "Other"}).at("ca").as_string());
  auto seen = base.json("check");
  for (const std::string has : {"credentials Other", "certificates Other", "tables"})
    BOOST_TEST(held(seen, has) == "yes", has);
  fs::remove(authority);
  // Wherever the folder is.
  fs::rename(base.data, base.data + ".moved");
  BOOST_TEST(base.run({"check", "--data", base.data + ".moved"}).status == 0);
  fs::rename(base.data + ".moved", base.data);

  fs::rename(base.data + "/credentials.key", base.root / "key");
  fs::remove(fs::path(base.data) / kept);
  const auto d = base.at("check", {"--repository", "Other", "--json"});
  BOOST_TEST(d.status == 1);
  seen = boost::json::parse(d.out);
  for (const std::string lacks : {"credentials Other", "certificates Other"})
    BOOST_TEST(held(seen, lacks) == "no", lacks);
  BOOST_TEST(held(seen, "reachable") == "unknown");
  const auto first = d.out.find("cannot be read: No such file");
  BOOST_TEST(first != std::string::npos, d.out);
  BOOST_TEST(d.out.find("No such file", first + 40) == std::string::npos, d.out);
  BOOST_TEST(d.out.find("not configured") == std::string::npos, d.out);
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
  const auto none = field.at("compare", {"--repository", "Base", "--resource", "no_table", "--json"});
  BOOST_TEST(none.status == 1);
  const auto left_out = boost::json::parse(none.out);
  BOOST_TEST_REQUIRE(left_out.as_array().size() == 1u);
  BOOST_TEST(left_out.at(0).at("resource") == "no_table");
  BOOST_TEST(left_out.at(0).at("difference") == "not compared");
  BOOST_TEST(left_out.at(0).at("reason").as_string().find("no such table") != std::string::npos);
  BOOST_TEST(none.err.find("not compared: no_table: ") != std::string::npos, none.err);
  BOOST_TEST(none.err.find("this site has no such table") != std::string::npos, none.err);
  field.good("resource remove", {"--repository", "Base", "--resource", "dvr_centre"});
  field.bad(1, "there is nothing to compare", "compare", {"--repository", "Base"});
}

BOOST_AUTO_TEST_CASE(a_server_tells_how_it_is) {
  {
    served s(base);
    BOOST_TEST(body_of(s.exchange(get("/eden/health"))) == "ok\n");
    BOOST_TEST(status_of(s.exchange(get("/eden/metrics"))) == 401);
    BOOST_TEST(status_of(s.exchange(get("/eden/metrics", field_account))) == 403);
    const auto seen = s.exchange(get("/eden/metrics", boss));
    BOOST_TEST(status_of(seen) == 200);
    for (const auto& asked : {get("/eden/health"), get("/eden/metrics", boss)}) {
      const auto head = s.exchange("HEAD" + asked.substr(3));
      BOOST_TEST(status_of(head) == 200);
      BOOST_TEST(body_of(head) == "");
    }
    BOOST_TEST(seen.find("text/plain; version=0.0.4") != std::string::npos);
    BOOST_TEST(body_of(seen).find("\nedensync_open_references 0\n") != std::string::npos);
    configure(s.address);
    field.good("import", {"--resource", "dvr_centre", field.file("new.xml", centres(0, 2))});
    const std::string pull = "/eden/sync/sync.xml?resource=dvr_centre";
    BOOST_TEST(status_of(s.exchange(get(pull))) == 401);
    served other(field, {"--open-metrics", "--anonymous-pulls"});
    BOOST_TEST(status_of(other.exchange(get(pull))) == 200);
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

BOOST_AUTO_TEST_CASE(a_server_that_has_lost_its_database_is_not_well) {
  const auto database = fs::path(base.data) / "site.sqlite";
  {
    const served s(base);
    BOOST_TEST(status_of(s.exchange(get("/eden/health"))) == 200);
    fs::copy_file(database, base.root / "copy");
    fs::rename(base.root / "copy", database);
    const auto told = s.exchange(get("/eden/health"));
    BOOST_TEST(status_of(told) == 503);
    BOOST_TEST(body_of(told) == "not ok\n");
  }
  const served s(base);
  BOOST_TEST(status_of(s.exchange(get("/eden/health"))) == 200);
  fs::resize_file(database, 8192);
  BOOST_TEST(status_of(s.exchange(get("/eden/health"))) == 503);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_read_its_accounts_says_so) {
  const auto sql = [&](const char* text) {
    edensync::sqlite::options how;
    how.path = base.data + "/site.sqlite";
    edensync::sqlite::connection(how, 256).run(text);
  };
  const served s(base);
  const auto status = [&](std::string_view target, std::string_view who = {}) {
    return status_of(s.exchange(get(target, who)));
  };
  constexpr std::string_view pull = "/eden/sync/sync.xml?resource=dvr_centre";
  BOOST_TEST(status(pull, field_account) == 200);
  sql("ALTER TABLE edensync_account RENAME TO kept");
  // Its password is right, and stays so.
  BOOST_TEST(status(pull, field_account) == 503);
  BOOST_TEST(status("/eden/health") == 503);
  sql("ALTER TABLE kept RENAME TO edensync_account");
  BOOST_TEST(status(pull, field_account) == 200);
  BOOST_TEST(status("/eden/health") == 200);
}

BOOST_AUTO_TEST_CASE(what_a_server_cannot_have_is_told_as_such) {
  const served s(base);
  const auto taken = field.at("serve", {"--listen", "127.0.0.1:" + std::to_string(s.port)});
  BOOST_TEST(taken.status == 1);
  BOOST_TEST(taken.err.starts_with("eden-site: cannot listen on 127.0.0.1"), taken.err);
  const auto nothing = field.file("text.pem", "text");
  const auto tls = field.at("serve", {"--listen", "127.0.0.1:0", "--tls-cert", nothing, "--tls-key", nothing});
  BOOST_TEST(tls.status == 1);
  BOOST_TEST(tls.err.starts_with("eden-site: " + nothing + " holds no key"), tls.err);
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_made_while_others_write_is_a_site) {
  // With a password there is a key.
  const auto authority = base.file("ca.pem", test_authority().certificate());
  base.good("repository add", {"--name", "Other", "--url", "https://127.0.0.1:1/eden", "--username", "me",
                               "--password-file", base.file("pw", "secret\n"), "--ca", authority});
  fs::remove(authority);
  const std::string certificate(base.json("repository show", {"--name", "Other"}).at("ca").as_string());
  BOOST_TEST(certificate.starts_with("certificates/"));
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
    unpack(each.path(), restored.data, certificate);
    const auto told = restored.at("check", {"--json"});
    BOOST_TEST(held(boost::json::parse(told.out), "certificates Other") == "yes", told.out);
    // The key of passwords is no part of a backup.
    BOOST_TEST(held(boost::json::parse(told.out), "credentials Other") == "no", told.out);
    fs::copy_file(fs::path(base.data) / "credentials.key", fs::path(restored.data) / "credentials.key");
    restored.good("check");
    BOOST_TEST(restored.json("settings show").at("uuid") == base.json("settings show").at("uuid"));
    if (each.path() == last)
      BOOST_TEST(restored.good("export", {"--resource", "dvr_centre"}) ==
                 base.good("export", {"--resource", "dvr_centre"}));
  }
  BOOST_TEST(archives == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
