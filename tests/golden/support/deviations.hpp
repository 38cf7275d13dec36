#pragma once

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "edensync/core/result.hpp"

// Where edensync differs from a recorded Eden, and why. The reasons are told in docs/design/compatibility.md.
namespace edensync::test::golden {

/// The list of one suite: `tests/golden/deviations/SUITE.txt`.
///
/// A line is `CASE REASON WORDS…`; CASE is the name of a recorded case, or ends with `*`. REASON is the number of a
/// weakness in the specification (I1, X9, …) or a word of the compatibility page. Empty lines and lines that begin with
/// `#` are passed over. A line that no case needed is a mistake: `expect_all_used` says so.
class deviations {
 public:
  explicit deviations(const std::string& suite)
      : file_(EDENSYNC_SOURCE_DIR "/tests/golden/deviations/" + suite + ".txt") {
    std::ifstream in(file_);
    if (!in) throw std::runtime_error("no " + file_);
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::string name, reason;
      words >> name >> reason;
      if (reason.empty()) throw std::runtime_error(file_ + ": no reason: " + line);
      lines_.emplace(name, reason);
    }
  }

  /// Tells what a case came to: whether it is the same as the recording, or differs by remedies that hold everywhere only.
  /// Any other difference has to be in the list.
  void settle(const std::string& name, bool same, const std::string& difference,
              const std::set<std::string>& remedies = {}) {
    if (same) {
      ++(remedies.empty() ? same_ : listed_);
      for (const auto& each : remedies) ++by_remedy_[each];
      return;
    }
    if (const auto line = find(name); line != lines_.end()) {
      ++used_[line->first];
      ++listed_;
      return;
    }
    ++unlisted_;
    BOOST_ERROR(name << ": not in the list of deviations: " << difference);
  }

  /// Prints the figures; to be called when all cases were settled.
  void report(const std::string& what) const {
    std::cout << what << ": " << same_ << " the same, " << listed_ << " deviations listed, " << unlisted_
              << " not listed" << std::endl;
    for (const auto& [name, count] : by_remedy_)
      BOOST_TEST_MESSAGE("  of these " << count << " by the remedy " << name);
    for (const auto& [name, count] : used_)
      if (count > 1) BOOST_TEST_MESSAGE("  of these " << count << " by " << name);
    BOOST_TEST(unlisted_ == 0U);
  }

  /// That no line of the list is out of date.
  void expect_all_used() const {
    for (const auto& [name, reason] : lines_)
      BOOST_TEST(used_.contains(name), file_ << ": no case differs as this line says: " << name << " " << reason);
  }

  bool lists(const std::string& name) const { return find(name) != lines_.end(); }

  std::size_t unlisted() const noexcept { return unlisted_; }

 private:
  std::map<std::string, std::string>::const_iterator find(const std::string& name) const {
    if (const auto exact = lines_.find(name); exact != lines_.end()) return exact;
    for (auto each = lines_.begin(); each != lines_.end(); ++each)
      if (each->first.ends_with('*') && name.starts_with(each->first.substr(0, each->first.size() - 1))) return each;
    return lines_.end();
  }

  std::string file_;
  std::map<std::string, std::string> lines_;
  std::map<std::string, std::size_t> used_;  // how many cases needed a line
  std::map<std::string, std::size_t> by_remedy_;
  std::size_t same_ = 0, listed_ = 0, unlisted_ = 0;
};

}  // namespace edensync::test::golden
