#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/mock/http_message.hpp"
#include "support/recorded.hpp"

// Which exchanges were recorded, and a test case for each.
namespace edensync::test::golden {

using mock::http_message;
using mock::read_http;

/// The folders in a folder, in their order.
inline std::vector<std::filesystem::path> cases_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> all;
  for (const auto& each : std::filesystem::directory_iterator(folder))
    if (each.is_directory()) all.push_back(each.path());
  std::sort(all.begin(), all.end());
  return all;
}

/// The folders below one of the recordings' folders, in their order; none if there are no recordings here.
inline std::vector<std::filesystem::path> recorded_cases(const std::filesystem::path& below) {
  const auto root = recorded("eden-wire" / below);
  return root ? cases_in(*root) : std::vector<std::filesystem::path>();
}

/// Test cases by their names, as a list for EDENSYNC_GOLDEN_CASES.
using names = std::vector<std::pair<std::string, std::string>>;

/// The names of the cases in some folders, without the numbers in front of them.
inline names names_of(const std::vector<std::filesystem::path>& folders) {
  names all;
  for (const auto& each : folders) {
    const auto name = each.filename().string().substr(4);
    all.emplace_back(name, name);
  }
  return all;
}

/// Recordings in the same shapes, made by hand, that come with the sources.
inline std::filesystem::path own_recordings() { return EDENSYNC_SOURCE_DIR "/tests/golden/own"; }

/// Makes a test case for each of a list of things, as if it had been written in the source file: `GOLDEN_CASES(list, run)`
/// at namespace scope, where `list()` gives pairs of a name and a thing, and `run(thing)` tests it. Without any, one test
/// case says that it was skipped.
template <class List, class Run>
struct case_registrar {
  case_registrar(const char* suite, const char* file, std::size_t line, List list, Run run) {
    namespace ut = boost::unit_test;
    auto& s = *BOOST_TEST_SUITE(suite);
    bool any = false;
    for (auto& [name, what] : list()) {
      any = true;
      s.add(ut::make_test_case([run, thing = std::move(what)] { run(thing); }, name, file, line));
    }
    if (!any)
      s.add(ut::make_test_case([] { BOOST_TEST_MESSAGE("skipped: the recordings are not here"); }, "skipped", file,
                               line));
    ut::framework::master_test_suite().add(&s);
  }
};

}  // namespace edensync::test::golden

#define EDENSYNC_GOLDEN_CASES(suite, list, run) \
  static const edensync::test::golden::case_registrar golden_cases_of_##suite(#suite, __FILE__, __LINE__, list, run)
