// Each call that changes a file fails once, or from then on, as on a disk that is full or broken; and what must be on the
// disk before success is told.

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/eden_site.hpp"
#include "support/faults.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::fault;
using edensync::test::faulty_site;
using edensync::test::fixture;
using edensync::test::served;
using edensync::test::workplace;

struct failing : faulty_site {
  int failed_import(const std::string& how) const {
    const std::vector<std::string> words{"--resource", "dvr_centre", fixture("centres.xml").string()};
    // What SQLite does when all is settled, as to move it out of its log, may wait for the next one.
    return each_call(
        how, 1, false,
        [&](int n, const std::string& h) {
          const fault f(at_call(n, h));
          const auto d = at("import", words);
          BOOST_TEST((d.status == 0) == d.err.empty(), d.err);
          if (d.status != 0) BOOST_TEST(d.err.starts_with("eden-site: "), d.err);
          return d.status;
        },
        [&] { good("import", words); });
  }

  // Runs a command, and looks at what it did: which files took a name below `under` without being on the disk, or whose
  // name was not there when it ended; how many took one.
  int named(const fs::path& under, const std::string& command, const std::vector<std::string>& options) const {
    const auto told = root / "told";
    fs::remove(told);
    {
      const fault f({{"BELOW", under.string()}, {"TOLD", told.string()}});
      good(command, options);
    }
    std::set<std::string> settled, waiting;
    int names = 0;
    std::ifstream in(told);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string what, where, to;
      words >> what >> where >> to;
      if (what == "write" || what == "truncate") settled.erase(where);
      if (what == "sync") {
        settled.insert(where);
        waiting.erase(where);
      }
      if (what == "rename" || what == "link") {
        ++names;
        BOOST_TEST(settled.contains(where), where << " is not on the disk when it is called " << to);
        waiting.insert(fs::path(to).parent_path().string());
      }
    }
    for (const auto& each : waiting) BOOST_TEST(false, "the names in " << each << " are not on the disk");
    return names;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_failing_files, failing)

BOOST_AUTO_TEST_CASE(an_import_meets_a_disk_that_is_full_from_each_call_on) {
  BOOST_TEST(failed_import(std::to_string(ENOSPC)) > 40);
}

BOOST_AUTO_TEST_CASE(an_import_meets_one_error_of_the_disk_at_each_call) {
  BOOST_TEST(failed_import("once" + std::to_string(EIO)) > 40);
}

// Also a run ends then, and says why.
BOOST_AUTO_TEST_CASE(a_run_meets_a_disk_that_is_full_from_each_call_on) {
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
  const int calls = each_call(
      std::to_string(ENOSPC), 1, false,
      [&](int n, const std::string& how) {
        const fault f(at_call(n, how));
        const auto d = at("sync", words);
        // Of a disk that is full in the midst of settling SQLite only says that it failed.
        const auto says = [&](std::string_view text) { return (d.out + d.err).find(text) != std::string::npos; };
        if (d.status != 0) BOOST_TEST((says("no space left") || says("disk I/O error")), d.out << d.err);
        return d.status;
      },
      [&] { good("sync", words); });
  BOOST_TEST(calls > 40);
}

BOOST_AUTO_TEST_CASE(what_has_a_name_is_on_the_disk_and_so_is_its_name) {
  good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
  {
    // While somebody else uses the site.
    const served s(*this);
    // The key of the credentials.
    BOOST_TEST(named(data, "repository add",
                     {"--no-register", "--name", "Base", "--url", "http://127.0.0.1:9/eden", "--username", "field",
                      "--password-file", file("pw", "secret\n")}) == 1);
  }
  const auto outside = root / "outside";
  fs::create_directory(outside);
  const auto document = (outside / "centres.xml").string();
  BOOST_TEST(named(outside, "export", {"--resource", "dvr_centre", document}) == 1);
  BOOST_TEST(named(outside, "export", {"--resource", "dvr_centre", document}) == 1);
  BOOST_TEST(named(outside, "backup", {(outside / "backup.zip").string()}) == 1);
  const auto stick = root / "stick";
  fs::create_directory(stick);
  good("repository add", {"--name", "Stick", "--type", "filesync", "--path", stick.string()});
  good("resource add", {"--repository", "Stick", "--resource", "dvr_centre"});
  BOOST_TEST(named(stick, "sync", {"--repository", "Stick", "--wait"}) >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
