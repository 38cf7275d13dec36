#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/message.hpp"
#include "support/recorded.hpp"

// HTTP messages as they were recorded, byte for byte.
namespace edensync::test::golden {

/// A request or an answer: its first line, its fields and its body without any framing.
struct http_message {
  std::string first_line;
  header_fields headers;
  std::string body;

  /// A word of the first line: method and target of a request, status of an answer.
  std::string word(std::size_t i) const {
    std::size_t from = 0;
    for (; i != 0 && from != std::string::npos; --i) from = first_line.find(' ', from) + 1;
    return first_line.substr(from, first_line.find(' ', from) - from);
  }
  std::string method() const { return word(0); }
  std::string target() const { return word(1); }
  unsigned status() const { return static_cast<unsigned>(std::stoul(word(1))); }
};

inline std::string unchunked(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto n = std::stoul(std::string(text.substr(0, text.find("\r\n"))), nullptr, 16);
    text.remove_prefix(text.find("\r\n") + 2);
    if (n == 0) break;
    out += text.substr(0, n);
    text.remove_prefix(n + 2);
  }
  return out;
}

/// Reads a message. Chunked bodies are joined; compressed ones stay as they are.
inline http_message read_http(std::string_view text) {
  http_message m;
  const auto head_end = text.find("\r\n\r\n");
  auto head = text.substr(0, head_end);
  m.first_line = head.substr(0, head.find("\r\n"));
  for (auto at = head.find("\r\n"); at != std::string_view::npos;) {
    head.remove_prefix(at + 2);
    at = head.find("\r\n");
    const auto line = head.substr(0, at);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto value = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    m.headers.set(std::string(line.substr(0, colon)), std::string(value));
  }
  if (head_end == std::string_view::npos) return m;
  m.body = text.substr(head_end + 4);
  std::string coding(m.headers.get("Transfer-Encoding"));
  std::transform(coding.begin(), coding.end(), coding.begin(), [](unsigned char c) { return std::tolower(c); });
  if (coding == "chunked") m.body = unchunked(m.body);
  return m;
}

inline http_message read_http(const std::filesystem::path& file) {
  return read_http(std::string_view(read_file(file)));
}

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
