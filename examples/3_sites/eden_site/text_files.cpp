#include "text_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace eden_site {

namespace {

using edensync::error;
using edensync::make_failure;

}  // namespace

edensync::failure file_failure(const std::filesystem::path& file, const std::error_code& why, error code) {
  return make_failure(code, file.string() + ": " + why.message());
}

edensync::result<std::string> read_text(const std::filesystem::path& file, std::size_t most) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return make_failure(error::no_such_entry, file.string() + " is a folder");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_failure(file, {errno, std::generic_category()}, error::no_such_entry);
  std::string all;
  char piece[16 * 1024];
  while (in.read(piece, sizeof piece), in.gcount() > 0) {
    all.append(piece, static_cast<std::size_t>(in.gcount()));
    if (all.size() > most)
      return make_failure(error::bad_setting, file.string() + " is longer than " + std::to_string(most) + " bytes");
  }
  if (in.bad()) return file_failure(file, {errno, std::generic_category()}, error::no_such_entry);
  return all;
}

edensync::result<void> write_text(const std::filesystem::path& file, std::string_view content) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return file_failure(file);
  while (!content.empty()) {
    const auto n = ::write(out, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const auto why = file_failure(file);
      ::close(out);
      return why;
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  const bool settled = ::fsync(out) == 0;
  const auto why = file_failure(file);
  ::close(out);
  if (!settled) return why;
  return {};
}

edensync::result<void> settle_folder(const std::filesystem::path& folder) {
  const int in = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (in < 0) return file_failure(folder);
  const bool settled = ::fsync(in) == 0;
  const auto why = file_failure(folder);
  ::close(in);
  if (!settled) return why;
  return {};
}

edensync::result<std::string> read_password(const std::filesystem::path& file) {
  auto text = read_text(file, 4096);
  if (!text) return text;
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  if (text->find('\n') != std::string::npos)
    return make_failure(error::bad_setting, file.string() + " has more than one line");
  return text;
}

}  // namespace eden_site
