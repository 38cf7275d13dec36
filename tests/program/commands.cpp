// What an administrator says to the program, right and wrong.

#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/eden_site.hpp"
#include "support/test_authority.hpp"

namespace {

using edensync::test::fixture;
using edensync::test::read_file;
using edensync::test::workplace;
namespace fs = std::filesystem;

std::string tables_of(const workplace& w) {
  std::string all;
  const auto tables = w.json("schema list");
  for (const auto& t : tables.as_array()) all.append(t.at("table").as_string()).append(1, ' ');
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_commands, workplace)

BOOST_AUTO_TEST_CASE(help_is_there_for_each_command) {
  const auto all = run({"--help"});
  BOOST_TEST(all.status == 0);
  const auto source = fs::path(EDENSYNC_SOURCE_DIR);
  const auto list = read_file(source / "examples/3_sites/eden_site/README.md");
  const auto guide = read_file(source / "docs/guides/run_eden_site.md");
  for (const std::string name : {"init",
                                 "schema add",
                                 "schema list",
                                 "settings show",
                                 "settings set",
                                 "user add",
                                 "user set",
                                 "user list",
                                 "user remove",
                                 "repository add",
                                 "repository set",
                                 "repository list",
                                 "repository show",
                                 "repository remove",
                                 "resource add",
                                 "resource set",
                                 "resource list",
                                 "resource remove",
                                 "import",
                                 "export",
                                 "serve",
                                 "job add",
                                 "job set",
                                 "job list",
                                 "job remove",
                                 "job reset",
                                 "sync",
                                 "status",
                                 "cancel",
                                 "worker",
                                 "check",
                                 "compare",
                                 "backup",
                                 "log",
                                 "explain",
                                 "quarantine list",
                                 "quarantine show",
                                 "quarantine correct",
                                 "quarantine retry",
                                 "quarantine drop",
                                 "dataset add",
                                 "dataset set",
                                 "dataset add-resource",
                                 "dataset remove-resource",
                                 "dataset list",
                                 "dataset archive",
                                 "dataset remove"}) {
    BOOST_TEST(all.out.find("\n  " + name + " ") != std::string::npos, name);
    std::vector<std::string> words{name.substr(0, name.find(' '))};
    if (words[0] != name) words.push_back(name.substr(words[0].size() + 1));
    words.emplace_back("--help");
    const auto one = run(words);
    BOOST_TEST(one.status == 0);
    BOOST_TEST(one.out.starts_with("usage: eden-site " + name + " --data DIR"), one.out);
    BOOST_TEST(one.err == "");
    // README: `eden-site WORD` and, of several, the second words with '|' between them, in a line of its own.
    const auto line = list.find("\neden-site " + words[0] + ' ');
    BOOST_TEST_REQUIRE(line != std::string::npos, name);
    const auto rest = list.substr(line, list.find(" --data", line) - line);
    if (words.size() > 2)
      BOOST_TEST((rest.find(' ' + words[1] + '|') != std::string::npos || rest.ends_with('|' + words[1]) ||
                  rest.find('|' + words[1] + '|') != std::string::npos || rest.ends_with(' ' + words[1])),
                 name << " is not in the README: " << rest);
    BOOST_TEST((guide.find("eden-site " + words[0]) != std::string::npos ||
                guide.find('`' + words[0] + '`') != std::string::npos),
               words[0] << " is not in the guide");
  }
  const std::vector<std::vector<std::string>> options{
      {"init", "--admin", "--password-file"},
      {"settings", "set", "--proxy", "--log-retention"},
      {"repository", "add", "--type", "--url", "--path", "--username", "--password-file", "--proxy", "--accept-push",
       "--uuid", "--synchronise-uuids", "--ca", "--pin"},
      {"resource", "add", "--repository", "--resource", "--mode", "--strategy", "--update-policy", "--conflict-policy",
       "--filter", "no-]components", "--order"},
      {"job", "add", "--every", "--start", "--end", "--repeat", "--timeout", "--disabled"},
      {"serve", "--listen", "--base", "--tls-cert", "--tls-key", "--worker"},
      {"sync", "--dry-run", "--wait"},
      {"log", "--repository", "--run", "--follow"},
      {"explain", "--resource"},
      {"check", "--repository"},
      {"compare", "--repository", "--resource"},
  };
  for (auto words : options) {
    const auto first =
        std::find_if(words.begin(), words.end(), [](const std::string& w) { return w.find('-') != std::string::npos; });
    const std::vector<std::string> wanted(first, words.end());
    words.erase(first, words.end());
    words.emplace_back("--help");
    const auto told = run(words).out;
    for (const auto& w : wanted) BOOST_TEST(told.find(w) != std::string::npos, words[0] << ' ' << w);
  }
  BOOST_TEST(run({"user", "--help"}).out.find("user add") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_status_2_and_does_nothing) {
  const auto password = file("pw", "secret\n");
  const std::vector<std::vector<std::string>> all{
      {},
      {"nonsense"},
      {"user"},
      {"user", "nonsense"},
      {"repository", "--data", data},
      {"init"},
      {"init", "--data"},
      {"init", "--data", ""},
      {"init", "--data", data, "more"},
      {"init", "--data", data, "--data", data},
      {"init", "--data", data, "-v"},
      {"init", "--data", data, "--admin", "a"},
      {"init", "--data", data, "--password-file", password},
      {"init", "--data", data, "--password", "secret"},
      {"init", "--data", data, "--json"},
      {"schema", "add", "--data", data},
      {"user", "add", "--data", data, "--name", "a"},
      {"user", "add", "--data", data, "--password-file", password},
      {"user", "add", "--data", data, "--name", "a", "--password-file", password, "--access", "all"},
      {"user", "add", "--data", data, "--name", "a", "--password", "secret"},
      {"user", "set", "--data", data, "--name", "a"},
      {"user", "list", "--data", data, "--json=yes"},
      {"user", "remove", "--data", data},
      {"settings", "set", "--data", data},
      {"settings", "set", "--data", data, "--mode", "strict"},
      {"settings", "set", "--data", data, "--log-retention", "soon"},
      {"repository", "add", "--data", data},
      {"repository", "set", "--data", data, "--name", "a", "--accept-push", "--no-accept-push"},
      {"resource", "add", "--data", data, "--repository", "a"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--mode", "up"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--strategy", "create,upsert"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--update-policy", "newer"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--conflict-policy", "x"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--filter", "~.name"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--filter", "[~.name=1"},
      {"resource", "set", "--data", data, "--repository", "a", "--resource", "x_y", "--filter", "a=b", "--no-filter"},
      {"import", "--data", data},
      {"import", "--data", data, "--resource", "dvr_bed", "one", "two"},
      {"export", "--data", data},
      {"export", "--data", data, "--resource", "dvr_bed", "--format", "pdf"},
      {"serve", "--data", data},
      {"serve", "--data", data, "--listen", "127.0.0.1"},
      {"serve", "--data", data, "--listen", "127.0.0.1:"},
      {"serve", "--data", data, "--listen", "127.0.0.1:99999"},
      {"serve", "--data", data, "--listen", "::1:80"},
      {"serve", "--data", data, "--listen", "127.0.0.1:0", "--base", "eden"},
      {"resource", "add", "--data", data, "--repository", "a", "--resource", "dvr_bed", "--order", "first"},
      {"job", "add", "--data", data, "--repository", "a"},
      {"job", "add", "--data", data, "--repository", "a", "--every", "soon"},
      {"job", "add", "--data", data, "--repository", "a", "--every", "0s"},
      {"repository", "add", "--data", data, "--name", "b", "--type", "nope"},
      {"job", "add", "--data", data, "--repository", "a", "--every", "5m", "--start", "tomorrow"},
      {"job", "add", "--data", data, "--repository", "a", "--every", "5m", "--repeat", "-1"},
      {"job", "set", "--data", data, "--repository", "a", "--enabled", "--disabled"},
      {"job", "list", "--data", data, "--wait"},
      {"status", "--data", data, "Base"},
      {"cancel", "--data", data},
      {"worker", "--data", data, "--once=yes"},
      {"sync", "--data", data},
      {"log", "--last", "3"},
  };
  for (const auto& words : all) {
    std::string said;
    for (const auto& w : words) said += w + ' ';
    const auto d = run(words);
    BOOST_TEST(d.status == 2, said << d.err);
    BOOST_TEST(d.out == "", said);
    BOOST_TEST(d.err.find("see eden-site --help") != std::string::npos, said << d.err);
    BOOST_TEST(!fs::exists(data), said);
  }
  good("init");
  bad(2, "no number", "log", {"--last", "x"});
}

BOOST_AUTO_TEST_CASE(a_new_site_has_a_uuid_and_keeps_it) {
  const auto made = good("init", {"--admin", "boss", "--password-file", file("pw", "open sesame\r\n")});
  BOOST_TEST(made.starts_with("urn:uuid:"), made);
  BOOST_TEST(std::string(json("settings show").at("uuid").as_string()) + '\n' == made);
  BOOST_TEST(boost::json::serialize(json("user list")) == R"([{"name":"boss","access":"administer"}])");
  bad(1, "already", "init");
  BOOST_TEST(std::string(json("settings show").at("uuid").as_string()) + '\n' == made);
  // Nobody else may look into it: the ledger holds passwords.
  BOOST_TEST(((fs::status(data).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none));
}

BOOST_AUTO_TEST_CASE(a_site_is_not_begun_with_an_account_that_cannot_be) {
  bad(1, "NUL", "init", {"--admin", "boss", "--password-file", file("pw", "\n")});
  bad(1, "name", "init", {"--admin", "a:b", "--password-file", file("pw", "secret\n")});
  bad(1, "No such file", "init", {"--admin", "boss", "--password-file", (root / "nothing").string()});
  BOOST_TEST(!fs::exists(data));
}

BOOST_AUTO_TEST_CASE(where_no_site_is_every_command_says_so) {
  for (const std::string_view command : {"user list", "settings show", "repository list", "log", "schema list"})
    bad(1, "holds no site", command);
  BOOST_TEST(!fs::exists(data));
}

BOOST_AUTO_TEST_CASE(accounts) {
  good("init");
  const auto password = file("pw", "secret");
  good("user add", {"--name", "field@example.org", "--password-file", password});
  good("user add", {"--name", "guest", "--password-file", password, "--access", "none"});
  BOOST_TEST(boost::json::serialize(json("user list")) ==
             R"([{"name":"field@example.org","access":"write"},{"name":"guest","access":"none"}])");
  BOOST_TEST(good("user list").find("field@example.org  write") != std::string::npos);
  bad(1, "already", "user add", {"--name", "guest", "--password-file", password});
  bad(1, "NUL", "user add", {"--name", "new", "--password-file", file("empty", "\n")});
  bad(1, "NUL", "user add", {"--name", "new", "--password-file", file("nul", std::string_view("a\0b", 3))});
  bad(1, "more than one line", "user add", {"--name", "new", "--password-file", file("two", "a\nb\n")});
  bad(1, "account's name", "user add", {"--name", "a:b", "--password-file", password});
  good("user set", {"--name", "guest", "--access", "read"});
  BOOST_TEST(json("user list").at(1).at("access") == "read");
  bad(1, "no account is called", "user set", {"--name", "nobody", "--access", "read"});
  good("user remove", {"--name", "guest"});
  bad(1, "no account is called guest", "user remove", {"--name", "guest"});
  BOOST_TEST(json("user list").as_array().size() == 1u);
  BOOST_TEST(read_file(fs::path(data) / "site.sqlite").find("secret") == std::string::npos);
  // The last administrator goes with a word.
  for (const std::string name : {"one", "two"})
    good("user add", {"--name", name, "--password-file", password, "--access", "administer"});
  good("user set", {"--name", "one", "--access", "write"});
  const auto last = at("user remove", {"--name", "two"});
  BOOST_TEST(last.status == 0);
  BOOST_TEST(last.err.find("no account may administer any more") != std::string::npos, last.err);
  good("user remove", {"--name", "one"});
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_a_failure) {
  good("init");
  const auto said = root / ".said";
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  const int err = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  BOOST_TEST_REQUIRE(full >= 0);
  edensync::test::program_process process({"settings", "show", "--data", data}, full, err);
  ::close(full);
  ::close(err);
  BOOST_TEST(process.wait() == 1);
  BOOST_TEST(read_file(said) == "eden-site: the output cannot be written\n");
}

BOOST_AUTO_TEST_CASE(settings) {
  good("init");
  good("settings set", {"--domain", "base.example.org", "--public-url", "https://base.example.org/eden/"});
  good("settings set", {"--proxy", "http://proxy:8080", "--mode", "eden"});
  const auto s = json("settings show");
  BOOST_TEST(s.at("domain") == "base.example.org");
  BOOST_TEST(s.at("public_url") == "https://base.example.org/eden");
  BOOST_TEST(s.at("proxy") == "http://proxy:8080");
  BOOST_TEST(s.at("mode") == "eden");
  BOOST_TEST(s.at("strict_master") == false);
  good("settings set", {"--strict-master"});
  BOOST_TEST(json("settings show").at("strict_master") == true);
  good("settings set", {"--no-strict-master"});
  bad(1, "the proxy is not written as http://host:port", "settings set", {"--proxy", "proxy:8080"});
  bad(1, "the proxy names no port", "settings set", {"--proxy", "http://proxy"});
  bad(1, "domain", "settings set", {"--domain", "http://x"});
  bad(1, "domain", "settings set", {"--domain", ""});
  BOOST_TEST((json("settings show") == s));
  good("settings set", {"--proxy", "http://me:hidden@proxy:8080"});
  BOOST_TEST(good("settings show").find("hidden") == std::string::npos);
  bad(2, "--proxy is http://user@host:port", "settings set",
      {"--proxy", "http://proxy:8080", "--proxy-password-file", file("pw", "hidden\n")});
  good("settings set", {"--proxy", "http://me@proxy:8080", "--proxy-password-file", file("pw", "hid/d@n\n")});
  BOOST_TEST(json("settings show").at("proxy") == "http://***@proxy:8080");
  BOOST_TEST(read_file(fs::path(data) / "site.sqlite").find("%2Fd%40n") == std::string::npos);
  good("settings set", {"--proxy", ""});
  BOOST_TEST(json("settings show").at("proxy") == "");
}

BOOST_AUTO_TEST_CASE(a_schema_is_taken_whole_or_not_at_all) {
  good("init");
  const auto centre = fixture("dvr_centre.xml").string(), bed = fixture("dvr_bed.xml").string();
  const auto neither = file("notes.txt", "neither of them"), page = file("page.xml", "<html><body/></html>");
  bad(1, "notes.txt is neither", "schema add", {centre, neither});
  bad(1, "page.xml", "schema add", {centre, page});
  bad(1, "root is not <fields", "schema add", {centre, page});
  bad(1, "list.json", "schema add", {centre, file("list.json", "[1]")});
  bad(1, "half.json", "schema add", {centre, file("half.json", R"({"dvr_bed": )")});
  bad(1, "odd.json", "schema add", {centre, file("odd.json", R"({"dvr_bed": 7})")});
  bad(1, "half.xml", "schema add", {centre, file("half.xml", R"(<fields resource="dvr_bed"><field)")});
  bad(1, "kind.xml", "schema add",
      {centre, file("kind.xml", R"(<fields resource="dvr_bed"><field name="a" type="colour"/></fields>)")});
  bad(1, "never travel", "schema add", {file("user.xml", R"(<fields resource="auth_user"></fields>)")});
  bad(1, "table's name", "schema add", {file("path.xml", R"(<fields resource="../up"></fields>)")});
  bad(1, "a list of objects", "schema add", {centre, file("bad.json", R"({"dvr_centre": {"components": 3}})")});
  bad(1, "No such file", "schema add", {centre, (root / "nothing.xml").string()});
  bad(1, "is a folder", "schema add", {centre, root.string()});
  BOOST_TEST(tables_of(*this) == "");
  // Told apart by what is in them, whatever they are called.
  BOOST_TEST(good("schema add", {file("a.json", read_file(centre)),
                                 file("b.xml", read_file(fixture("tables.json")))}) == "dvr_centre\n");
  BOOST_TEST(tables_of(*this) == "dvr_centre ");
  bad(1, "notes.txt", "schema add", {bed, neither});
  BOOST_TEST(tables_of(*this) == "dvr_centre ");
  BOOST_TEST(good("schema add", {bed}) == "dvr_bed\ndvr_centre\n");
  // What the supplement said of it before it was described.
  BOOST_TEST(json("schema list").at(1).at("components") == boost::json::array{"dvr_bed"});
}

BOOST_AUTO_TEST_CASE(a_schema_grows_under_its_records) {
  make();
  good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  const auto before = good("export", {"--resource", "dvr_centre"});
  BOOST_TEST(before.find("Harbour School") != std::string::npos);
  good("schema add", {fixture("dvr_centre_later.xml").string(), fixture("dvr_team.xml").string()});
  BOOST_TEST(tables_of(*this) == "dvr_bed dvr_centre dvr_team ");
  BOOST_TEST(good("export", {"--resource", "dvr_centre"}) == before);
  const auto more =
      file("more.xml", R"(<s3xml><resource name="dvr_team" uuid="urn:uuid:7ea0" modified_on="2026-04-01T08:00:00">
    <data field="name">North</data></resource><resource name="dvr_centre" uuid="urn:uuid:c0000000-0000-4000-8000-000000000001"
    modified_on="2026-04-01T08:00:00"><data field="opened">2026-04-01</data>
    <reference field="team_id" resource="dvr_team" uuid="urn:uuid:7ea0"/></resource></s3xml>)");
  BOOST_TEST(json("import", {"--resource", "dvr_centre", more}).at("updated") == 1);
  const auto after = good("export", {"--resource", "dvr_centre"});
  BOOST_TEST(after.find("2026-04-01") != std::string::npos, after);
  BOOST_TEST(after.find("urn:uuid:7ea0") != std::string::npos, after);
}

// A program that was killed in the middle of it leaves descriptions behind that the database does not follow.
BOOST_AUTO_TEST_CASE(half_a_change_of_the_schema_is_none) {
  make();
  fs::create_directories(fs::path(data) / "schema/99");
  file("site/schema/99/dvr_team.xml", "half a file");
  BOOST_TEST(tables_of(*this) == "dvr_bed dvr_centre ");
  good("schema add", {fixture("dvr_team.xml").string()});
  BOOST_TEST(tables_of(*this) == "dvr_bed dvr_centre dvr_team ");
  BOOST_TEST(!fs::exists(fs::path(data) / "schema/99"));
  fs::remove_all(fs::path(data) / "schema");
  bad(1, "are gone", "schema list");
}

BOOST_AUTO_TEST_CASE(what_cannot_change_under_its_records_is_refused) {
  make();
  good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  const auto number =
      file("centre.xml", R"(<fields resource="dvr_centre"><field name="name" type="integer"/></fields>)");
  bad(1, "dvr_centre.name was of another kind", "schema add", {number, fixture("dvr_team.xml").string()});
  BOOST_TEST(tables_of(*this) == "dvr_bed dvr_centre ");
  BOOST_TEST(good("export", {"--resource", "dvr_centre"}).find("Harbour School") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(repositories) {
  make();
  good("repository add", {"--name", "Base", "--url", "http://base:8000/eden/", "--username", "me", "--password-file",
                          file("pw", "hidden\n"), "--synchronise-uuids"});
  auto r = json("repository show", {"--name", "Base"});
  BOOST_TEST(r.at("url") == "http://base:8000/eden");
  BOOST_TEST(r.at("type") == "eden");
  BOOST_TEST(r.at("username") == "me");
  BOOST_TEST(r.at("has_password") == true);
  BOOST_TEST(r.at("synchronise_uuids") == true);
  BOOST_TEST(r.at("accept_push") == false);
  BOOST_TEST(r.at("last_connected").is_null());
  BOOST_TEST(good("repository show", {"--name", "Base"}).find("hidden") == std::string::npos);
  bad(1, "already", "repository add", {"--name", "Base"});
  bad(1, "no web address", "repository add", {"--name", "x", "--url", "base:8000"});
  bad(1, "do not belong", "repository add", {"--name", "x", "--url", "http://me:hidden@base:8000/eden"});
  bad(1, "colon", "repository add", {"--name", "x", "--username", "me:too"});
  bad(1, "in one line", "repository add", {"--name", "two\nlines"});
  bad(2, "eden, data or filesync", "repository add", {"--name", "x", "--type", "ftp"});
  bad(1, "needs a path", "repository add", {"--name", "x", "--type", "filesync"});
  bad(1, "needs a URL", "repository add", {"--name", "x", "--type", "data"});
  bad(1, "has a path", "repository add", {"--name", "x", "--path", "/tmp"});
  bad(1, "site's own", "repository add",
      {"--name", "x", "--uuid", std::string(json("settings show").at("uuid").as_string())});
  good("repository add", {"--name", "Files", "--type", "filesync", "--path", "/srv/x", "--uuid",
                          "urn:uuid:00000000-0000-4000-8000-00000000f11e"});
  bad(1, "has this UUID", "repository add", {"--name", "x", "--uuid", "urn:uuid:00000000-0000-4000-8000-00000000f11e"});
  bad(1, "no UUID", "repository add", {"--name", "x", "--uuid", "urn:uuid:f11e"});
  good("repository set",
       {"--name", "urn:uuid:00000000-0000-4000-8000-00000000f11e", "--rename", "Folder", "--accept-push"});
  BOOST_TEST(json("repository show", {"--name", "Folder"}).at("accept_push") == true);
  // However a folder is written, it is that one.
  bad(1, "the repository Folder has this path", "repository add",
      {"--name", "Beside", "--type", "filesync", "--path", "/srv/./x/"});
  good("repository set", {"--name", "Folder", "--path", "beside/x"});
  BOOST_TEST(std::string(json("repository show", {"--name", "Folder"}).at("path").as_string()) ==
             (fs::current_path() / "beside/x").string());
  good("repository set", {"--name", "Base", "--no-synchronise-uuids", "--proxy", "http://me:hidden@p:1"});
  r = json("repository show", {"--name", "Base"});
  BOOST_TEST(r.at("synchronise_uuids") == false);
  BOOST_TEST(r.at("proxy") == "http://***@p:1");
  BOOST_TEST(r.at("ca").is_null());
  bad(1, "the proxy has a path", "repository set", {"--name", "Base", "--proxy", "http://me:hidden@p:1/a"});
  const auto ca = file("ca.pem", edensync::test::test_authority().certificate());
  bad(1, "only over https", "repository set", {"--name", "Base", "--ca", ca});
  bad(1, "64 hexadecimal", "repository set", {"--name", "Base", "--url", "https://b", "--pin", "abc"});
  good("repository set", {"--name", "Base", "--url", "https://b", "--ca", ca, "--pin", std::string(64, 'A')});
  r = json("repository show", {"--name", "Base"});
  BOOST_TEST(fs::exists(fs::path(data) / std::string(r.at("ca").as_string())));
  BOOST_TEST(fs::path(std::string(r.at("ca").as_string())).is_relative());
  BOOST_TEST(std::string(r.at("pin").as_string()) == std::string(64, 'a'));
  bad(1, "only over https", "repository set", {"--name", "Base", "--url", "http://b"});
  good("repository set", {"--name", "Base", "--ca", "", "--pin", ""});
  BOOST_TEST(json("repository show", {"--name", "Base"}).at("pin").is_null());
  BOOST_TEST(r.at("username") == "me");
  BOOST_TEST(json("repository list").as_array().size() == 2u);
  good("repository remove", {"--name", "Base"});
  bad(1, "no repository is called Base", "repository remove", {"--name", "Base"});
  BOOST_TEST(json("repository list").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(resources) {
  make();
  good("repository add", {"--name", "Base"});
  const std::vector<std::string> one{"--repository", "Base", "--resource", "dvr_centre"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), one.begin(), one.end());
    return more;
  };
  bad(1, "dvr_nothing", "resource add", {"--repository", "Base", "--resource", "dvr_nothing"});
  bad(1, "no repository", "resource add", {"--repository", "Nobody", "--resource", "dvr_centre"});
  bad(1, "nosuch", "resource add", with({"--filter", "~.nosuch=1"}));
  bad(1, "dvr_other", "resource add", with({"--filter", "[dvr_other]~.name=1"}));
  good("resource add",
       with({"--mode", "pull", "--strategy", "create,update", "--update-policy", "OTHER", "--conflict-policy", "MASTER",
             "--filter", "[~]~.name__like=H*", "--filter", "[dvr_bed]~.label=Gym", "--no-components"}));
  BOOST_TEST(boost::json::serialize(json("resource list", {"--repository", "Base"})) ==
             R"([{"resource":"dvr_centre","mode":"pull","strategy":"create,update","update_policy":"OTHER",)"
             R"("conflict_policy":"MASTER","components":false,"order":0,"last_pull":null,"last_push":null,)"
             R"("filters":["[~]~.name__like=H*","[dvr_bed]~.label=Gym"]}])");
  bad(1, "already configured", "resource add", one);
  // The first to be added comes last.
  good("resource add", {"--repository", "Base", "--resource", "dvr_bed", "--order", "-1"});
  BOOST_TEST(json("resource list", {"--repository", "Base"}).at(0).at("resource") == "dvr_bed");
  good("resource set", {"--repository", "Base", "--resource", "dvr_bed", "--order", "1"});
  good("resource set", with({"--mode", "both", "--no-filter", "--components"}));
  const auto t = json("resource list", {"--repository", "Base"}).at(0);
  BOOST_TEST(t.at("mode") == "both");
  BOOST_TEST(t.at("strategy") == "create,update");
  BOOST_TEST(t.at("components") == true);
  BOOST_TEST(t.at("filters").as_array().empty());
  good("resource remove", {"--repository", "Base", "--resource", "dvr_bed"});
  bad(1, "is not configured", "resource set", {"--repository", "Base", "--resource", "dvr_bed", "--mode", "pull"});
  good("resource remove", one);
  bad(1, "is not configured", "resource remove", one);
}

BOOST_AUTO_TEST_CASE(jobs) {
  good("init");
  good("repository add", {"--name", "Base"});
  bad(1, "has no job", "job set", {"--repository", "Base", "--every", "5m"});
  BOOST_TEST(good("job add", {"--repository", "Base", "--every", "5m", "--start", "2031-09-21T08:30", "--end",
                              "2032-09-21 08:30", "--repeat", "3", "--timeout", "2m"}) == "1\n");
  BOOST_TEST(boost::json::serialize(json("job list", {"--repository", "Base"})) ==
             R"([{"job":1,"repository":"Base","enabled":true,"start":"2031-09-21T08:30:00",)"
             R"("end":"2032-09-21T08:30:00","every":"5m","repeat":3,"timeout":"2m","status":"waiting",)"
             R"("next_run":"2031-09-21T08:30:00","last_run":null,"times_run":0,"failures":0,"message":""}])");
  BOOST_TEST(json("status", {"--repository", "Base"}).at("next_run") == "2031-09-21T08:30:00");
  // What the manual gives as an example, and one for the nights.
  good("job set", {"--repository", "Base", "--every", "300", "--timeout", "600", "--repeat", "0", "--disabled"});
  BOOST_TEST(good("job add", {"--repository", "Base", "--every", "1d", "--end", "2020-01-01T00:00"}) == "2\n");
  const auto all = json("job list");
  BOOST_TEST(all.at(0).at("enabled") == false);
  BOOST_TEST(all.at(0).at("timeout") == "10m");
  BOOST_TEST(all.at(0).at("end") == "2032-09-21T08:30:00");
  BOOST_TEST(all.at(1).at("status") == "expired");
  BOOST_TEST(json("status", {"--repository", "Base"}).at("next_run").is_null());
  bad(1, "several jobs", "job reset", {"--repository", "Base"});
  good("job set", {"--repository", "Base", "--job", "2", "--end", ""});
  good("job reset", {"--repository", "Base", "--job", "2"});
  BOOST_TEST(json("job list").at(1).at("status") == "waiting");
  bad(1, "no job 7", "job remove", {"--repository", "Base", "--job", "7"});
  bad(2, "one second at least", "job set", {"--repository", "Base", "--job", "2", "--every", "0"});
  bad(1, "ends before it starts", "job set", {"--repository", "Base", "--job", "1", "--end", "2030-01-01T00:00"});
  bad(1, "no repository", "job list", {"--repository", "Nobody"});
  good("job remove", {"--repository", "Base", "--job", "1"});
  BOOST_TEST(json("job list").as_array().size() == 1u);
  // A repository takes its jobs along.
  good("repository remove", {"--name", "Base"});
  BOOST_TEST(json("job list").as_array().empty());
}

BOOST_AUTO_TEST_CASE(records_in_files) {
  make();
  const auto document = fixture("centres.xml").string();
  const auto report = json("import", {"--resource", "dvr_centre", document});
  BOOST_TEST(report.at("created") == 3);
  BOOST_TEST(json("import", {"--resource", "dvr_centre", document}).at("unchanged") == 3);
  const auto out = (root / "out.xml").string();
  BOOST_TEST(good("export", {"--resource", "dvr_centre", out}) == "");
  BOOST_TEST(((fs::status(out).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none));
  const auto written = read_file(out);
  BOOST_TEST(written.find("Größe &amp; Co. Hall") != std::string::npos, written);
  BOOST_TEST(written.find("Gym, left") != std::string::npos, written);
  BOOST_TEST(good("export", {"--resource", "dvr_centre"}) == written);
  // What is there stays if there is nothing to take its place, and so do a link and the site itself.
  bad(1, "dvr_nothing", "export", {"--resource", "dvr_nothing", out});
  bad(1, "the site's own folder", "export", {"--resource", "dvr_centre", data + "/site.sqlite"});
  bad(1, "the document cannot be written", "export", {"--resource", "dvr_centre", "/dev/full"});
  bad(1, "cannot be written", "export", {"--resource", "dvr_centre", root.string()});
  BOOST_TEST(read_file(out) == written);
  const auto pointer = root / "link.xml";
  fs::create_symlink(out, pointer);
  good("export", {"--resource", "dvr_centre", pointer.string()});
  BOOST_TEST(fs::is_symlink(pointer));
  BOOST_TEST(read_file(out) == written);
  for (const auto& each : fs::directory_iterator(root))
    BOOST_TEST(!each.path().filename().string().starts_with("out.xml."), each.path());
  // What one site wrote is nothing new to another that reads it.
  workplace other;
  other.make();
  BOOST_TEST(other.json("import", {"--resource", "dvr_centre", out}).at("created") == 3);
  // The same as JSON, which is known by what it holds.
  const auto as_json = good("export", {"--resource", "dvr_centre", "--format", "s3json"});
  BOOST_TEST(boost::json::parse(as_json).at("$_dvr_centre").as_array().size() == 2U);
  BOOST_TEST(good("export", {"--resource", "dvr_centre", "--format", "s3xml"}) == written);
  const auto json_file = file("out.txt", as_json);
  BOOST_TEST(other.json("import", {"--resource", "dvr_centre", json_file}).at("unchanged") == 3);
  workplace third;
  third.make();
  BOOST_TEST(third.json("import", {"--resource", "dvr_centre", json_file}).at("created") == 3);
  bad(1, "line 1", "import", {"--resource", "dvr_centre", file("half.json", as_json.substr(0, 100))});
  bad(1, "not S3JSON", "import", {"--resource", "dvr_centre", file("other.json", "{}")});
  bad(1, "dvr_nothing", "import", {"--resource", "dvr_nothing", document});
  bad(1, "dvr_nothing", "export", {"--resource", "dvr_nothing"});
  bad(1, "cannot be read", "import", {"--resource", "dvr_centre", (root / "nothing").string()});
  bad(1, "not well-formed", "import", {"--resource", "dvr_centre", file("half.xml", "<s3xml><resource")});
  bad(1, "root element", "import", {"--resource", "dvr_centre", file("page.xml", "<html></html>")});
  const auto nameless = at("import", {"--resource", "dvr_centre", file("nameless.xml", R"(<s3xml>
    <resource name="dvr_centre" uuid="urn:uuid:bad"><data field="code">C-9</data></resource></s3xml>)")});
  BOOST_TEST(nameless.status == 1);
  BOOST_TEST(nameless.err.find("name") != std::string::npos, nameless.err);
}

BOOST_AUTO_TEST_SUITE_END()
