#include "archives.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <edensync/site/data_sets.hpp>
#include <edensync/files/descriptor.hpp>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "text_files.hpp"

namespace eden_site {

namespace {

namespace fs = std::filesystem;
using edensync::files::descriptor;

}  // namespace

edensync::result<std::uint64_t> archive_dataset(open_site& here, const edensync::data_set& set) {
  const auto file = here.folder.archive(set.code);
  const auto beside = fs::path(file.string() + "." + here.site.make_uid().text().substr(9));
  std::error_code wrong;
  fs::create_directories(file.parent_path(), wrong);
  if (wrong) return file_failure(file.parent_path(), wrong);
  auto size = [&]() -> edensync::result<std::uint64_t> {
    const descriptor out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) return file_failure(beside);
    auto written = edensync::write_dataset_archive<parts::archive>(
        here.site, set.id, [&](std::string_view piece) -> edensync::result<void> {
          while (!piece.empty()) {
            const auto n = ::write(out.get(), piece.data(), piece.size());
            if (n < 0 && errno != EINTR) return file_failure(beside);
            if (n > 0) piece.remove_prefix(static_cast<std::size_t>(n));
          }
          return {};
        });
    if (written && ::fsync(out.get()) != 0) return file_failure(beside);
    return written;
  }();
  if (size) {
    fs::rename(beside, file, wrong);
    if (wrong) size = file_failure(file, wrong);
  }
  if (!size) {
    fs::remove(beside, wrong);
    return size;
  }
  if (auto settled = settle_folder(file.parent_path()); !settled) return settled.error();
  auto told = set;
  told.archive_url = "/default/download/" + set.code + ".zip";
  told.use_archive = true;
  if (auto done = edensync::put_dataset(here.site, std::move(told)); !done) return done.error();
  return size;
}

edensync::member_source served_archive(open_site& here, std::string_view name) {
  // The name comes from anybody: it only chooses among those that are there.
  for (const auto& set : here.store.snapshot().datasets()) {
    if (set.repository != 0 || !set.use_archive || name != set.code + ".zip") continue;
    const auto file = here.folder.archive(set.code);
    const auto from = std::make_shared<descriptor>(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!*from) return {};
    return [from, file](std::span<char> into) -> edensync::result<std::size_t> {
      for (;;) {
        const auto n = ::read(from->get(), into.data(), into.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return file_failure(file);
      }
    };
  }
  return {};
}

}  // namespace eden_site
