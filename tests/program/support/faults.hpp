#pragma once

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/eden_site.hpp"

namespace edensync::test {

/// Programs that are started as long as this lives meet a fault; ../faults/library.cc says what there is to be set.
class fault {
 public:
  explicit fault(const std::map<std::string, std::string>& what) {
    set("LD_PRELOAD", EDEN_FAULTS_LIBRARY);
    for (const auto& [name, value] : what) set("EDEN_FAULTS_" + name, value);
  }
  fault(const fault&) = delete;
  fault& operator=(const fault&) = delete;
  ~fault() {
    for (const auto& each : names_) ::unsetenv(each.c_str());
  }

 private:
  void set(const std::string& name, const std::string& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    names_.push_back(name);
  }
  std::vector<std::string> names_;
};

/// A site that meets one fault after the other, from the same beginning.
struct faulty_site : workplace {
  faulty_site() {
    make();
    good("settings set", {"--mode", "eden"});
    add_user("field", "secret", "write");
  }

  std::map<std::string, std::string> at_call(int n, const std::string& how) const {
    return {{"BELOW", data}, {"AT", std::to_string(n)}, {"HOW", how}, {"TOLD", (root / "told").string()}};
  }

  std::string records() const { return good("export", {"--resource", "dvr_centre"}); }

  /// `attempt(n, how)` meets the fault at call n, and gives its status; `run` does the same undisturbed. After each fault
  /// the folder is sound, and all that a run brings is there or nothing of it; after one more run, all of it, once.
  /// `ends`: the status of who meets it, if there is but one. Ends when there is no n-th call; how many there were.
  template <class Attempt, class Run>
  int each_call(const std::string& how, int ends, bool always, Attempt attempt, Run run) const {
    const auto kept = root / "kept";
    fs::copy(data, kept, fs::copy_options::recursive);
    const auto before = records();
    run();
    const auto after = records();
    BOOST_TEST_REQUIRE(before != after);
    for (int n = 1;; ++n) {
      fs::remove_all(data);
      fs::copy(kept, data, fs::copy_options::recursive);
      fs::remove(root / "told");
      const int status = attempt(n, how);
      const bool met = calls() >= n;
      BOOST_TEST_CONTEXT(how << " at call " << n) {
        if (!met || !always) BOOST_TEST((status == 0 || (met && status == ends)), "status " << status);
        if (met && always) BOOST_TEST(status == ends);
        good("check");
        const auto now = records();
        BOOST_TEST((now == after || (met && status != 0 && now == before)), now);
        run();
        BOOST_TEST(records() == after);
      }
      if (!met) return n - 1;
      BOOST_TEST_REQUIRE(n < 2000);
    }
  }

 private:
  int calls() const {
    std::ifstream in(root / "told");
    int n = 0;
    for (std::string line; std::getline(in, line);) ++n;
    return n;
  }
};

}  // namespace edensync::test
