#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

// Exchanges recorded from a real Eden, which do not come with the sources: tests that use them say so and pass without.
namespace edensync::test {

/// A file or folder of the recordings; none, and a visible message, if there are no recordings here.
///
/// They are looked for in the folder that the environment variable EDENSYNC_SHARED names, then beside the sources.
inline std::optional<std::filesystem::path> recorded(const std::filesystem::path& below) {
  namespace fs = std::filesystem;
  const char* named = std::getenv("EDENSYNC_SHARED");
  const fs::path root = named ? fs::path(named) : fs::path(EDENSYNC_SOURCE_DIR).parent_path() / "shared";
  if (fs::path found = root / below; fs::exists(found)) return found;
  BOOST_TEST_MESSAGE("skipped: no " << below.generic_string() << " here (EDENSYNC_SHARED names their folder)");
  return std::nullopt;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

}  // namespace edensync::test
