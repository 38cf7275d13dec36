#include "backup.hpp"

#include <edensync/site/site.hpp>
#include <edensync/sqlite/copy_file.hpp>
#include <edensync/system/clock.hpp>
#include <edensync/zip/writer.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

#include "text_files.hpp"

namespace eden_site {

namespace {

namespace fs = std::filesystem;
using edensync::error;
using edensync::make_failure;
using edensync::result;

struct close_file {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using file_pointer = std::unique_ptr<std::FILE, close_file>;

// Beside the new file, and removed in the end.
struct work_folder {
  explicit work_folder(const fs::path& beside) {
    std::string pattern = beside.string() + "." + std::string(6, 'X');
    if (::mkdtemp(pattern.data()) != nullptr) path = pattern;
  }
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;
  ~work_folder() {
    std::error_code ignored;
    if (!path.empty()) fs::remove_all(path, ignored);
  }
  fs::path path;
};

// The database is copied by itself, locks mean nothing elsewhere, and the key is kept apart from the passwords.
bool stays_out(const fs::path& relative) {
  const auto first = relative.begin()->string();
  return first.starts_with("site.sqlite") || first == "lock" || first == "certificates.lock" || first == "runs" ||
         first.starts_with("dry_run.") || first.starts_with("worker") || first == "server" || first == "server.turn" ||
         first.starts_with("credentials.key");
}

// It is opened when its turn comes: there may be any number of them.
result<void> add(edensync::zip::writer& into, const std::string& name, const fs::path& file, edensync::timestamp at) {
  return into.add(
      name,
      [file, from = std::shared_ptr<std::FILE>(), ended = false](std::span<char> piece) mutable -> result<std::size_t> {
        if (ended) return std::size_t{0};
        if (from == nullptr) {
          auto* const opened = std::fopen(file.c_str(), "rbe");
          if (opened == nullptr) return file_failure(file);
          from.reset(opened, close_file());
        }
        const auto n = std::fread(piece.data(), 1, piece.size(), from.get());
        if (n == 0 && std::ferror(from.get()) != 0) return file_failure(file);
        ended = n == 0;
        if (ended) from.reset();
        return n;
      },
      at);
}

result<void> write(edensync::zip::writer& from, const fs::path& to) {
  const int raw = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const file_pointer out(raw < 0 ? nullptr : ::fdopen(raw, "wb"));
  if (out == nullptr) return file_failure(to);
  std::array<char, std::size_t{64} * 1024> piece;
  for (;;) {
    const auto n = from.read(piece);
    if (!n) return n.error();
    if (*n == 0) break;
    if (std::fwrite(piece.data(), 1, *n, out.get()) != *n) return file_failure(to);
  }
  if (std::fflush(out.get()) != 0 || ::fsync(raw) != 0) return file_failure(to);
  return {};
}

}  // namespace

result<std::uint64_t> back_up(const data_folder& folder, const fs::path& file) {
  const auto taken = make_failure(error::bad_setting, file.string() + " is there already");
  std::error_code wrong;
  if (fs::symlink_status(file, wrong).type() != fs::file_type::not_found) return taken;
  if (folder.holds(file))
    return make_failure(error::bad_setting, "a backup does not belong into the site's own folder");
  // As long as it is held the schema stays the one that the database follows.
  const auto lock = folder.lock_for_use();
  if (!lock) return lock.error();
  // And the certificates those that it names.
  const auto certificates = folder.lock_certificates();
  if (!certificates) return certificates.error();
  const work_folder work(file);
  if (work.path.empty()) return file_failure(file);
  const auto database = work.path / "site.sqlite", archive = work.path / "backup.zip";
  auto copied =
      edensync::detail::guarded([&] { edensync::sqlite::copy_file(folder.store_options(), database.string()); });
  if (!copied) return copied.error();

  const auto now = edensync::system_clock().now();
  edensync::zip::writer all;
  if (auto added = add(all, "site.sqlite", database, now); !added) return added.error();
  for (fs::recursive_directory_iterator each(folder.path(), wrong), end; !wrong && each != end; each.increment(wrong)) {
    const auto relative = each->path().lexically_relative(folder.path());
    // What is hidden is not whole yet.
    if (stays_out(relative) || relative.filename().string().starts_with('.') || !each->is_regular_file()) continue;
    if (auto added = add(all, relative.generic_string(), each->path(), now); !added) return added.error();
  }
  if (wrong) return file_failure(folder.path(), wrong);
  const auto size = all.finish();
  if (!size) return size.error();
  if (auto written = write(all, archive); !written) return written.error();
  // Unlike a renaming it replaces nothing.
  fs::create_hard_link(archive, file, wrong);
  if (wrong == std::errc::file_exists) return taken;
  if (wrong) return file_failure(file, wrong);
  if (auto settled = settle_folder(fs::absolute(file).parent_path()); !settled) return settled.error();
  return size;
}

}  // namespace eden_site
